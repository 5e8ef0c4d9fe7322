//! A sweep in words, as a table of numbers, and as a chart.

use std::fmt::Write as _;

use super::over::{Over, Spacing};
use super::study::{Plateau, Point, Study};
use base::stats::{mean, mean_interval};
use paradigms::method::CONVENTIONS;
use report::chart::{Axis, Color, LineChart, LineMark, LinePoint, LineSeries, SERIES, WIDE, render};
use report::number;

/// The curve, the best, its plateau, and the same strength in other codes.
pub fn words(study: &Study, kind: &str) -> String {
    let mut text = format!("{} on validation data, 95 % interval over seeds\n", study.metric);
    let best = study.best();
    for (at, point) in study.points.iter().enumerate() {
        let mark = if at == best {
            '*'
        } else if study.near(at) {
            '='
        } else {
            ' '
        };
        let values: Vec<String> = study
            .over
            .iter()
            .zip(&point.at)
            .map(|(over, at)| format!("{} {:<8}", over.name(), over.texts[*at]))
            .collect();
        let interval = point
            .interval()
            .map_or_else(String::new, |i| format!("  {} to {}", number(i.low), number(i.high)));
        let diverged = if point.diverged > 0 {
            format!("  ({} diverged: chance)", point.diverged)
        } else {
            String::new()
        };
        let _ = writeln!(text, " {mark} {}  {}{interval}{diverged}", values.join(" "), number(point.mean()));
    }
    text.push_str(" * best on validation   = within one point (0.01) of it\n");
    for (over, plateau) in study.over.iter().zip(study.plateaus()) {
        let _ = writeln!(text, "{}", plateau_in_words(over, &plateau));
    }
    for (over, at) in study.over.iter().zip(&study.points[best].at) {
        text.push_str(&conventions(kind, over, over.values[*at]));
    }
    text
}

fn plateau_in_words(over: &Over, plateau: &Plateau) -> String {
    let end = if plateau.at_an_end { "; it reaches an end of what was tried and may be wider" } else { "" };
    format!(
        "plateau of {} within one point: {} to {}, {:.2} {} ({} of {} values){end}",
        over.name(),
        number(plateau.low),
        number(plateau.high),
        plateau.width,
        Study::unit(over),
        plateau.values,
        over.values.len()
    )
}

/// The same strength as other codes write it.
fn conventions(kind: &str, over: &Over, value: f64) -> String {
    let known: Vec<_> = CONVENTIONS
        .iter()
        .filter(|one| one.kind == kind && over.key == format!("parameters.{}", one.parameter))
        .collect();
    if known.is_empty() {
        return String::new();
    }
    let mut text = format!("{} = {} is the same penalty as\n", over.name(), number(value));
    for one in known {
        let _ = writeln!(
            text,
            "   {:24} {:9} {}, factor {}",
            one.code,
            number(value * one.factor),
            one.form,
            one.factor
        );
    }
    text
}

/// What the best does on test data.
pub fn test_words(metric: &str, method: &str, scores: &[f64], diverged: usize) -> String {
    let interval = mean_interval(scores)
        .map_or_else(String::new, |i| format!(" ({} to {})", number(i.low), number(i.high)));
    let value = mean(scores).map_or_else(|| "no run ended".to_owned(), number);
    let diverged = if diverged > 0 { format!(", {diverged} diverged: chance") } else { String::new() };
    format!("test data, {method}: {metric} {value}{interval}, {} seeds{diverged}\n", scores.len())
}

/// One line per point.
pub fn csv(study: &Study) -> String {
    let keys: Vec<&str> = study.over.iter().map(|over| over.key.as_str()).collect();
    let mut text = format!("{},mean,low,high,seeds,diverged,within_one_point\n", keys.join(","));
    for (at, point) in study.points.iter().enumerate() {
        let values: Vec<&str> =
            study.over.iter().zip(&point.at).map(|(over, at)| over.texts[*at].as_str()).collect();
        let end = |end: Option<f64>| end.map_or_else(String::new, |end| end.to_string());
        let interval = point.interval();
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{}",
            values.join(","),
            point.mean(),
            end(interval.map(|i| i.low)),
            end(interval.map(|i| i.high)),
            point.scores.len(),
            point.diverged,
            study.near(at)
        );
    }
    text
}

/// A line over the last setting, one per value of the other, as an SVG document.
pub fn chart(study: &Study, title: &str) -> String {
    let Some(over) = study.over.last() else { return String::new() };
    let y = Axis::new(format!("{}, validation", study.metric.replace('_', " ")));
    let point = |point: &Point| {
        let place = point.at.last().copied().unwrap_or_default();
        let band = point.interval().map(|i| (i.low, i.high));
        LinePoint { x: over.place(over.values[place]), y: Some(point.mean()), band, n: point.scores.len() }
    };
    let first = |point: &Point| if study.over.len() > 1 { point.at[0] } else { 0 };
    let lines = if study.over.len() > 1 { study.over[0].texts.len() } else { 1 };
    let series = (0..lines)
        .map(|line| LineSeries {
            label: if lines > 1 {
                format!("{} {}", study.over[0].name(), study.over[0].texts[line])
            } else {
                String::new()
            },
            color: Color::Series(line),
            dashed: line >= SERIES,
            points: study.points.iter().filter(|p| first(p) == line).map(point).collect(),
        })
        .collect();
    let best = &study.points[study.best()];
    let x = best.at.last().map_or(0.0, |at| over.place(over.values[*at]));
    let name = if over.spacing == Spacing::Logarithmic {
        format!("log₁₀ {}", over.name())
    } else {
        over.name().to_owned()
    };
    let marks = vec![LineMark { x, label: "best".into() }];
    let figure =
        LineChart { x: Axis::new(name), y, series, marks, plot_height: 260.0, ..LineChart::default() };
    let alt = format!("Mean score over {} with 95 % intervals over seeds; the best is marked.", over.name());
    render(&figure, WIDE, title, &alt)
}
