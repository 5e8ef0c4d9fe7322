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

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let mut families: BTreeMap<(&str, &str), Vec<(f64, &MethodResults<'_>)>> = BTreeMap::new();
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
    families
        .values_mut()
        .for_each(|members| members.retain(|(_, m)| accuracy(m).is_none_or(|a| a >= enough)));
    let (mut points, mut legend) = (Vec::new(), Vec::new());
    for (index, ((id, key), members)) in families.iter_mut().enumerate() {
        members.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Colours of their own: a sweep has more methods than the palette has colours.
        let color = Color::Series(index);
        // A variation's title is the preset's with key and value behind a comma.
        let title =
            members.first().and_then(|(_, method)| Some(method.title.rsplit_once(", ")?.0)).unwrap_or(id);
        legend.push((format!("{title}: {}", key.replace('.', " ")), color));
        points.extend(members.iter().filter_map(|(value, method)| {
            let (gap, accuracy) = (benchmark.values(method, GAP), benchmark.values(method, ACCURACY));
            let dots = gap.by_seed.iter().filter_map(|(seed, gap)| {
                accuracy
                    .by_seed
                    .iter()
                    .find(|(other, _)| other == seed)
                    .map(|(_, accuracy)| (*gap, *accuracy))
            });
            Some(ScatterPoint {
                label: value.to_string(),
                color,
                x: stats::mean(&gap.numbers())?,
                y: stats::mean(&accuracy.numbers())?,
                x_interval: None,
                y_interval: None,
                dots: dots.collect(),
                family: Some(index),
            })
        }));
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
