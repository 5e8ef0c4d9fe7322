//! Stability against accuracy while one number of a method is varied: a method is better where its line lies nearer to the
//! upper left, not where one of its points does.

use std::collections::BTreeMap;

use crate::block::{Block, Chart};
use crate::chart::{Axis, Color, Scatter, ScatterPoint};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::definition::{base, varied_number};

const GAP: &str = "stability_gap";
/// Over all tasks: a network that learns no second task has no gap either.
const ACCURACY: &str = "average_accuracy";

/// Methods that differ in one number, by method and key, each with its value.
type Families<'r, 'a> = BTreeMap<(&'r str, &'r str), Vec<(f64, &'r MethodResults<'a>)>>;

/// What is varied, in rising order of its value, and the methods that are left out because they learn next to nothing.
fn families<'r, 'a>(benchmark: &'r BenchmarkResults<'a>) -> (Families<'r, 'a>, usize) {
    let mut families = Families::new();
    for method in &benchmark.methods {
        if let Some((key, value)) = varied_number(&method.id) {
            families.entry((base(&method.id), key)).or_default().push((value, method));
        }
    }
    families.retain(|_, members| members.len() > 1);
    // Values at which next to nothing is learned would take the room of all others.
    let accuracy = |method: &MethodResults<'_>| benchmark.values(method, ACCURACY).mean();
    let all = || families.values().flatten().filter_map(|(_, method)| accuracy(method));
    let (enough, before) = (0.5 * all().fold(0.0, f64::max), all().count());
    for members in families.values_mut() {
        members.retain(|(_, method)| accuracy(method).is_none_or(|a| a >= enough));
        members.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    (families, before)
}

/// One value of a family: mean over seeds, faint dots are seeds.
fn point(
    benchmark: &BenchmarkResults<'_>,
    method: &MethodResults<'_>,
    label: String,
    family: usize,
) -> Option<ScatterPoint> {
    let (gap, accuracy) = (benchmark.values(method, GAP), benchmark.values(method, ACCURACY));
    let twin = |seed: &u64| accuracy.by_seed.iter().find(|(other, _)| other == seed).map(|found| found.1);
    let dots = gap.by_seed.iter().filter_map(|(seed, gap)| Some((*gap, twin(seed)?))).collect();
    Some(ScatterPoint {
        label,
        // Colours of their own: a sweep has more methods than the palette has colours.
        color: Color::Series(family),
        x: stats::mean(&gap.numbers())?,
        y: stats::mean(&accuracy.numbers())?,
        x_interval: None,
        y_interval: None,
        dots,
        family: Some(family),
    })
}

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let (families, before) = families(benchmark);
    let (mut points, mut legend) = (Vec::new(), Vec::new());
    for (index, ((id, key), members)) in families.iter().enumerate() {
        // A variation's title is the preset's with key and value behind a comma.
        let title =
            members.first().and_then(|(_, method)| Some(method.title.rsplit_once(", ")?.0)).unwrap_or(id);
        legend.push((format!("{title}: {}", key.replace('.', " ")), Color::Series(index)));
        let place =
            |(value, method): &(f64, &MethodResults<'_>)| point(benchmark, method, value.to_string(), index);
        points.extend(members.iter().filter_map(place));
    }
    if points.is_empty() {
        return None;
    }
    let left_out = match before - points.len() {
        0 => String::new(),
        1 => " One value with less than half of the best accuracy is left out.".into(),
        n => format!(" {n} values with less than half of the best accuracy are left out."),
    };
    let words: Vec<String> =
        points.iter().map(|p| format!("{} at gap {} and {}", p.label, number(p.x), number(p.y))).collect();
    Some(Block::Chart(Chart {
        name: format!("{}-frontier", benchmark.id),
        title: "Stability gap against accuracy".into(),
        alt: format!("{}: {}.", benchmark.name(), words.join("; ")),
        caption: format!(
            "One line per method along the value that is varied, which stands beside each point; means over seeds, faint \
             dots are seeds. Upper left is better.{left_out}"
        ),
        figure: Box::new(Scatter {
            x: Axis::new("stability gap"),
            y: Axis::percent(format!("{} (%)", ACCURACY.replace('_', " "))),
            points,
            plot_height: 300.0,
            families: legend,
        }),
    }))
}
