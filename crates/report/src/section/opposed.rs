//! Opposed behaviours: accuracy by target, outputs, trajectories in principal components, dose–response.

use std::collections::BTreeMap;

use crate::block::{Block, Chart, Table};
use crate::chart::{
    Axis, Color, DotChart, DotRow, LineChart, LinePoint, LineSeries, Panel, Scatter, ScatterPoint,
    SmallMultiples,
};
use crate::number::{interval_text, number};
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Record;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(accuracy(benchmark));
    blocks.extend(outputs(benchmark));
    blocks.extend(trajectories(benchmark));
    blocks.extend(dose(benchmark));
    blocks.extend(midpoints(benchmark));
    blocks
}

fn scalars(method: &MethodResults<'_>, name: &str) -> Vec<f64> {
    method.ok().filter_map(|record| record.log.scalars.get(name).copied()).collect()
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

/// The curves of a record whose name starts with `prefix`, as (rest of the name, x, y).
fn curves<'a>(
    record: &'a Record,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a str, &'a [f64], &'a [Option<f64>])> {
    record.log.curves.iter().filter_map(move |curve| {
        let rest = curve.name.strip_prefix(prefix)?;
        Some((rest, curve.x.as_slice(), curve.y.as_slice()))
    })
}

/// Distinct contexts (the part before the stimulus) in order of appearance, to give each a colour.
fn context_colors<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(String, Color)> {
    let mut contexts: Vec<(String, Color)> = Vec::new();
    for name in names {
        let context = name.split_once('/').map_or(name, |(context, _)| context);
        if contexts.iter().all(|(known, _)| known != context) {
            contexts.push((context.to_owned(), Color::Ink));
        }
    }
    let all = contexts.len();
    contexts.iter_mut().enumerate().for_each(|(at, context)| context.1 = Color::Step(at, all));
    contexts
}

fn color_of(contexts: &[(String, Color)], context: &str) -> Color {
    contexts.iter().find(|(known, _)| known == context).map_or(Color::Muted, |(_, color)| *color)
}

fn points(x: &[f64], y: &[Option<f64>]) -> Vec<LinePoint> {
    x.iter().zip(y).map(|(x, y)| LinePoint::single(*x, *y)).collect()
}

/// Mean output of one network (the first seed): one panel per method, colours are contexts, dashes the null stimulus.
fn outputs(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
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

/// Trajectories of one network in the planes of the first and second, and of the first and third component.
fn trajectories(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut legend = Vec::new();
    let mut panels = Vec::new();
    for method in benchmark.ranked() {
        let Some(record) = method.ok().find(|record| curves(record, "pc1/").next().is_some()) else {
            continue;
        };
        let contexts = context_colors(curves(record, "pc1/").map(|(name, ..)| name));
        for other in ["pc2/", "pc3/"] {
            let against: BTreeMap<&str, &[Option<f64>]> =
                curves(record, other).map(|(name, _, y)| (name, y)).collect();
            let mut series: Vec<LineSeries> = curves(record, "pc1/")
                .filter_map(|(name, _, along)| {
                    let (context, stimulus) = name.split_once('/').unwrap_or((name, ""));
                    let across = against.get(name)?;
                    let plane = along
                        .iter()
                        .zip(across.iter())
                        .filter_map(|(x, y)| Some(LinePoint::single((*x)?, *y)));
                    Some(LineSeries {
                        label: format!("{context}, {stimulus}"),
                        color: color_of(&contexts, context),
                        dashed: stimulus == "null",
                        points: plane.collect(),
                    })
                })
                .collect();
            series.extend(late_path(record, other));
            if series.is_empty() {
                continue;
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
            let title = format!("{}: PC1 and {second}{held}", method.title);
            panels.push(Panel { title, color: method.color, figure });
        }
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

/// The late state as f goes from one trained level to the other.
fn late_path(record: &Record, other: &str) -> Vec<LineSeries> {
    let second = format!("path/{other}");
    let across: BTreeMap<&str, &[Option<f64>]> =
        curves(record, &second).map(|(name, _, y)| (name, y)).collect();
    curves(record, "path/pc1/")
        .filter_map(|(stimulus, _, along)| {
            let across = across.get(stimulus)?;
            let plane = along.iter().zip(across.iter());
            let plane = plane.filter_map(|(x, y)| Some(LinePoint::single((*x)?, *y)));
            Some(LineSeries {
                label: format!("late state over f, {stimulus}"),
                color: Color::Muted,
                dashed: false,
                points: plane.collect(),
            })
        })
        .collect()
}

/// Every network's dose–response curve with its fit, and the mean answer to a current instead.
fn dose(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
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

/// EC50 per network: its spread, and what it goes with.
fn midpoints(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
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
    let mut rows = Vec::new();
    let mut points = Vec::new();
    for method in benchmark.ranked() {
        let mut ec50 = scalars(method, "dose/ec50");
        ec50.sort_by(f64::total_cmp);
        let (Some(low), Some(high), Some(median)) = (ec50.first(), ec50.last(), stats::median(&ec50)) else {
            continue;
        };
        let text = |value: Option<f64>| value.map_or_else(|| "–".into(), number);
        table.row([
            method.title.clone(),
            ec50.len().to_string(),
            number(median),
            number(*low),
            number(*high),
            text(distance(method).map(|distance| (high - low) / distance)),
            text(stats::median(&scalars(method, "dose/r2"))),
            text(correlation(&paired(method, "weight_skewness"))),
            text(correlation(&paired(method, "geometry/angle"))),
        ]);
        rows.push(DotRow {
            label: method.title.clone(),
            color: method.color,
            mean: stats::mean(&ec50),
            interval: stats::mean_interval(&ec50),
            note: format!("{} networks, mean in {}", ec50.len(), interval_text(stats::mean_interval(&ec50))),
            dots: ec50,
        });
        let dots = paired(method, "weight_skewness");
        let (xs, ys): (Vec<f64>, Vec<f64>) = dots.iter().copied().unzip();
        if let (Some(x), Some(y)) = (stats::mean(&xs), stats::mean(&ys)) {
            let (label, color) = (method.title.clone(), method.color);
            points.push(ScatterPoint {
                label,
                color,
                x,
                y,
                x_interval: None,
                y_interval: None,
                dots,
                family: None,
            });
        }
    }
    if rows.is_empty() {
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
            figure: Box::new(DotChart { x: Axis::new("EC50 (level f)"), rows, references: Vec::new() }),
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

    #[test]
    fn contexts_keep_their_order_and_colour() {
        let contexts = context_colors(["f=1/plus", "f=1/null", "f=0.5/plus"].into_iter());
        assert_eq!(
            contexts,
            [("f=1".to_owned(), Color::Step(0, 2)), ("f=0.5".to_owned(), Color::Step(1, 2))]
        );
        assert_eq!(color_of(&contexts, "f=0.5"), Color::Step(1, 2));
    }
}
