//! Transfer learning: the target's curve against learning from scratch, and what is left of the source.

use super::incremental::averaged;
use crate::block::{Block, Chart};
use crate::chart::{Axis, BarChart, BarGroup, Color, LineChart, LineSeries, Panel, SmallMultiples};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    // Which of the two outcomes this benchmark has.
    let percent = |label: &str| Axis::percent(format!("{label} (%)"));
    let plain = |label: &str| Axis::new(label);
    let mut blocks = Vec::new();
    blocks.extend(curves(benchmark, "accuracy", &percent("target accuracy")));
    blocks.extend(curves(benchmark, "error", &plain("target error")));
    blocks.extend(source(benchmark, "accuracy", &percent("source accuracy").over(0.0, 1.0)));
    blocks.extend(source(benchmark, "error", &plain("source error")));
    blocks
}

/// The numbers of shots with a curve of this outcome, increasing.
fn shots(benchmark: &BenchmarkResults<'_>, outcome: &str) -> Vec<usize> {
    let records = benchmark.methods.iter().flat_map(MethodResults::ok);
    let mut shots: Vec<usize> = records
        .flat_map(|record| &record.log.curves)
        .filter_map(|curve| curve.name.strip_prefix(outcome)?.strip_prefix('@')?.parse().ok())
        .collect();
    shots.sort_unstable();
    shots.dedup();
    shots
}

/// One panel per number of shots, one line per method.
fn curves(benchmark: &BenchmarkResults<'_>, outcome: &str, y: &Axis) -> Vec<Block> {
    let shots = shots(benchmark, outcome);
    if shots.is_empty() {
        return Vec::new();
    }
    let ranked = benchmark.ranked();
    let mut ends = Vec::new();
    let panels: Vec<Panel> = shots
        .iter()
        .map(|shots| {
            let series: Vec<LineSeries> = ranked
                .iter()
                .map(|method| LineSeries {
                    label: method.title.clone(),
                    color: method.color,
                    dashed: method.id == "scratch",
                    points: averaged(method, &format!("{outcome}@{shots}"), true),
                })
                .filter(|series| !series.points.is_empty())
                .collect();
            let end = |s: &LineSeries| Some(format!("{} {}", s.label, number(s.points.last()?.y?)));
            ends.push(format!(
                "{shots} shots: {}",
                series.iter().filter_map(end).collect::<Vec<_>>().join(", ")
            ));
            let figure = Box::new(LineChart {
                x: Axis::new("updates on the target"),
                y: y.clone(),
                series,
                plot_height: 180.0,
                unlabelled: true,
                ..LineChart::default()
            });
            let unit = if outcome == "accuracy" { "samples per class" } else { "samples" };
            Panel { title: format!("{shots} {unit}"), color: Color::Ink, figure }
        })
        .collect();
    vec![Block::Chart(Chart {
        name: format!("{}-transfer-{outcome}", benchmark.id),
        title: "Learning the target".into(),
        alt: format!(
            "{}: {outcome} on the target over updates. At the end: {}.",
            benchmark.name(),
            ends.join("; ")
        ),
        caption:
            "Mean over seeds; band: 95 % interval; dashed: the same network without the source. The lead at \
                  update 0 is the jump-start, the area between two lines the area ratio's numerator."
                .into(),
        figure: Box::new(SmallMultiples {
            panels,
            columns: 2,
            min_width: 320.0,
            legend: ranked.iter().map(|m| (m.title.clone(), m.color)).collect(),
        }),
    })]
}

/// Performance on the source before the target and after each.
fn source(benchmark: &BenchmarkResults<'_>, outcome: &str, y: &Axis) -> Vec<Block> {
    let before = format!("source_{outcome}_before");
    let has = |m: &&MethodResults<'_>| benchmark.values(m, &before).mean().is_some();
    let methods: Vec<&MethodResults<'_>> = benchmark.ranked().into_iter().filter(has).collect();
    if methods.is_empty() {
        return Vec::new();
    }
    let shots = shots(benchmark, outcome);
    let named = |label: String, name: &str, index: usize| {
        let values: Vec<_> = methods.iter().map(|m| benchmark.values(m, name)).collect();
        BarGroup {
            label,
            color: if index == 0 { Color::Muted } else { Color::Step(index - 1, shots.len()) },
            values: values.iter().map(|v| v.mean()).collect(),
            intervals: values.iter().map(|v| v.interval()).collect(),
        }
    };
    let after = |(i, shots): (usize, &usize)| {
        named(format!("after {shots} shots"), &format!("source_{outcome}_after@{shots}"), i + 1)
    };
    let mut groups = vec![named("before the target".into(), &before, 0)];
    groups.extend(shots.iter().enumerate().map(after));
    let text: Vec<String> = methods
        .iter()
        .enumerate()
        .map(|(m, method)| {
            let values: Vec<String> =
                groups.iter().filter_map(|g| Some(format!("{} {}", g.label, number(g.values[m]?)))).collect();
            format!("{}: {}", method.title, values.join(", "))
        })
        .collect();
    vec![Block::Chart(Chart {
        name: format!("{}-source-{outcome}", benchmark.id),
        title: "What is left of the source".into(),
        alt: format!(
            "{}: {outcome} on the source before and after the target. {}.",
            benchmark.name(),
            text.join("; ")
        ),
        caption: "Mean and 95 % interval over seeds. Colours are numbers of samples here, not methods. Learning from scratch has no source.".into(),
        figure: Box::new(BarChart {
            y: y.clone(),
            categories: methods.iter().map(|m| m.title.clone()).collect(),
            groups,
        }),
    })]
}
