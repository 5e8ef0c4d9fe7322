//! One picture of everything: normalised scores, and the plane of forgetting against plasticity.

use crate::answer::best;
use crate::block::{Block, Chart};
use crate::chart::{Axis, Color, DotChart, DotRow, Figure, Panel, Scatter, ScatterPoint, SmallMultiples};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults, Results};

/// Benchmarks up to which one picture holds them all.
const TOGETHER: usize = 6;

/// What all benchmarks have in common; with many of them each paradigm has its own picture, see [`of_paradigm`].
pub(super) fn build(results: &Results<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Overview")];
    let all: Vec<&BenchmarkResults<'_>> = results.benchmarks.iter().collect();
    if all.len() <= TOGETHER {
        blocks.extend(scores(&all, "overview"));
        let mut paradigms: Vec<&str> = all.iter().map(|one| one.paradigm.as_str()).collect();
        paradigms.dedup();
        blocks.extend(paradigms.into_iter().filter_map(|paradigm| elsewhere(results, paradigm)));
    } else {
        blocks.extend(unnormalised(&all));
    }
    if blocks.len() > 1 { blocks } else { Vec::new() }
}

/// The scores of one paradigm's benchmarks, where there are too many for one picture of all.
pub(super) fn of_paradigm(results: &Results<'_>, paradigm: &str) -> Vec<Block> {
    let own: Vec<&BenchmarkResults<'_>> =
        results.benchmarks.iter().filter(|one| one.paradigm == paradigm).collect();
    if results.benchmarks.len() <= TOGETHER {
        return Vec::new();
    }
    scores(&own, &format!("overview-{paradigm}"))
        .into_iter()
        .filter(|block| matches!(block, Block::Chart(_)))
        .chain(elsewhere(results, paradigm))
        .collect()
}

fn unnormalised(benchmarks: &[&BenchmarkResults<'_>]) -> Option<Block> {
    let missing: Vec<&str> = benchmarks.iter().filter(|b| panel(b).is_none()).map(|b| b.name()).collect();
    (!missing.is_empty()).then(|| {
        Block::paragraph(format!(
            "Without a normalised score, because the ceiling method has no finished run: {}.",
            missing.join(", ")
        ))
    })
}

fn scores(benchmarks: &[&BenchmarkResults<'_>], name: &str) -> Vec<Block> {
    let panels: Vec<Panel> = benchmarks.iter().filter_map(|one| panel(one)).collect();
    let mut blocks = Vec::new();
    if !panels.is_empty() {
        let best = benchmarks.iter().filter_map(|b| {
            let best = b.ranked().into_iter().find(|m| Some(m.id.as_str()) != ceiling_id(b))?;
            let value = b.normalised(best)?.mean()?;
            Some(format!("{}: {} {}", b.name(), best.title, number(value)))
        });
        let alt = format!(
            "Normalised score of every method on every benchmark. Best below the ceiling: {}.",
            best.collect::<Vec<_>>().join("; ")
        );
        let shared = if benchmarks.iter().any(|one| one.shared_data().is_some()) { SHARED } else { "" };
        blocks.push(Block::Chart(Chart {
            name: name.into(),
            title: "Score from chance (0) to ceiling (1)".into(),
            alt,
            caption: format!(
                "Marker and bar: mean over seeds and its 95 % interval; small dots: single seeds. \
                      Each benchmark names its own score, chance level and ceiling, see its table.{shared}"
            ),
            figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 320.0, legend: Vec::new() }),
        }));
    }
    blocks.extend(unnormalised(benchmarks));
    blocks
}

const SHARED: &str =
    " Intervals are over seeds only: where a benchmark's data are a fixed split, all seeds share it.";

/// What intervals over seeds leave out, where they do.
fn shared(results: &Results<'_>) -> &'static str {
    if results.benchmarks.iter().any(|benchmark| benchmark.shared_data().is_some()) { SHARED } else { "" }
}

fn ceiling_id<'b>(benchmark: &'b BenchmarkResults<'_>) -> Option<&'b str> {
    match &benchmark.score.ceiling {
        contract::definition::Ceiling::Method(id) => Some(id),
        contract::definition::Ceiling::Value(_) => None,
    }
}

fn panel(benchmark: &BenchmarkResults<'_>) -> Option<Panel> {
    let rows: Vec<DotRow> = benchmark
        .ranked()
        .into_iter()
        .map(|method| {
            let values = benchmark.normalised(method).unwrap_or_default();
            DotRow {
                label: method.title.clone(),
                color: method.color,
                mean: values.mean(),
                interval: values.interval(),
                dots: values.numbers(),
                note: values.mean().map_or_else(|| method.statuses(), |mean| format!("{mean:.2}")),
            }
        })
        .collect();
    if rows.iter().all(|row| row.mean.is_none()) {
        return None;
    }
    let lowest = rows.iter().flat_map(|r| r.dots.iter().copied()).fold(0.0, f64::min);
    let highest = rows.iter().flat_map(|r| r.dots.iter().copied()).fold(1.0, f64::max);
    let figure: Box<dyn Figure> = Box::new(DotChart {
        x: Axis::new("").over(lowest - 0.04, highest + 0.04),
        rows,
        references: vec![(0.0, "chance".into()), (1.0, "ceiling".into())],
    });
    Some(Panel { title: benchmark.name().to_owned(), color: Color::Ink, figure })
}

/// Who is better than all of them where it ran, but did not run on all benchmarks.
fn elsewhere(results: &Results<'_>, paradigm: &str) -> Option<Block> {
    let best = best(results);
    let part = best.iter().find(|one| one.paradigm == paradigm && one.over.len() < one.of)?;
    let names: Vec<&str> = part.over.iter().map(|one| one.name()).collect();
    Some(Block::paragraph(format!(
        "Not compared over all of them, because it ran on {} of {} benchmarks only: {}, which is better than every other method there ({}: {}).",
        part.over.len(),
        part.of,
        part.method.title,
        names.join("; "),
        part.share.map_or_else(|| "–".to_owned(), number)
    )))
}

/// A method in the plane of forgetting and learning accuracy; seeds that have both are dots.
fn place(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>) -> Option<ScatterPoint> {
    let forgetting = benchmark.values(method, "forgetting");
    let learning = benchmark.values(method, "learning_accuracy");
    let dots = forgetting.by_seed.iter().filter_map(|(seed, x)| {
        learning.by_seed.iter().find(|(other, _)| other == seed).map(|(_, y)| (*x, *y))
    });
    Some(ScatterPoint {
        family: None,
        label: method.title.clone(),
        color: method.color,
        x: forgetting.mean()?,
        y: learning.mean()?,
        x_interval: forgetting.interval(),
        y_interval: learning.interval(),
        dots: dots.collect(),
    })
}

/// x forgetting, y learning accuracy: the corner at the upper left learns everything and keeps it.
pub(super) fn plane(results: &Results<'_>) -> Vec<Block> {
    let panels: Vec<Panel> = results
        .benchmarks
        .iter()
        .map(|benchmark| {
            let points: Vec<ScatterPoint> = benchmark
                .methods
                .iter()
                // The ceiling sees all tasks at once: it neither forgets nor learns one task after another.
                .filter(|method| Some(method.id.as_str()) != ceiling_id(benchmark))
                .filter_map(|method| place(benchmark, method))
                .collect();
            // Never zoom in on less than ten percentage points: noise would look like a difference.
            let all = |of: fn(&(f64, f64)) -> f64| points.iter().flat_map(move |p| p.dots.iter().map(of));
            let (left, right) = (all(|d| d.0).fold(0.0, f64::min), all(|d| d.0).fold(0.1, f64::max));
            let (low, high) = (all(|d| d.1).fold(0.9, f64::min), all(|d| d.1).fold(0.95, f64::max));
            let pad = |span: f64| 0.05 * span;
            let x = (left - pad(right - left), right + pad(right - left));
            let y = (low - pad(high - low), high + pad(high - low));
            let figure: Box<dyn Figure> = Box::new(Scatter {
                x: Axis::percent("forgetting (percentage points)").over(x.0, x.1),
                y: Axis::percent("learning accuracy (%)").over(y.0, y.1),
                points,
                ..Scatter::default()
            });
            Panel { title: benchmark.name().to_owned(), color: Color::Ink, figure }
        })
        .filter(|panel| !panel.figure.csv().rows.is_empty())
        .collect();
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::heading(2, "What is kept against what is learned"), Block::Chart(Chart {
        name: "forgetting-plasticity".into(),
        title: "Forgetting against plasticity".into(),
        alt: "For every benchmark a plane with forgetting to the right and learning accuracy upwards, one point per \
              method. Methods near the upper left learn new tasks well and keep old ones."
            .into(),
        caption: format!(
            "Upper left is best: every task is learned and none is lost. Lower left never learned. Whiskers: 95 % intervals; \
             small dots: seeds. The ceiling method learns all tasks at once and has no place here.{}",
            shared(results)
        ),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 300.0, legend: Vec::new() }),
    })]
}
