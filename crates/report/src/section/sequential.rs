//! Learning in sequence after meta-training: accuracy against the number of classes learned.

use super::focus::focused;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, LineChart, LinePoint, LineSeries};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Record;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let held_out = chart(
        benchmark,
        "held-out",
        "Drawings held out",
        "Share right of held-out drawings of all classes learned so far, as classes come one after another.",
    );
    let learned = chart(
        benchmark,
        "learned",
        "Drawings learned",
        "Share right of the drawings that were learned, once each, of all classes so far.",
    );
    [held_out, learned, order(benchmark)].into_iter().flatten().collect()
}

fn curve<'r>(record: &'r Record, name: &str) -> Option<&'r contract::Curve> {
    record.log.curves.iter().find(|curve| curve.name == name)
}

/// Mean over seeds, with the 95 % interval over all their sequences where there is one seed, else over seeds: classes of
/// meta-training and initial weights differ between seeds, sequences do within.
fn points(method: &MethodResults<'_>, name: &str) -> Vec<LinePoint> {
    let (level, width) = (format!("sequence/{name}"), format!("sequence/{name}/half-width"));
    let pairs: Vec<_> = method.ok().filter_map(|r| Some((curve(r, &level)?, curve(r, &width)?))).collect();
    let Some((first, _)) = pairs.first() else { return Vec::new() };
    let at = |(place, x): (usize, &f64)| {
        let means: Vec<f64> = pairs.iter().filter_map(|(level, _)| *level.y.get(place)?).collect();
        let y = stats::mean(&means);
        let over_seeds = stats::mean_interval(&means).map(|interval| (interval.low, interval.high));
        let over_sequences = || {
            let half = pairs.first().and_then(|(_, width)| *width.y.get(place)?)?;
            y.filter(|_| means.len() == 1).map(|y| (y - half, y + half))
        };
        LinePoint { x: *x, y, band: over_seeds.or_else(over_sequences), n: means.len() }
    };
    first.x.iter().enumerate().map(at).collect()
}

fn chart(benchmark: &BenchmarkResults<'_>, name: &str, title: &str, caption: &str) -> Option<Block> {
    let line = |method: &MethodResults<'_>| LineSeries {
        label: method.title.clone(),
        color: method.color,
        dashed: false,
        points: points(method, name),
    };
    let series: Vec<LineSeries> =
        benchmark.ranked().into_iter().map(line).filter(|series| !series.points.is_empty()).collect();
    let ends: Vec<String> = series
        .iter()
        .filter_map(|s| {
            let (first, last) = (s.points.first()?, s.points.last()?);
            Some(format!("{} from {} to {}", s.label, number(first.y?), number(last.y?)))
        })
        .collect();
    if ends.is_empty() {
        return None;
    }
    Some(Block::Chart(Chart {
        name: format!("{}-{name}", benchmark.id),
        title: title.into(),
        alt: format!(
            "{}: accuracy against the number of classes learned: {}.",
            benchmark.name(),
            ends.join("; ")
        ),
        caption: format!(
            "{caption} Mean over seeds; band: 95 % interval over seeds (over sequences where there is one seed)."
        ),
        figure: Box::new(LineChart {
            x: Axis::new("classes learned one after another"),
            y: Axis::percent("right (%)").over(0.0, 1.0),
            series: focused(benchmark, series),
            plot_height: 240.0,
            ..LineChart::default()
        }),
    }))
}

/// What the order costs: against the oracle that sees the same drawings mixed.
fn order(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    const COLUMNS: [(&str, &str); 4] = [
        ("sequential_accuracy", ">held out"),
        ("sequential_accuracy_learned", ">learned"),
        ("mixed_accuracy", ">held out, classes mixed"),
        ("cost_of_order", ">cost of order"),
    ];
    let headings = std::iter::once("method").chain(COLUMNS.iter().map(|(_, heading)| *heading));
    let mut table = Table::new(
        format!(
            "Accuracy after the last class, and after the same drawings in random order, {}",
            benchmark.id
        ),
        headings,
    );
    for method in benchmark.ranked() {
        let values = COLUMNS.iter().map(|(name, _)| benchmark.values(method, name).mean());
        if values.clone().all(|value| value.is_none()) {
            continue;
        }
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        row.extend(values.map(|value| value.map_or_else(|| "–".to_owned(), number).into()));
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}
