//! EC50 per network: its spread, and what it goes with.

use super::series::scalars;
use crate::block::{Block, Chart, Table};
use crate::chart::{Axis, DotChart, DotRow, Scatter, ScatterPoint};
use crate::number::{interval_text, number};
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Record;

/// A table of all methods, EC50 by method, and EC50 over the skewness of the weights.
pub(super) fn midpoints(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut table = Table::new(
        "Midpoints of the dose–response (spread: (max − min) over the distance of the trained levels; r: correlation over networks)",
        [
            "Method",
            ">networks",
            ">EC50 median",
            ">min",
            ">max",
            ">spread",
            ">fit R² median",
            ">r with skewness",
            ">r with angle",
        ],
    );
    let (mut dots, mut points) = (Vec::new(), Vec::new());
    for method in benchmark.ranked() {
        let mut ec50 = scalars(method, "dose/ec50");
        ec50.sort_by(f64::total_cmp);
        let Some(row) = row(method, &ec50) else { continue };
        table.row(row);
        dots.push(distribution(method, ec50));
        points.extend(over_skewness(method));
    }
    if dots.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Table(table),
        Block::Chart(Chart {
            name: format!("{}-ec50", benchmark.id),
            title: "EC50 per network".into(),
            alt: format!("{}: distribution of the level of half response over networks.", benchmark.name()),
            caption: "A dot is one network: individuals differ in sensitivity though all were trained alike."
                .into(),
            figure: Box::new(DotChart { x: Axis::new("EC50 (level f)"), rows: dots, references: Vec::new() }),
        }),
        Block::Chart(Chart {
            name: format!("{}-ec50-skewness", benchmark.id),
            title: "EC50 and the skewness of the weights".into(),
            alt: format!("{}: EC50 of each network over the skewness of its weights.", benchmark.name()),
            caption: "A faint dot is one network, the labelled mark the mean of a method.".into(),
            figure: Box::new(Scatter {
                x: Axis::new("skewness of the recurrent weights"),
                y: Axis::new("EC50 (level f)"),
                points,
                ..Scatter::default()
            }),
        }),
    ]
}

/// A method's row of the table, from its networks' EC50 in rising order; `None` without any.
fn row(method: &MethodResults<'_>, ec50: &[f64]) -> Option<[String; 9]> {
    let (low, high) = (*ec50.first()?, *ec50.last()?);
    let text = |value: Option<f64>| value.map_or_else(|| "–".into(), number);
    Some([
        method.title.clone(),
        ec50.len().to_string(),
        number(stats::median(ec50)?),
        number(low),
        number(high),
        text(distance(method).map(|distance| (high - low) / distance)),
        text(stats::median(&scalars(method, "dose/r2"))),
        text(correlation(&paired(method, "weight_skewness"))),
        text(correlation(&paired(method, "geometry/angle"))),
    ])
}

fn distribution(method: &MethodResults<'_>, ec50: Vec<f64>) -> DotRow {
    DotRow {
        label: method.title.clone(),
        color: method.color,
        mean: stats::mean(&ec50),
        interval: stats::mean_interval(&ec50),
        note: format!("{} networks, mean in {}", ec50.len(), interval_text(stats::mean_interval(&ec50))),
        dots: ec50,
    }
}

fn over_skewness(method: &MethodResults<'_>) -> Option<ScatterPoint> {
    let dots = paired(method, "weight_skewness");
    let (xs, ys): (Vec<f64>, Vec<f64>) = dots.iter().copied().unzip();
    let (x, y) = (stats::mean(&xs)?, stats::mean(&ys)?);
    let (label, color) = (method.title.clone(), method.color);
    Some(ScatterPoint { label, color, x, y, x_interval: None, y_interval: None, dots, family: None })
}

/// (scalar, EC50) of every network that has both.
fn paired(method: &MethodResults<'_>, scalar: &str) -> Vec<(f64, f64)> {
    let both =
        |record: &Record| Some((*record.log.scalars.get(scalar)?, *record.log.scalars.get("dose/ec50")?));
    method.ok().filter_map(both).collect()
}

/// Distance of the trained levels, from the settings in the record.
fn distance(method: &MethodResults<'_>) -> Option<f64> {
    let record = method.ok().next()?;
    let behaviours = record.spec.settings.get("task")?.get("behaviour")?.as_array()?;
    let levels: Vec<f64> = behaviours.iter().filter_map(|b| b.get("level")?.as_f64()).collect();
    let (low, high) = levels.iter().fold((f64::MAX, f64::MIN), |(low, high), f| (low.min(*f), high.max(*f)));
    (high > low).then_some(high - low)
}

/// Pearson's r; `None` below three pairs or without variation.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (mx, my) = (stats::mean(&xs)?, stats::mean(&ys)?);
    if pairs.len() < 3 || [&xs, &ys].into_iter().any(|v| stats::is_rounding(v, stats::size(v))) {
        return None;
    }
    let sum = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>();
    let (xx, yy) = (sum(&|p| (p.0 - mx).powi(2)), sum(&|p| (p.1 - my).powi(2)));
    let r = sum(&|p| (p.0 - mx) * (p.1 - my)) / (xx * yy).sqrt();
    r.is_finite().then_some(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_of_a_hand_computed_sample_and_of_too_little() {
        // x: −1, 0, 1; y: −1, 1, 0: Σxy = 1, Σx² = Σy² = 2.
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 4.0), (3.0, 3.0)]), Some(0.5));
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 4.0)]), None);
        assert_eq!(correlation(&[(1.0, 2.0), (2.0, 2.0), (3.0, 2.0)]), None);
        // 0.1 + 0.2 is not 0.3: a spread of rounding is none.
        assert_eq!(correlation(&[(1.0, 0.3), (2.0, 0.1 + 0.2), (3.0, 0.3)]), None);
    }
}
