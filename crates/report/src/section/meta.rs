//! Meta-learning: query performance step by step, and how it got there.

use super::focus::focused;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, LineChart, LinePoint, LineSeries};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Record;
use std::collections::BTreeSet;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(adaptation(benchmark));
    blocks.extend(milestones(benchmark));
    blocks.extend(learning(benchmark));
    blocks
}

/// What is shown: accuracy where tasks are classifications, otherwise the loss.
fn quantity(benchmark: &BenchmarkResults<'_>) -> &'static str {
    let mut records = benchmark.methods.iter().flat_map(MethodResults::ok);
    if records.any(|record| curve(record, "adaptation/accuracy").is_some()) { "accuracy" } else { "loss" }
}

fn curve<'r>(record: &'r Record, name: &str) -> Option<&'r contract::Curve> {
    record.log.curves.iter().find(|curve| curve.name == name)
}

/// Mean over seeds at each step of adaptation, with the 95 % interval over all their episodes: seeds draw episodes of
/// their own, so the half-widths add in squares.
fn by_step(method: &MethodResults<'_>, quantity: &str) -> Vec<LinePoint> {
    let (level, width) = (format!("adaptation/{quantity}"), format!("adaptation/{quantity}/half-width"));
    let pairs: Vec<_> = method.ok().filter_map(|r| Some((curve(r, &level)?, curve(r, &width)?))).collect();
    let Some((first, _)) = pairs.first() else { return Vec::new() };
    let points = first.x.iter().enumerate().map(|(at, x)| {
        let means: Vec<f64> = pairs.iter().filter_map(|(level, _)| *level.y.get(at)?).collect();
        let squares: f64 = pairs.iter().filter_map(|(_, width)| *width.y.get(at)?).map(|w| w * w).sum();
        let y = stats::mean(&means);
        let half = squares.sqrt() / means.len().max(1) as f64;
        LinePoint { x: *x, y, band: y.map(|y| (y - half, y + half)), n: means.len() }
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
    let quantity = quantity(benchmark);
    let mut series = series(benchmark, |method| by_step(method, quantity));
    if series.is_empty() {
        return Vec::new();
    }
    let ends: Vec<String> = series
        .iter()
        .filter_map(|s| {
            let (first, last) = (s.points.first()?.y?, s.points.last()?.y?);
            Some(if s.points.len() == 1 {
                format!("{} {} without a step", s.label, number(first))
            } else {
                format!("{} from {} to {}", s.label, number(first), number(last))
            })
        })
        .collect();
    let levels =
        if series.iter().any(|s| s.points.len() == 1) { "; dashed: adapts without steps" } else { "" };
    // A method that adapts without steps is a level, not a point at the start of the others.
    let end = series.iter().filter_map(|s| Some(s.points.last()?.x)).fold(0.0, f64::max);
    for level in series.iter_mut().filter(|s| s.points.len() == 1) {
        level.dashed = true;
        level.label.push_str(", no steps");
        level.points.extend(level.points.first().map(|point| LinePoint { x: end, ..*point }));
    }
    vec![Block::Chart(Chart {
        name: format!("{}-adaptation", benchmark.id),
        title: "Adaptation to new tasks".into(),
        alt: format!("{}: query {quantity} over steps of adaptation: {}.", benchmark.name(), ends.join("; ")),
        caption: format!(
            "Query {quantity} on tasks that meta-training never met, after each gradient step on their support set. \
             Mean over seeds; band: 95 % interval over test episodes{levels}. {}",
            if quantity == "loss" {
                "A curve that starts low knows the average task; one that falls steeply has learned to adapt."
            } else {
                "Labels are drawn anew for each task, so nothing can be known before the first step."
            }
        ),
        figure: Box::new(LineChart {
            x: Axis::new("gradient steps on the support set"),
            y: Axis::new(format!("query {quantity}")),
            series: focused(benchmark, series),
            plot_height: 260.0,
            ..LineChart::default()
        }),
    })]
}

/// Numbers of steps at which runs left a scalar `query_QUANTITY_kSTEPS`.
fn milestones_of(benchmark: &BenchmarkResults<'_>, quantity: &str) -> BTreeSet<usize> {
    let prefix = format!("query_{quantity}_k");
    let names = benchmark.methods.iter().flat_map(MethodResults::ok).flat_map(|r| r.log.scalars.keys());
    names.filter_map(|name| name.strip_prefix(&prefix)?.parse().ok()).collect()
}

fn milestones(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let quantity = quantity(benchmark);
    let milestones = milestones_of(benchmark, quantity);
    let headings: Vec<String> = milestones.iter().map(|k| format!(">k = {k}")).collect();
    let mut columns = vec!["method"];
    columns.extend(headings.iter().map(String::as_str));
    columns.push("loss falls throughout");
    let caption = format!(
        "Query {quantity} after k steps, mean and 95 % interval over test episodes, {}",
        benchmark.id
    );
    let mut table = Table::new(caption, columns);
    for method in benchmark.ranked() {
        let points = by_step(method, quantity);
        if points.is_empty() {
            continue;
        }
        let mut row = vec![Cell::colored(&method.title, method.color)];
        for k in &milestones {
            let text = match points.get(*k) {
                Some(LinePoint { y: Some(y), band: Some((_, high)), .. }) => {
                    format!("{} ± {}", number(*y), number(high - y))
                }
                _ => "–".into(),
            };
            row.push(text.into());
        }
        let rises = method.ok().filter_map(|r| r.log.scalars.get("query_loss_rise"));
        let (seeds, risen) = rises.fold((0, 0), |(n, up), rise| (n + 1, up + usize::from(*rise > 0.0)));
        row.push(if points.len() < 2 {
            "no steps".into()
        } else if risen == 0 {
            "yes".into()
        } else {
            format!("rises in {risen} of {seeds} seeds").into()
        });
        table.row(row);
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Table(table),
        Block::paragraph(
            "\"Loss falls throughout\" compares each of these steps with the one before, paired over episodes: a rise counts \
             when it exceeds its own 95 % interval.",
        ),
    ]
}

fn learning(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let quantity = quantity(benchmark);
    let name = format!("meta-training/query-{quantity}");
    let averaged = |method: &MethodResults<'_>| -> Vec<LinePoint> {
        let curves: Vec<_> = method.ok().filter_map(|r| curve(r, &name)).collect();
        let Some(first) = curves.first() else { return Vec::new() };
        let at = |(i, x): (usize, &f64)| {
            let values: Vec<f64> = curves.iter().filter_map(|curve| *curve.y.get(i)?).collect();
            let band = stats::mean_interval(&values).map(|interval| (interval.low, interval.high));
            LinePoint { x: *x, y: stats::mean(&values), band, n: values.len() }
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
        alt: format!("{}: query {quantity} after adaptation, over outer updates.", benchmark.name()),
        caption: format!(
            "Query {quantity} after the last step of adaptation, on test episodes that stay the same, while w is \
             learned. Mean over seeds; band: 95 % interval over seeds."
        ),
        figure: Box::new(LineChart {
            x: Axis::new("outer updates"),
            y: Axis::new(format!("query {quantity} after adaptation")),
            series: focused(benchmark, series),
            plot_height: 220.0,
            ..LineChart::default()
        }),
    })]
}
