//! Meta-learning: query performance step by step, and how it got there.

use crate::paradigm::meta::MILESTONES;
use crate::report::block::{Block, Cell, Chart, Table};
use crate::report::chart::{Axis, LineChart, LinePoint, LineSeries};
use crate::report::number::number;
use crate::report::{BenchmarkResults, MethodResults};
use crate::run::Record;
use crate::stats;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(adaptation(benchmark));
    blocks.extend(milestones(benchmark));
    blocks.extend(learning(benchmark));
    blocks
}

fn curve<'r>(record: &'r Record, name: &str) -> Option<&'r crate::paradigm::Curve> {
    record.log.curves.iter().find(|curve| curve.name == name)
}

/// Mean over seeds at each step of adaptation, with the 95 % interval over all their episodes: seeds draw episodes of
/// their own, so the half-widths add in squares.
fn by_step(method: &MethodResults<'_>) -> Vec<LinePoint> {
    let pairs: Vec<_> = method
        .ok()
        .filter_map(|r| Some((curve(r, "adaptation/loss")?, curve(r, "adaptation/loss/half-width")?)))
        .collect();
    let Some((first, _)) = pairs.first() else { return Vec::new() };
    let points = first.x.iter().enumerate().map(|(at, x)| {
        let means: Vec<f64> = pairs.iter().filter_map(|(level, _)| *level.y.get(at)?).collect();
        let squares: f64 = pairs.iter().filter_map(|(_, width)| *width.y.get(at)?).map(|w| w * w).sum();
        let y = stats::mean(&means);
        let half = squares.sqrt() / means.len().max(1) as f64;
        LinePoint { x: *x, y, band: y.map(|y| (y - half, y + half)) }
    });
    points.collect()
}

fn series(
    benchmark: &BenchmarkResults<'_>,
    points: impl Fn(&MethodResults<'_>) -> Vec<LinePoint>,
) -> Vec<LineSeries> {
    let all = benchmark.ranked().into_iter().map(|method| LineSeries {
        label: method.title.clone(),
        color: method.color,
        dashed: false,
        points: points(method),
    });
    all.filter(|series| !series.points.is_empty()).collect()
}

fn adaptation(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let series = series(benchmark, by_step);
    if series.is_empty() {
        return Vec::new();
    }
    let ends: Vec<String> = series
        .iter()
        .filter_map(|s| {
            let (first, last) = (s.points.first()?.y?, s.points.last()?.y?);
            Some(format!("{} from {} to {}", s.label, number(first), number(last)))
        })
        .collect();
    vec![Block::Chart(Chart {
        name: format!("{}-adaptation", benchmark.id),
        title: "Adaptation to new tasks".into(),
        alt: format!("{}: query loss over steps of adaptation: {}.", benchmark.name(), ends.join("; ")),
        caption: "Query loss on tasks that meta-training never met, after each gradient step on their support set. \
                  Mean over seeds; band: 95 % interval over test episodes. A curve that starts low knows the average \
                  task; one that falls steeply has learned to adapt."
            .into(),
        figure: Box::new(LineChart {
            x: Axis::new("gradient steps on the support set"),
            y: Axis::new("query loss"),
            series,
            plot_height: 260.0,
            ..LineChart::default()
        }),
    })]
}

fn milestones(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let headings: Vec<String> = MILESTONES.iter().map(|k| format!(">k = {k}")).collect();
    let mut columns = vec!["method"];
    columns.extend(headings.iter().map(String::as_str));
    columns.push("falls throughout");
    let caption =
        format!("Query loss after k steps, mean and 95 % interval over test episodes, {}", benchmark.id);
    let mut table = Table::new(caption, columns);
    for method in benchmark.ranked() {
        let points = by_step(method);
        if points.is_empty() {
            continue;
        }
        let mut row = vec![Cell::colored(&method.title, method.color)];
        for k in MILESTONES {
            let text = match points.get(k) {
                Some(LinePoint { y: Some(y), band: Some((_, high)), .. }) => {
                    format!("{} ± {}", number(*y), number(high - y))
                }
                _ => "–".into(),
            };
            row.push(text.into());
        }
        let rises = method.ok().filter_map(|r| r.log.scalars.get("query_loss_rise"));
        let (seeds, risen) = rises.fold((0, 0), |(n, up), rise| (n + 1, up + usize::from(*rise > 0.0)));
        row.push(if risen == 0 { "yes".into() } else { format!("rises in {risen} of {seeds} seeds").into() });
        table.row(row);
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Table(table),
        Block::paragraph(
            "\"Falls throughout\" compares each of these steps with the one before, paired over episodes: a rise counts \
             when it exceeds its own 95 % interval.",
        ),
    ]
}

fn learning(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let averaged = |method: &MethodResults<'_>| -> Vec<LinePoint> {
        let curves: Vec<_> = method.ok().filter_map(|r| curve(r, "meta-training/query-loss")).collect();
        let Some(first) = curves.first() else { return Vec::new() };
        let at = |(i, x): (usize, &f64)| {
            let values: Vec<f64> = curves.iter().filter_map(|curve| *curve.y.get(i)?).collect();
            let band = stats::bca(&values).map(|interval| (interval.low, interval.high));
            LinePoint { x: *x, y: stats::mean(&values), band }
        };
        first.x.iter().enumerate().map(at).collect()
    };
    let series = series(benchmark, averaged);
    if series.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-meta-training", benchmark.id),
        title: "Meta-training".into(),
        alt: format!("{}: query loss after adaptation, over outer updates.", benchmark.name()),
        caption: "Query loss after the last step of adaptation, on test episodes that stay the same, while w is learned. \
                  Mean over seeds; band: 95 % interval over seeds."
            .into(),
        figure: Box::new(LineChart {
            x: Axis::new("outer updates"),
            y: Axis::new("query loss after adaptation"),
            series,
            plot_height: 220.0,
            ..LineChart::default()
        }),
    })]
}
