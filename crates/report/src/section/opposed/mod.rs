//! Opposed behaviours: accuracy by target, outputs, trajectories in principal components, dose–response.

mod dose;
mod midpoints;
mod outputs;
mod series;
mod trajectories;

use crate::block::{Block, Chart};
use crate::chart::{Axis, DotChart, DotRow};
use crate::results::BenchmarkResults;
use base::stats;
use dose::dose;
use midpoints::midpoints;
use outputs::outputs;
use series::scalars;
use trajectories::trajectories;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(accuracy(benchmark));
    blocks.extend(outputs(benchmark));
    blocks.extend(trajectories(benchmark));
    blocks.extend(dose(benchmark));
    blocks.extend(midpoints(benchmark));
    blocks
}

/// Accuracy of the worst behaviour by method: by targeted fraction, and the controls.
fn accuracy(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let rows: Vec<DotRow> = benchmark
        .ranked()
        .into_iter()
        .map(|method| {
            let dots = scalars(method, "accuracy_worst");
            let mean = stats::mean(&dots);
            let reached = scalars(method, "reached_criterion").iter().filter(|x| **x > 0.5).count();
            let note = format!(
                "{}, criterion {reached}/{}",
                mean.map_or_else(|| "–".into(), |m| format!("{:.1} %", 100.0 * m)),
                dots.len()
            );
            let (label, color, interval) = (method.title.clone(), method.color, stats::mean_interval(&dots));
            DotRow { label, color, mean, interval, dots, note }
        })
        .filter(|row| row.mean.is_some())
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let words: Vec<String> = rows.iter().map(|row| format!("{} {}", row.label, row.note)).collect();
    vec![Block::Chart(Chart {
        name: format!("{}-worst-behaviour", benchmark.id),
        title: "Accuracy of the worst behaviour".into(),
        alt: format!("{}: {}.", benchmark.name(), words.join("; ")),
        caption: "Share of right answers in the behaviour that went worst, fresh noisy trials; a dot is one network, bar: 95 % \
                  interval of the mean. \"criterion\" counts the networks that met the stopping rule."
            .into(),
        figure: Box::new(DotChart {
            x: Axis::percent("right answers in the worst behaviour (%)").over(0.0, 1.0),
            rows,
            references: vec![(0.95, "95 %".into())],
        }),
    })]
}
