//! Noradrenaline, performance and entropy of the policy aligned to a shift.

use super::super::averaged::averaged;
use crate::block::{Block, Chart};
use crate::chart::{Axis, Color, LineChart, LineMark, LineSeries, Panel, SmallMultiples};
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;

/// Conditions drawn in the aligned figures, where they ran: enough to see the effect, few enough to read.
const DRAWN: [&str; 6] =
    ["full", "na-ablated", "tuned-forgetting", "plateau", "plateau-na-ablated", "plateau-no-bursting"];

/// The same where the policy was probed: what raises its entropy, timed noradrenaline or any of the constants?
const PROBED: [&str; 4] = ["full", "na-ablated", "constant-na", "tuned-rate"];

/// Where at least two measures were recorded, one panel each.
pub(super) fn aligned(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    let figures = [
        ("noradrenaline", "C: noradrenaline", Axis::new("noradrenaline").over(0.0, 1.0)),
        ("performance", "D: performance", Axis::percent("correct (%)").over(0.0, 1.0)),
        (
            "policy_entropy",
            "E: entropy of the policy given the cue",
            Axis::new("H(A|cue) (bit)").over(0.0, 1.02),
        ),
    ];
    let probed =
        |method: &MethodResults<'_>| !averaged(method, &format!("aligned/{kind}/policy_entropy")).is_empty();
    let choice: &[&str] = if benchmark.methods.iter().any(probed) { &PROBED } else { &DRAWN };
    let drawn: Vec<&MethodResults<'_>> = choice.iter().filter_map(|id| benchmark.method(id)).collect();
    let panels: Vec<Panel> = figures
        .into_iter()
        .filter_map(|(measure, title, y)| panel(&drawn, kind, measure, title, y))
        .collect();
    if panels.len() < 2 {
        return None;
    }
    let (letters, what, caption) = match panels.len() {
        2 => ("C, D", "Noradrenaline and performance", ""),
        _ => (
            "C, D, E",
            "Noradrenaline, performance and entropy of the policy",
            " The entropy is that of the network as it stands before a trial, probed with plasticity off; averaged are \
             entropies, never answers.",
        ),
    };
    let levels = drawn.iter().filter_map(|method| {
        let points = averaged(method, &format!("aligned/{kind}/performance"));
        let after: Vec<f64> =
            points.iter().filter(|p| (40.0..60.0).contains(&p.x)).filter_map(|p| p.y).collect();
        Some(format!("{} {}", method.title, number(stats::mean(&after)?)))
    });
    let levels: Vec<String> = levels.collect();
    Some(Block::Chart(Chart {
        name: format!("{}-{kind}-aligned", benchmark.id),
        title: format!("{}: Figure 4 {letters} measured at the {words}", benchmark.name()),
        alt: format!(
            "{what} from 20 trials before to 80 trials after the {words}. Performance 40 to 60 trials after it: {}.",
            levels.join("; ")
        ),
        caption: format!(
            "Mean over seeds (and over a session's shifts of this kind); band: 95 % interval.{caption}"
        ),
        figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 420.0, legend: Vec::new() }),
    }))
}

/// One measure of all drawn methods; `None` where it was not recorded: the policy is probed where a benchmark asks for it.
fn panel(drawn: &[&MethodResults<'_>], kind: &str, measure: &str, title: &str, y: Axis) -> Option<Panel> {
    let name = format!("aligned/{kind}/{measure}");
    let series: Vec<LineSeries> = drawn
        .iter()
        .map(|method| LineSeries {
            label: method.title.clone(),
            color: method.color,
            dashed: false,
            points: averaged(method, &name),
        })
        .filter(|series| !series.points.is_empty())
        .collect();
    if series.is_empty() {
        return None;
    }
    let figure = Box::new(LineChart {
        x: Axis::new("trials from the shift"),
        y,
        series,
        marks: vec![LineMark { x: 0.0, label: "shift".into() }],
        plot_height: 170.0,
        ..LineChart::default()
    });
    Some(Panel { title: title.into(), color: Color::Ink, figure })
}
