//! Switching tasks: what each learner did, behaviour around a switch, levels and meta-parameters over the session.

use super::averaged::averaged;
use super::focus::focused;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, SmallMultiples};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};

/// Learners drawn in the figures, where they ran: enough to see what differs, few enough to read.
const DRAWN: [&str; 11] = [
    "constants",
    "doya",
    "uncertainty",
    "ach-ne",
    "ach-ne-no-ne",
    "goal-delta",
    "goal-observer",
    "observer",
    "exact-observer",
    "fixed-rate",
    "told",
];

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    [behaviour(benchmark), aligned(benchmark), levels(benchmark)].into_iter().flatten().collect()
}

/// One row per learner; the columns that the task measures.
fn behaviour(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    const COLUMNS: [(&str, &str); 13] = [
        ("reward_rate", ">reward per step"),
        ("accuracy", ">right choices"),
        ("late_share", ">late choices"),
        ("positive_feedback", ">positive feedback"),
        ("lag", ">lag (trials)"),
        ("resets", ">resets"),
        ("reset_lag", ">switch to reset (trials)"),
        ("prediction_error", ">error (sd)"),
        ("prediction_error_between", ">error between jumps (sd)"),
        ("mean_rate", ">mean α"),
        ("mean_inverse_temperature", ">mean β"),
        ("mean_discount", ">mean γ"),
        ("switches", ">switches"),
    ];
    let measured: Vec<&(&str, &str)> = COLUMNS
        .iter()
        .filter(|(name, _)| benchmark.methods.iter().any(|m| benchmark.values(m, name).mean().is_some()))
        .collect();
    if measured.is_empty() {
        return None;
    }
    let headings = std::iter::once("learner").chain(measured.iter().map(|(_, heading)| *heading));
    let mut table = Table::new("What the learners did: means over seeds", headings);
    for method in benchmark.ranked() {
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        row.extend(measured.iter().map(|(name, _)| {
            benchmark.values(method, name).mean().map_or_else(|| "–".to_owned(), number).into()
        }));
        table.row(row);
    }
    Some(Block::Table(table))
}

/// The learners that are drawn.
fn drawn<'b, 'a>(benchmark: &'b BenchmarkResults<'a>) -> Vec<&'b MethodResults<'a>> {
    DRAWN.iter().filter_map(|id| benchmark.method(id)).collect()
}

fn lines(
    methods: &[&MethodResults<'_>],
    points: impl Fn(&MethodResults<'_>) -> Vec<LinePoint>,
) -> Vec<LineSeries> {
    let line = |method: &&MethodResults<'_>| LineSeries {
        label: method.title.clone(),
        color: method.color,
        dashed: false,
        points: points(method),
    };
    methods.iter().map(line).filter(|series| !series.points.is_empty()).collect()
}

/// Names, titles and axes of what may be drawn; `aligned/…` in the record.
fn measures() -> [(&'static str, &'static str, Axis); 11] {
    [
        ("right", "right choices", Axis::percent("right (%)").over(0.0, 1.0)),
        ("late", "late rather than soon", Axis::percent("late (%)").over(0.0, 1.0)),
        ("error", "error of the prediction", Axis::new("error (sd)")),
        ("rate", "learning rate", Axis::new("α")),
        ("inverse_temperature", "inverse temperature", Axis::new("β")),
        ("discount", "discount", Axis::new("γ")),
        ("change_probability", "probability of a jump", Axis::new("p").over(0.0, 1.0)),
        ("acetylcholine", "acetylcholine", Axis::new("ACh")),
        ("noradrenaline", "noradrenaline", Axis::new("NA")),
        ("threshold", "threshold of noradrenaline", Axis::new("threshold")),
        ("serotonin", "serotonin", Axis::new("5-HT")),
    ]
}

fn aligned(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let drawn = drawn(benchmark);
    let panel = |(name, title, y): (&str, &str, Axis)| {
        let curve = format!("aligned/{name}");
        let series = lines(&drawn, |method| averaged(method, &curve));
        (!series.is_empty()).then(|| Panel {
            title: title.into(),
            color: Color::Ink,
            figure: Box::new(LineChart {
                x: Axis::new("trials from the switch"),
                y,
                series: focused(benchmark, series),
                marks: vec![LineMark { x: 0.0, label: "switch".into() }],
                plot_height: 150.0,
                ..LineChart::default()
            }),
        })
    };
    let panels: Vec<Panel> = measures().into_iter().filter_map(panel).collect();
    if panels.is_empty() {
        return None;
    }
    let after = drawn.iter().filter_map(|method| {
        let at = |name: &str| {
            let points = averaged(method, name);
            points.iter().find(|point| point.x == 20.0).and_then(|point| point.y)
        };
        Some(format!("{} {}", method.title, number(at("aligned/right").or_else(|| at("aligned/error"))?)))
    });
    Some(Block::Chart(Chart {
        name: format!("{}-aligned", benchmark.id),
        title: format!("{}: around a switch", benchmark.name()),
        alt: format!(
            "Behaviour, meta-parameters and levels from 10 trials before to 40 trials after a switch. 20 trials after it: {}.",
            after.collect::<Vec<_>>().join("; ")
        ),
        caption: "Mean over seeds of each seed's mean over switches; band: 95 % interval. A trial that another switch separates \
                  from this one is left out. Level 0 means that the learner has no such modulator, or not yet."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 420.0, legend: Vec::new() }),
    }))
}

/// Performance, meta-parameters and levels of one learner's first seed on one time axis.
fn levels(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let drawn = drawn(benchmark);
    // The learner with the most to show; of equals the first.
    let shown = |m: &MethodResults<'_>| m.ok().next().map_or(0, |record| record.log.signals.len());
    let method = drawn.iter().rev().max_by_key(|m| shown(m))?;
    let record = method.ok().next().filter(|record| record.log.signals.len() > 1)?;
    let session = ["session/right", "session/error"];
    let performance = record.log.curves.iter().filter(|curve| session.contains(&curve.name.as_str()));
    let marks: Vec<LineMark> =
        record.log.marks.iter().map(|mark| LineMark { x: mark.x, label: mark.label.clone() }).collect();
    let panel = |curve: &contract::Curve| {
        let name = curve.name.trim_start_matches("session/");
        let (_, title, y) = measures().into_iter().find(|(known, _, _)| *known == name)?;
        let points = curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint::single(*x, *y));
        Some(Panel {
            title: title.into(),
            color: Color::Ink,
            figure: Box::new(LineChart {
                x: Axis::new("trials"),
                y,
                series: vec![LineSeries {
                    label: method.title.clone(),
                    color: method.color,
                    dashed: false,
                    points: points.collect(),
                }],
                marks: marks.clone(),
                legend_on_top: false,
                plot_height: 90.0,
                left: 52.0,
                unlabelled: true,
            }),
        })
    };
    let panels: Vec<Panel> = performance.chain(&record.log.signals).filter_map(panel).collect();
    let words: Vec<String> = panels.iter().map(|panel| panel.title.clone()).collect();
    Some(Block::Details(
        "One session".into(),
        vec![Block::Chart(Chart {
            name: format!("{}-session", benchmark.id),
            title: format!("{}: one session ({}, seed {})", benchmark.name(), method.title, record.spec.seed),
            alt: format!("Over the trials of one session, one below the other: {}.", words.join(", ")),
            caption: "Means over stretches of the session; vertical lines: switches (the first 30).".into(),
            figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 420.0, legend: Vec::new() }),
        })],
    ))
}
