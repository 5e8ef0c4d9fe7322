//! Multi-task learning: accuracy per task against single-task networks, and the weights over time.

use std::collections::BTreeMap;

use super::incremental::averaged_of;
use crate::block::{Block, Chart};
use crate::chart::{Axis, BarChart, BarGroup, Color, LineChart, LineSeries, Panel, SmallMultiples};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(by_task(benchmark));
    blocks.extend(weights(benchmark));
    blocks
}

/// The tasks' names, in order of the curves.
fn tasks(benchmark: &BenchmarkResults<'_>) -> Vec<String> {
    let record = benchmark.methods.iter().find_map(|m| m.ok().next());
    let curves = record.map(|r| r.log.curves.as_slice()).unwrap_or_default();
    curves.iter().filter_map(|c| Some(c.name.strip_prefix("accuracy/")?.to_owned())).collect()
}

/// Bars per task and method: the accuracy minus that of the network that learned the task alone, paired by seed.
fn by_task(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let tasks = tasks(benchmark);
    let ranked = benchmark.ranked();
    let Some(first) = ranked.first().filter(|_| !tasks.is_empty()) else { return Vec::new() };
    let points = |method: &MethodResults<'_>, task: &str| {
        let alone = benchmark.values(method, &format!("single_accuracy/{task}")).by_seed;
        let alone: BTreeMap<u64, f64> = alone.into_iter().collect();
        let own = benchmark.values(method, &format!("accuracy/{task}")).by_seed;
        let pairs = own.iter().filter_map(|(seed, value)| Some(100.0 * (value - alone.get(seed)?)));
        pairs.collect::<Vec<f64>>()
    };
    let group = |method: &&MethodResults<'_>| {
        let differences: Vec<Vec<f64>> = tasks.iter().map(|task| points(method, task)).collect();
        BarGroup {
            label: method.title.clone(),
            color: method.color,
            values: differences.iter().map(|d| stats::mean(d)).collect(),
            intervals: differences.iter().map(|d| stats::mean_interval(d)).collect(),
        }
    };
    let groups: Vec<BarGroup> = ranked.iter().map(group).collect();
    let text: Vec<String> = groups
        .iter()
        .map(|g| {
            let values: Vec<String> = tasks
                .iter()
                .zip(&g.values)
                .filter_map(|(t, v)| Some(format!("{t} {}", number((*v)?))))
                .collect();
            format!("{}: {}", g.label, values.join(", "))
        })
        .collect();
    // The single-task networks are the same in every method's runs.
    let category = |task: &String| {
        let alone = benchmark.values(first, &format!("single_accuracy/{task}")).mean();
        alone.map_or_else(|| task.clone(), |alone| format!("{task} (alone {:.1} %)", 100.0 * alone))
    };
    vec![Block::Chart(Chart {
        name: format!("{}-by-task", benchmark.id),
        title: "Each task against a network for it alone".into(),
        alt: format!(
            "{}: accuracy minus that of a network for the task alone, in percentage points. {}.",
            benchmark.name(),
            text.join("; ")
        ),
        caption: "Paired by seed: mean and 95 % interval, all test samples. Below 0: learning the tasks together costs accuracy \
                  on this one. In brackets: accuracy of the network of the same size that learns the task alone."
            .into(),
        figure: Box::new(BarChart {
            y: Axis::new("accuracy together − alone (percentage points)"),
            categories: tasks.iter().map(category).collect(),
            groups,
        }),
    })]
}

/// One panel per method whose λ_i move, one line per task.
fn weights(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let tasks = tasks(benchmark);
    let panels: Vec<Panel> = benchmark
        .ranked()
        .into_iter()
        .filter_map(|method| {
            let series: Vec<LineSeries> = tasks
                .iter()
                .enumerate()
                .map(|(i, task)| LineSeries {
                    label: task.clone(),
                    color: Color::Step(i, tasks.len()),
                    dashed: false,
                    points: averaged_of(method, |log| &log.signals, &format!("lambda/{task}"), true),
                })
                .filter(|series| !series.points.is_empty())
                .collect();
            let moves = series.iter().any(|s| s.points.iter().any(|p| p.y != s.points[0].y));
            let figure = Box::new(LineChart {
                x: Axis::new("updates"),
                y: Axis::new("weight λ of the task's loss"),
                series,
                plot_height: 130.0,
                unlabelled: true,
                ..LineChart::default()
            });
            moves.then(|| Panel { title: method.title.clone(), color: method.color, figure })
        })
        .collect();
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-weights", benchmark.id),
        title: "Weights of the tasks".into(),
        alt: format!(
            "{}: one panel per method that changes the weights λ of the tasks while learning.",
            benchmark.name()
        ),
        caption: "Mean over seeds; band: 95 % interval. Colours are tasks here, not methods.".into(),
        figure: Box::new(SmallMultiples {
            panels,
            columns: 2,
            min_width: 320.0,
            legend: tasks
                .iter()
                .enumerate()
                .map(|(i, task)| (task.clone(), Color::Step(i, tasks.len())))
                .collect(),
        }),
    })]
}
