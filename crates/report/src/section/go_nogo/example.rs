//! One session: spikes around its first shift, rates over all of it.

use crate::block::{Block, Chart};
use crate::chart::{
    Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, Raster, RasterRow, SmallMultiples,
};
use crate::results::{BenchmarkResults, MethodResults};
use contract::{Curve, Record};

/// Spikes around a shift and rates over the session, from the first run that recorded them.
pub(super) fn example(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let recorded =
        benchmark.methods.iter().flat_map(|method| method.ok().map(move |record| (method, record)));
    let has_raster = |curves: &[Curve]| curves.iter().any(|curve| curve.name.starts_with("raster/"));
    let Some((method, record)) = recorded.into_iter().find(|(_, record)| has_raster(&record.log.curves))
    else {
        return Vec::new();
    };
    std::iter::once(raster(benchmark, method, record)).chain(rates(benchmark, record)).collect()
}

/// Spikes of the last trials before the first shift and the first ones after it.
fn raster(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>, record: &Record) -> Block {
    let shown: Vec<(&Curve, &str)> = record
        .log
        .curves
        .iter()
        .filter_map(|curve| Some((curve, curve.name.strip_prefix("raster/trial")?)))
        .take(6)
        .collect();
    // One time axis for all panels, from the stimulus on.
    let last = shown.iter().flat_map(|(curve, _)| &curve.x).copied().fold(0.0, f64::max);
    let end = (last / 50.0).ceil().max(1.0) * 50.0;
    let panels: Vec<Panel> = shown
        .into_iter()
        .map(|(curve, trial)| Panel {
            title: format!("trial {trial}"),
            color: Color::Ink,
            figure: Box::new(Raster {
                x: Axis::new("ms").over(0.0, end),
                rows: rows(curve),
                marks: Vec::new(),
            }),
        })
        .collect();
    Block::Chart(Chart {
        name: format!("{}-example-raster", benchmark.id),
        title: format!("{}: spikes around the first shift ({}, seed {})", benchmark.name(), method.title, record.spec.seed),
        alt: "Spike rasters of the last three trials before a shift and the first three after it, one row per neuron.".into(),
        caption: "Rows from above: Go excitatory and inhibitory, No-Go excitatory and inhibitory, critic excitatory and \
                  inhibitory; colours by cluster."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 3, min_width: 220.0, legend: Vec::new() }),
    })
}

/// Rates of the excitatory populations over the session.
fn rates(benchmark: &BenchmarkResults<'_>, record: &Record) -> Option<Block> {
    let series: Vec<LineSeries> = [("session/go_rate", "Go"), ("session/no_go_rate", "No-Go")]
        .into_iter()
        .enumerate()
        .filter_map(|(index, (name, label))| {
            let curve = record.log.curves.iter().find(|curve| curve.name == name)?;
            let points = curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint::single(*x, *y)).collect();
            Some(LineSeries { label: label.into(), color: Color::Series(index), dashed: false, points })
        })
        .collect();
    if series.is_empty() {
        return None;
    }
    let marks =
        record.log.marks.iter().map(|mark| LineMark { x: mark.x, label: mark.label.clone() }).collect();
    Some(Block::Chart(Chart {
        name: format!("{}-example-rates", benchmark.id),
        title: format!("{}: rates of the excitatory populations in this session", benchmark.name()),
        alt: "Firing rates of the Go and No-Go excitatory populations over the session.".into(),
        caption: "Means over five trials; vertical lines: shifts.".into(),
        figure: Box::new(LineChart {
            x: Axis::new("trials"),
            y: Axis::new("rate (Hz)"),
            series,
            marks,
            plot_height: 180.0,
            ..LineChart::default()
        }),
    }))
}

/// One row per neuron that could fire; the three clusters are equally large.
fn rows(curve: &Curve) -> Vec<RasterRow> {
    let neuron = |y: &Option<f64>| y.map_or(0, |y| y as usize);
    let count = curve.y.iter().map(neuron).max().unwrap_or(0) + 1;
    let count = count.next_multiple_of(3);
    let mut rows: Vec<RasterRow> = (0..count)
        .map(|n| RasterRow { label: String::new(), color: Color::Series(3 * n / count), events: Vec::new() })
        .collect();
    for (x, y) in curve.x.iter().zip(&curve.y) {
        rows[neuron(y)].events.push(*x);
    }
    rows
}
