//! Multi-task learning: accuracy per task against single-task networks, and the weights over time.

use super::incremental::averaged_of;
use crate::report::block::{Block, Chart};
use crate::report::chart::{Axis, BarChart, BarGroup, Color, LineChart, LineSeries, Panel, SmallMultiples};
use crate::report::number::number;
use crate::report::{BenchmarkResults, MethodResults};

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

/// Bars per task: every method, and the network that learned the task alone.
fn by_task(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let tasks = tasks(benchmark);
    let ranked = benchmark.ranked();
    let Some(first) = ranked.first().filter(|_| !tasks.is_empty()) else { return Vec::new() };
    let group = |label: &str, color: Color, method: &MethodResults<'_>, prefix: &str| {
        let values: Vec<_> =
            tasks.iter().map(|task| benchmark.values(method, &format!("{prefix}/{task}"))).collect();
        BarGroup {
            label: label.to_owned(),
            color,
            values: values.iter().map(|v| v.mean()).collect(),
            intervals: values.iter().map(|v| v.interval()).collect(),
        }
    };
    // The single-task networks are the same in every method's runs.
    let mut groups = vec![group("one network per task", Color::Muted, first, "single_accuracy")];
    groups.extend(ranked.iter().map(|m| group(&m.title, m.color, m, "accuracy")));
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
    vec![Block::Chart(Chart {
        name: format!("{}-by-task", benchmark.id),
        title: "Accuracy on each task".into(),
        alt: format!("{}: accuracy per task. {}.", benchmark.name(), text.join("; ")),
        caption: "Mean and 95 % interval over seeds, all test samples. Grey: a network of the same size for this task alone."
            .into(),
        figure: Box::new(BarChart { y: Axis::percent("accuracy (%)").over(0.0, 1.0), categories: tasks, groups }),
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
                    color: Color::Series(i),
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
            legend: tasks.iter().enumerate().map(|(i, task)| (task.clone(), Color::Series(i))).collect(),
        }),
    })]
}
