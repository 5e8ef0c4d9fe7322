//! Dose–response: answers of the second behaviour over the level.

use super::series::{curves, points};
use crate::block::{Block, Chart};
use crate::chart::{Axis, Color, LineChart, LinePoint, LineSeries, Panel, SmallMultiples};
use crate::results::BenchmarkResults;
use contract::Record;

/// Every network's dose–response curve with its fit, and the mean answer to a current instead.
pub(super) fn dose(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut panels = Vec::new();
    for method in benchmark.ranked() {
        let mut series = Vec::new();
        for record in method.ok() {
            for (_, x, y) in curves(record, "dose/second").filter(|(rest, ..)| rest.is_empty()) {
                let seed = record.spec.seed;
                let label = format!("seed {seed}");
                series.push(LineSeries { label, color: method.color, dashed: false, points: points(x, y) });
                series.extend(fitted(record, x, seed));
            }
        }
        if !series.is_empty() {
            panels.push(dose_panel(method.title.clone(), method.color, "level f", series));
        }
        let electrical: Vec<LineSeries> = method
            .ok()
            .flat_map(|record| {
                curves(record, "dose/electrical/second").map(|(_, x, y)| LineSeries {
                    label: format!("seed {}", record.spec.seed),
                    color: method.color,
                    dashed: false,
                    points: points(x, y),
                })
            })
            .collect();
        if !electrical.is_empty() {
            let title = format!("{}, driven by a current instead", method.title);
            panels.push(dose_panel(title, method.color, "current in units of f − 1", electrical));
        }
    }
    if panels.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-dose-response", benchmark.id),
        title: "Dose–response".into(),
        alt: format!("{}: share of answers of the second behaviour over the level f.", benchmark.name()),
        caption: "One line per network, trained at two levels only; dashed grey: the fit 1 − 1/(1 + e^(a f + b)) between them. \
                  Where shown, the same networks under a constant current to the same units instead of the gain."
            .into(),
        figure: Box::new(SmallMultiples { panels, columns: 2, min_width: 320.0, legend: Vec::new() }),
    })]
}

fn dose_panel(title: String, color: Color, x: &str, series: Vec<LineSeries>) -> Panel {
    let figure = Box::new(LineChart {
        x: Axis::new(x),
        y: Axis::percent("answers of the second behaviour (%)").over(0.0, 1.0),
        series,
        plot_height: 180.0,
        unlabelled: true,
        ..LineChart::default()
    });
    Panel { title, color, figure }
}

fn fitted(record: &Record, x: &[f64], seed: u64) -> Option<LineSeries> {
    let a = *record.log.scalars.get("dose/slope")?;
    let b = *record.log.scalars.get("dose/intercept")?;
    let at =
        |f: &f64| LinePoint { x: *f, y: Some(1.0 - 1.0 / (1.0 + (a * f + b).exp())), ..LinePoint::default() };
    let label = format!("seed {seed}, fit");
    Some(LineSeries { label, color: Color::Muted, dashed: true, points: x.iter().map(at).collect() })
}
