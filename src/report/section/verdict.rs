//! Does neuromodulation help? Per mechanism and benchmark the difference to each control, and the verdict in words.

use crate::report::block::{Block, Cell, Chart, Table};
use crate::report::chart::{Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, SmallMultiples};
use crate::report::number::{interval_text, p_value, signed};
use crate::report::{BenchmarkResults, MethodResults, Results};
use crate::run::Role;
use crate::stats::{self, Comparison, Finding, Scores, UNMODULATED, Verdict};

/// A mechanism on a benchmark.
struct Judged<'r, 'a> {
    benchmark: &'r BenchmarkResults<'a>,
    mechanism: &'r MethodResults<'a>,
    verdict: Verdict,
}

pub(super) fn build(results: &Results<'_>) -> Vec<Block> {
    let judged: Vec<Judged<'_, '_>> = results.benchmarks.iter().flat_map(judge).collect();
    if judged.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::heading(2, "Does neuromodulation help?"), Block::paragraph(RULE)];
    blocks.push(Block::Table(summary(&judged)));
    blocks.push(Block::List(judged.iter().map(sentence).collect()));
    for one in &judged {
        let title = format!("{} on {}: every control", one.mechanism.title, one.benchmark.name());
        blocks.push(Block::Details(title, vec![Block::Table(comparisons(one))]));
    }
    blocks.extend(judged.iter().filter_map(signals));
    blocks
}

const RULE: &str = "A mechanism helps on a benchmark when it beats each of four controls, paired by seed, with a two-sided \
    p below 0.05 each: an optimiser tuned with the same search budget, a constant gain tuned with the same search budget, \
    the constant that is the run's own mean gain, and the run's own gains out of order (in time, or those of another \
    task). Where modulation is learned, learned constants are the tuned ones. The p of the verdict is the largest of the \
    four (an intersection–union test); Holm corrects across the verdicts of this table. A mechanism that does not beat its \
    own signals as plain inputs, where that control was run, helps by their information, not by its gain.";

/// Mechanisms are methods with modulation.
fn judge<'r, 'a>(benchmark: &'r BenchmarkResults<'a>) -> Vec<Judged<'r, 'a>> {
    let sign = if benchmark.higher_is_better() { 1.0 } else { -1.0 };
    let scores =
        |method: &MethodResults<'_>| benchmark.scores(method).by_seed.into_iter().collect::<Scores>();
    let judged = |mechanism: &'r MethodResults<'a>| {
        let own = scores(mechanism);
        let compare = |control: &MethodResults<'_>| -> Vec<Comparison> {
            let Some(Role::Control { of, kind, also, .. }) = control.role else { return Vec::new() };
            if of.as_ref().is_some_and(|of| *of != mechanism.id) {
                return Vec::new();
            }
            let other = scores(control);
            let kinds = std::iter::once(kind).chain(also);
            kinds.filter_map(|kind| Comparison::new(kind, &own, &other, sign)).collect()
        };
        let mut list: Vec<Comparison> =
            benchmark.controls.iter().chain(&benchmark.methods).flat_map(compare).collect();
        // Where the derived control did not run, the benchmark's reference shows what no modulation does.
        if list.iter().all(|comparison| comparison.control != UNMODULATED)
            && let Some(reference) = benchmark.reference().filter(|reference| reference.role.is_none())
        {
            list.extend(Comparison::new(&reference.title, &own, &scores(reference), sign));
        }
        Judged { benchmark, mechanism, verdict: Verdict::new(list) }
    };
    let mechanisms = benchmark.methods.iter().filter(|method| matches!(method.role, Some(Role::Mechanism)));
    mechanisms.map(judged).collect()
}

fn summary(judged: &[Judged<'_, '_>]) -> Table {
    let p: Vec<f64> = judged.iter().filter_map(|one| one.verdict.p).collect();
    let mut corrected = stats::holm(&p).into_iter();
    let headings = ["mechanism", "benchmark", "verdict", ">p", ">p (Holm)"];
    let mut table = Table::new("Verdicts", headings);
    for one in judged {
        let holm = one.verdict.p.and_then(|_| corrected.next());
        table.row([
            Cell::colored(&one.mechanism.title, one.mechanism.color),
            one.benchmark.name().into(),
            one.verdict.finding.words().into(),
            one.verdict.p.map_or_else(String::new, p_value).into(),
            holm.map_or_else(String::new, p_value).into(),
        ]);
    }
    table
}

/// The verdict with the number that carries it.
fn sentence(one: &Judged<'_, '_>) -> String {
    let name = format!("{} on {}", one.mechanism.title, one.benchmark.name());
    let words = one.verdict.finding.words();
    let against = |comparison: &Comparison| {
        let interval = interval_text(comparison.interval);
        let p = comparison.p.map_or_else(String::new, |p| format!(", p {}", p_value(p)));
        format!("against {}: {} {interval}{p}", control_name(&comparison.control), signed(comparison.mean))
    };
    let find = |kind: &str| one.verdict.comparisons.iter().find(|comparison| comparison.control == kind);
    let required = |comparison: &&Comparison| stats::REQUIRED.contains(&comparison.control.as_str());
    let list = one.verdict.comparisons.iter().filter(required);
    let weakest = list.min_by(|a, b| a.mean.total_cmp(&b.mean));
    let carries = match one.verdict.finding {
        Finding::Hurts | Finding::NoDifference => find(UNMODULATED).or(weakest),
        _ => weakest,
    };
    match carries {
        Some(comparison) => format!("{name}: {words} ({}).", against(comparison)),
        None => format!("{name}: {words}."),
    }
}

fn control_name(kind: &str) -> String {
    kind.replace(['-', ':'], " ")
}

fn comparisons(one: &Judged<'_, '_>) -> Table {
    let better = if one.benchmark.higher_is_better() { "higher" } else { "lower" };
    let caption = format!(
        "{}: {} against each control; positive is better than the control ({better} is better)",
        one.mechanism.title, one.benchmark.score.metric
    );
    let mut table =
        Table::new(caption, ["control", ">difference", ">95 % interval", ">p", ">pairs", "needed"]);
    for comparison in &one.verdict.comparisons {
        let needed = stats::REQUIRED.contains(&comparison.control.as_str());
        table.row([
            Cell::from(control_name(&comparison.control)),
            signed(comparison.mean).into(),
            interval_text(comparison.interval).into(),
            comparison.p.map_or_else(String::new, p_value).into(),
            comparison.pairs.to_string().into(),
            (if needed { "yes" } else { "" }).into(),
        ]);
    }
    table
}

/// The first seed: performance, levels and gains under one time axis.
fn signals(one: &Judged<'_, '_>) -> Option<Block> {
    let record = one.mechanism.ok().next()?;
    // A case study has signals of its own kind, which its own section shows.
    let common = |name: &str| name.starts_with("level/") || name.starts_with("gain/");
    if !record.log.signals.iter().any(|curve| common(&curve.name)) {
        return None;
    }
    let marks: Vec<LineMark> =
        record.log.marks.iter().map(|mark| LineMark { x: mark.x, label: String::new() }).collect();
    let line = |label: &str, color: Color, curve: &crate::paradigm::Curve| LineSeries {
        label: label.to_owned(),
        color,
        dashed: false,
        points: curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint { x: *x, y: *y, band: None }).collect(),
    };
    let group = |prefix: &str| -> Vec<LineSeries> {
        let curves = record.log.signals.iter().filter_map(|c| Some((c.name.strip_prefix(prefix)?, c)));
        curves.enumerate().map(|(index, (name, curve))| line(name, Color::Series(index), curve)).collect()
    };
    let curves = &record.log.curves;
    let main = ["accuracy/seen", "accuracy/window", "accuracy/all", "meta-training/query-loss"];
    let accuracy = curves.iter().find(|curve| main.contains(&curve.name.as_str()));
    let accuracy = accuracy.or_else(|| curves.iter().find(|curve| curve.name.starts_with("accuracy")));
    let panel = |title: &str, y: Axis, series: Vec<LineSeries>| {
        let figure = Box::new(LineChart {
            x: Axis::new("updates or samples"),
            y,
            series,
            marks: marks.clone(),
            plot_height: 110.0,
            left: 56.0,
            legend_on_top: true,
            ..LineChart::default()
        });
        Panel { title: title.to_owned(), color: Color::Ink, figure }
    };
    let mut panels = Vec::new();
    if let Some(curve) = accuracy.or_else(|| curves.first()) {
        let title = curve.name.replace(['/', '_'], " ");
        let axis = if curve.name.contains("accuracy") { Axis::percent("%") } else { Axis::new("") };
        panels.push(panel(&title, axis, vec![line("", one.mechanism.color, curve)]));
    }
    panels.push(panel("Levels of the neuromodulators", Axis::new(""), group("level/")));
    panels.push(panel("Gains on their targets", Axis::new(""), group("gain/")));
    let scalars = &record.log.scalars;
    let clamped: Vec<String> = scalars
        .iter()
        .filter_map(|(name, share)| Some((name.strip_prefix("clamped/")?, share)))
        .filter(|(_, share)| **share > 0.0)
        .map(|(name, share)| format!("{name} {:.1} %", 100.0 * share))
        .collect();
    let limits = if clamped.is_empty() {
        "No gain reached its limits.".to_owned()
    } else {
        format!("Share of steps at a limit: {}.", clamped.join(", "))
    };
    Some(Block::Chart(Chart {
        name: format!("{}-{}-signals", one.benchmark.id, one.mechanism.id),
        title: format!("{} on {}: levels and gains", one.mechanism.title, one.benchmark.name()),
        alt: format!(
            "Three panels under one time axis for seed {}: performance, levels of the neuromodulators, gains on their \
             targets. {limits}",
            record.spec.seed
        ),
        caption: format!(
            "Seed {}; means over bins of steps; vertical lines: a new task or concept. {limits}",
            record.spec.seed
        ),
        figure: Box::new(SmallMultiples { panels, columns: 1, min_width: 300.0, legend: Vec::new() }),
    }))
}
