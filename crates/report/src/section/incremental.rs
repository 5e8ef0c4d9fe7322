//! Incremental learning: accuracy matrices and accuracy over time with task boundaries.

use std::collections::BTreeMap;

use super::focus::focused;
use super::frontier;
use crate::block::{Block, Chart};
use crate::chart::{
    Axis, Color, HeatMap, LineChart, LineMark, LinePoint, LineSeries, NumberFormat, Panel, SmallMultiples,
};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::{Curve, RunLog};

/// What the curves and matrices of a benchmark say.
#[derive(Clone, Copy)]
struct Kind {
    /// Prefix of the curves.
    curves: &'static str,
    /// What it is called, within a sentence and at its beginning.
    word: &'static str,
    title: &'static str,
    /// A share in percent, or a number that may be below 0.
    share: bool,
}

const ACCURACY: Kind = Kind { curves: "accuracy", word: "accuracy", title: "Accuracy", share: true };
const EXPLAINED: Kind = Kind { curves: "r2", word: "R²", title: "R²", share: false };

impl Kind {
    fn of(benchmark: &BenchmarkResults<'_>) -> Self {
        let mut matrices =
            benchmark.methods.iter().flat_map(MethodResults::ok).filter_map(|r| r.log.matrix.as_ref());
        if matrices.any(|matrix| matrix.regression) { EXPLAINED } else { ACCURACY }
    }

    fn axis(self, of: &str) -> Axis {
        if self.share { Axis::percent(format!("accuracy{of} (%)")) } else { Axis::new(format!("R²{of}")) }
    }
}

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::from_iter(frontier::build(benchmark));
    blocks.extend(seen(benchmark));
    blocks.extend(by_task(benchmark));
    blocks.extend(matrices(benchmark));
    blocks
}

/// Mean over seeds, with a 95 % band if asked, at every x of a curve that at least one seed has.
pub(super) fn averaged(method: &MethodResults<'_>, curve: &str, with_band: bool) -> Vec<LinePoint> {
    averaged_of(method, |log| &log.curves, curve, with_band)
}

/// The same for the curves that `of` picks from a log.
pub(super) fn averaged_of(
    method: &MethodResults<'_>,
    of: impl Fn(&RunLog) -> &[Curve],
    curve: &str,
    with_band: bool,
) -> Vec<LinePoint> {
    let mut at: BTreeMap<u64, (f64, Vec<f64>)> = BTreeMap::new();
    for record in method.ok() {
        for found in of(&record.log).iter().filter(|c| c.name == curve) {
            for (x, y) in found.x.iter().zip(&found.y) {
                if let (true, Some(y)) = (*x >= 0.0, y) {
                    // The bits of non-negative numbers order as the numbers do.
                    at.entry(x.to_bits()).or_insert_with(|| (*x, Vec::new())).1.push(*y);
                }
            }
        }
    }
    at.into_values()
        .map(|(x, values)| {
            let interval = if with_band { stats::mean_interval(&values) } else { None };
            let band = interval.map(|i| (i.low, i.high));
            LinePoint { x, y: stats::mean(&values), band, n: values.len() }
        })
        .collect()
}

fn marks(benchmark: &BenchmarkResults<'_>) -> Vec<LineMark> {
    let record = benchmark.methods.iter().find_map(|m| m.ok().find(|r| !r.log.marks.is_empty()));
    let marks = record.map(|r| r.log.marks.as_slice()).unwrap_or_default();
    // Which classes a task holds may differ by seed: number the tasks.
    marks
        .iter()
        .enumerate()
        .map(|(i, mark)| LineMark { x: mark.x, label: format!("task {}", i + 1) })
        .collect()
}

fn seen(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let kind = Kind::of(benchmark);
    let series: Vec<LineSeries> = benchmark
        .ranked()
        .into_iter()
        .map(|method| LineSeries {
            label: method.title.clone(),
            color: method.color,
            dashed: false,
            points: averaged(method, &format!("{}/seen", kind.curves), true),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    if series.is_empty() {
        return Vec::new();
    }
    let last: Vec<String> =
        series.iter().filter_map(|s| Some(format!("{} {}", s.label, number(s.points.last()?.y?)))).collect();
    vec![Block::Chart(Chart {
        name: format!("{}-accuracy-over-time", benchmark.id),
        title: format!("{} on the tasks seen so far", kind.title),
        alt: format!(
            "{}: {} over updates with task boundaries. At the end: {}.",
            benchmark.name(),
            kind.word,
            last.join("; ")
        ),
        caption: "Mean over seeds; band: 95 % interval; vertical lines: a new task begins.".into(),
        figure: Box::new(LineChart {
            x: Axis::new("updates"),
            y: kind.axis(" on tasks seen so far"),
            series: focused(benchmark, series),
            marks: marks(benchmark),
            plot_height: 260.0,
            ..LineChart::default()
        }),
    })]
}

/// One panel per method: the accuracy on each task while all are learned one after another.
fn by_task(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let kind = Kind::of(benchmark);
    let prefix = format!("{}/task", kind.curves);
    let of_task = |name: &str| name.strip_prefix(&prefix).is_some_and(|j| j.parse::<usize>().is_ok());
    let mut curves = benchmark.methods.iter().flat_map(MethodResults::ok).flat_map(|r| &r.log.curves);
    if !curves.any(|curve| of_task(&curve.name)) {
        return Vec::new();
    }
    let mut legend: Vec<(String, Color)> = Vec::new();
    let boundaries: Vec<LineMark> =
        marks(benchmark).into_iter().map(|mark| LineMark { label: String::new(), ..mark }).collect();
    let panels: Vec<Panel> = benchmark
        .ranked()
        .into_iter()
        .filter_map(|method| {
            let series: Vec<LineSeries> = (0..boundaries.len().max(1))
                .map(|j| LineSeries {
                    label: format!("task {}", j + 1),
                    color: Color::Step(j, boundaries.len()),
                    dashed: false,
                    points: averaged(method, &format!("{prefix}{j}"), false),
                })
                .filter(|series| !series.points.is_empty())
                .collect();
            if series.is_empty() {
                return None;
            }
            if series.len() > legend.len() {
                legend = series.iter().map(|s| (s.label.clone(), s.color)).collect();
            }
            let figure = Box::new(LineChart {
                x: Axis::new("updates"),
                y: if kind.share { kind.axis("").over(0.0, 1.0) } else { kind.axis("") },
                series,
                marks: boundaries.clone(),
                plot_height: 130.0,
                unlabelled: true,
                ..LineChart::default()
            });
            Some(Panel { title: method.title.clone(), color: method.color, figure })
        })
        .collect();
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-accuracy-by-task", benchmark.id),
        title: format!("{} on each task", kind.title),
        alt: format!(
            "{}: one panel per method with one line per task: after its own context a line that falls is forgotten, a line \
              that stays high is kept.",
            benchmark.name()
        ),
        caption: "Mean over seeds. Colours are tasks here, not methods; vertical lines: a new task begins."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 320.0, legend }),
    })]
}

fn matrices(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let kind = Kind::of(benchmark);
    let panels: Vec<Panel> = benchmark
        .ranked()
        .into_iter()
        .filter_map(|method| {
            let values = mean_matrix(method)?;
            let labels: Vec<String> = (1..=values.len()).map(|j| j.to_string()).collect();
            let figure = Box::new(HeatMap {
                row_axis: "after task".into(),
                column_axis: "tested on task".into(),
                rows: labels.clone(),
                columns: labels,
                values,
                range: (0.0, 1.0),
                format: if kind.share { NumberFormat::Percent } else { NumberFormat::Number },
            });
            Some(Panel { title: method.title.clone(), color: method.color, figure })
        })
        .collect();
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-matrices", benchmark.id),
        title: if kind.share { "Accuracy matrices".into() } else { "Matrices of R²".into() },
        alt: format!(
            "{}: one matrix per method: rows are the task just trained, columns the task tested. Below the diagonal \
              stands what is left of earlier tasks.",
            benchmark.name()
        ),
        caption: format!(
            "{}, mean over seeds; yellow is {}, dark blue 0{}. Read a column downwards: that is how one task is forgotten.",
            if kind.share { "Accuracy in percent" } else { "R²" },
            if kind.share { "100" } else { "1" },
            if kind.share { "" } else { " and below" },
        ),
        figure: Box::new(SmallMultiples { panels, columns: 3, min_width: 150.0, legend: Vec::new() }),
    })]
}

/// Element-wise mean over the seeds whose matrix has the common size.
fn mean_matrix(method: &MethodResults<'_>) -> Option<Vec<Vec<Option<f64>>>> {
    let matrices: Vec<&Vec<Vec<f64>>> =
        method.ok().filter_map(|r| r.log.matrix.as_ref()).map(|m| &m.rows).collect();
    let tasks = matrices.first()?.len();
    if tasks == 0 {
        return None;
    }
    let at = |i: usize, j: usize| {
        let values: Vec<f64> = matrices
            .iter()
            .filter(|rows| rows.len() == tasks)
            .filter_map(|rows| rows.get(i)?.get(j).copied())
            .filter(|v| v.is_finite())
            .collect();
        stats::mean(&values)
    };
    Some((0..tasks).map(|i| (0..tasks).map(|j| at(i, j)).collect()).collect())
}
