//! Mean output per condition.

use super::series::{color_of, context_colors, curves, points};
use crate::block::{Block, Chart};
use crate::chart::{Axis, LineChart, LineSeries, Panel, SmallMultiples};
use crate::results::BenchmarkResults;

/// Mean output of one network (the first seed): one panel per method, colours are contexts, dashes the null stimulus.
pub(super) fn outputs(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut legend = Vec::new();
    let panels: Vec<Panel> = benchmark
        .ranked()
        .into_iter()
        .filter_map(|method| {
            let record = method.ok().next()?;
            let contexts = context_colors(curves(record, "output/").map(|(name, ..)| name));
            let series: Vec<LineSeries> = curves(record, "output/")
                .map(|(name, x, y)| {
                    let (context, stimulus) = name.split_once('/').unwrap_or((name, ""));
                    LineSeries {
                        label: format!("{context}, {stimulus}"),
                        color: color_of(&contexts, context),
                        dashed: stimulus == "null",
                        points: points(x, y),
                    }
                })
                .collect();
            if series.is_empty() {
                return None;
            }
            if contexts.len() > legend.len() {
                legend = contexts;
            }
            let figure = Box::new(LineChart {
                x: Axis::new("step of 5 ms"),
                y: Axis::new("output"),
                series,
                plot_height: 120.0,
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
        name: format!("{}-outputs", benchmark.id),
        title: "Output per condition".into(),
        alt: format!("{}: mean output over a trial, one panel per method.", benchmark.name()),
        caption: "First seed, mean over the test trials. Colours are contexts, solid a stimulus, dashed no stimulus: the same \
                  input must lead to different outputs in different contexts."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 320.0, legend }),
    })]
}
