//! Trajectories in principal components.

use std::collections::BTreeMap;

use super::series::{color_of, context_colors, curves};
use crate::block::{Block, Chart};
use crate::chart::{Axis, Color, LineChart, LinePoint, LineSeries, Panel, SmallMultiples};
use crate::results::{BenchmarkResults, MethodResults};
use contract::Record;

/// Trajectories of one network in the planes of the first and second, and of the first and third component.
pub(super) fn trajectories(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut legend = Vec::new();
    let mut panels = Vec::new();
    for method in benchmark.ranked() {
        let Some(record) = method.ok().find(|record| curves(record, "pc1/").next().is_some()) else {
            continue;
        };
        let contexts = context_colors(curves(record, "pc1/").map(|(name, ..)| name));
        panels.extend(["pc2/", "pc3/"].iter().filter_map(|other| plane(method, record, &contexts, other)));
        if contexts.len() > legend.len() {
            legend = contexts;
        }
    }
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-trajectories", benchmark.id),
        title: "Trajectories in principal components".into(),
        alt: format!("{}: noise-free trajectories of one network, coloured by context.", benchmark.name()),
        caption: "First seed. Colours are contexts (levels of f), solid lines a stimulus, dashed no stimulus; a grey line joins \
                  the late states at intermediate levels, where they were measured."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 300.0, legend }),
    })]
}

/// One network in the plane of the first component and `other`.
fn plane(
    method: &MethodResults<'_>,
    record: &Record,
    contexts: &[(String, Color)],
    other: &str,
) -> Option<Panel> {
    let against: BTreeMap<&str, &[Option<f64>]> =
        curves(record, other).map(|(name, _, y)| (name, y)).collect();
    let mut series: Vec<LineSeries> = curves(record, "pc1/")
        .filter_map(|(name, _, along)| {
            let (context, stimulus) = name.split_once('/').unwrap_or((name, ""));
            Some(LineSeries {
                label: format!("{context}, {stimulus}"),
                color: color_of(contexts, context),
                dashed: stimulus == "null",
                points: joined(along, against.get(name)?),
            })
        })
        .collect();
    series.extend(late_path(record, other));
    if series.is_empty() {
        return None;
    }
    let second = other.trim_end_matches('/').to_uppercase();
    let figure = Box::new(LineChart {
        x: Axis::new("PC1"),
        y: Axis::new(second.clone()),
        series,
        plot_height: 200.0,
        unlabelled: true,
        ..LineChart::default()
    });
    let held = record
        .log
        .scalars
        .get("geometry/variance_3")
        .map_or(String::new(), |share| format!(", 3 components hold {:.0} %", 100.0 * share));
    Some(Panel { title: format!("{}: PC1 and {second}{held}", method.title), color: method.color, figure })
}

/// Points of a plane from two coordinates over time.
fn joined(along: &[Option<f64>], across: &[Option<f64>]) -> Vec<LinePoint> {
    let both = along.iter().zip(across);
    both.filter_map(|(x, y)| Some(LinePoint::single((*x)?, *y))).collect()
}

/// The late state as f goes from one trained level to the other.
fn late_path(record: &Record, other: &str) -> Vec<LineSeries> {
    let second = format!("path/{other}");
    let across: BTreeMap<&str, &[Option<f64>]> =
        curves(record, &second).map(|(name, _, y)| (name, y)).collect();
    curves(record, "path/pc1/")
        .filter_map(|(stimulus, _, along)| {
            Some(LineSeries {
                label: format!("late state over f, {stimulus}"),
                color: Color::Muted,
                dashed: false,
                points: joined(along, across.get(stimulus)?),
            })
        })
        .collect()
}
