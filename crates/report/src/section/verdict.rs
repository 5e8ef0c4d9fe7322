//! Does neuromodulation help? Per mechanism and benchmark the difference to each control, and the verdict in words.

use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, Color, LineChart, LineMark, LinePoint, LineSeries, Panel, SmallMultiples};
use crate::number::{interval_text, p_value, signed};
use crate::verdicts::Judged;
use base::stats;
use base::stats::{Answer, Direction, LEVEL, Question, smallest_p};
use contract::{Curve, Record};

pub(super) fn build(judged: &[Judged<'_, '_>]) -> Vec<Block> {
    if judged.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::heading(2, "Does neuromodulation help?"), Block::paragraph(RULE)];
    blocks.extend(out_of_reach(judged).map(Block::paragraph));
    blocks.push(Block::Table(summary(judged)));
    blocks.push(Block::List(judged.iter().map(sentence).collect()));
    if judged.iter().any(|one| !one.verdict.answers.is_empty()) {
        let title = "Every question, its p, and Holm's correction down the column".to_owned();
        blocks.push(Block::Details(title, vec![Block::Table(questions(judged))]));
    }
    for one in judged {
        blocks.push(Block::Details(evidence_title(one), vec![Block::Table(comparisons(one))]));
    }
    blocks.extend(judged.iter().filter_map(signals));
    blocks
}

/// Title of the part that holds every comparison of a verdict.
pub(super) fn evidence_title(one: &Judged<'_, '_>) -> String {
    format!("{} on {}: every control", one.mechanism.title, one.benchmark.name())
}

const RULE: &str = "A mechanism helps on a benchmark when it beats each of four controls, paired by seed: an optimiser tuned \
    with the same search budget, a constant gain tuned with the same search budget (every one of them, where several were \
    found), the constant that is the run's own mean gain, and the run's own gains out of order (in time, or those of another \
    task). Where modulation is learned, learned constants are the tuned ones. In online and incremental learning a fifth is asked: \
    on everything that a mechanism acts on a decay in training time that is blind to changes, of the same method and searched at \
    least as long; where it was not run, nothing helps. The p of the four is the largest of the \
    two-sided ones (an intersection–union test). Further questions have a p of their own: against the unmodulated run, \
    against what was tuned, against its own signals as plain inputs, against the decays. The words follow the p that Holm's \
    procedure corrects over all mechanisms of this report of which the same question is asked, at 0.05; the uncorrected p stands \
    beside it, and each sentence names the comparison that its p comes from. \"Hurts\" is said against the unmodulated run only. A \
    mechanism that never acted, or changed no answer, has no verdict.";

/// Says so where so many mechanisms are judged on so few seeds that no corrected p can reach the level.
fn out_of_reach(judged: &[Judged<'_, '_>]) -> Option<String> {
    let asked = |one: &&Judged<'_, '_>| !one.verdict.answers.is_empty();
    let count = judged.iter().filter(asked).count();
    let answers = judged.iter().filter(asked).flat_map(|one| &one.verdict.answers);
    let pairs = answers.map(|(_, answer)| answer.carried_by.pairs).min()?;
    let smallest = smallest_p(pairs) * count as f64;
    (smallest >= LEVEL).then(|| {
        format!(
            "The smallest p that {pairs} pairs can reach is {}; corrected over {count} mechanisms it can be {}: more seeds, \
             or fewer mechanisms in one report, are needed for a word other than \"no difference found\".",
            p_value(smallest_p(pairs)),
            p_value(smallest.min(1.0))
        )
    })
}

fn summary(judged: &[Judged<'_, '_>]) -> Table {
    let headings = ["mechanism", "benchmark", "verdict", "question: against", ">p", ">p (Holm)"];
    let mut table = Table::new("Verdicts", headings);
    for one in judged {
        let p = one.verdict.p();
        let words: Vec<&str> = one.verdict.rests_on.iter().map(|question| question.words()).collect();
        table.row([
            Cell::colored(&one.mechanism.title, one.mechanism.color),
            one.benchmark.name().into(),
            format!(
                "{}{}",
                one.verdict.finding.words(),
                if one.cannot_show.is_some() { "; cannot show here" } else { "" }
            )
            .into(),
            words.join(" and ").into(),
            p.map_or_else(String::new, |p| p_value(p.0)).into(),
            p.map_or_else(String::new, |p| p_value(p.1)).into(),
        ]);
    }
    table
}

/// The verdict with the comparisons that carry its p, and with those that a second half of the words denies.
fn sentence(one: &Judged<'_, '_>) -> String {
    let verdict = &one.verdict;
    let both = verdict.same(Question::TunedConstant, Question::TunedOptimiser);
    let less = |question: &Question| {
        // One control that is both is cited once, with the larger corrected p.
        let twin = match question {
            Question::TunedConstant => Question::TunedOptimiser,
            Question::TunedOptimiser => Question::TunedConstant,
            _ => return false,
        };
        let corrected = |asked| verdict.answer(asked).map(|answer| answer.corrected);
        let (own, other) = (corrected(*question), corrected(twin));
        both && verdict.rests_on.contains(&twin) && (own < other || own == other && *question > twin)
    };
    let mut clauses: Vec<String> = verdict
        .rests_on
        .iter()
        .filter(|question| !less(question))
        .filter_map(|question| Some((question, verdict.answer(*question)?)))
        .map(|(question, answer)| against(one, *question, answer))
        .collect();
    if let Some((question, answer)) = verdict.denies.and_then(|asked| Some((asked, verdict.answer(asked)?))) {
        clauses.push(format!("not better: {}", against(one, question, answer)));
    }
    if let Some(bold) = &verdict.uncorrected {
        clauses.push(format!("without the correction: {}", bold.words()));
    }
    clauses.extend(one.notes.iter().chain(&one.cannot_show).cloned());
    let name = format!("{} on {}: {}", one.mechanism.title, one.benchmark.name(), verdict.finding.words());
    if clauses.is_empty() { format!("{name}.") } else { format!("{name} ({}).", clauses.join("; ")) }
}

/// `against shuffled: +0.013 [0.005, 0.022], p 0.0020, corrected 0.0332`. Where the comparisons of a question point both
/// ways, its p is 1; what stands here then is the comparison's own.
fn against(one: &Judged<'_, '_>, question: Question, answer: &Answer) -> String {
    let comparison = &answer.carried_by;
    let several =
        one.verdict.comparisons.iter().filter(|other| other.control == comparison.control).count() > 1;
    let which = if several { format!(" ({})", comparison.method) } else { String::new() };
    let least =
        if question == Question::Benefit { ", the least certain of the required controls" } else { "" };
    let p = if answer.direction == Direction::Neither {
        comparison.p.map_or_else(String::new, |p| format!("p {}", p_value(p)))
    } else {
        format!("p {}, corrected {}", p_value(answer.p), p_value(answer.corrected))
    };
    format!(
        "against {}{which}{least}: {} {}, {p}",
        control_name(&comparison.control),
        signed(comparison.mean),
        interval_text(comparison.interval)
    )
}

/// p and corrected p of every question, so that the correction can be checked down each column.
fn questions(judged: &[Judged<'_, '_>]) -> Table {
    let names = Question::ALL.map(|question| format!(">{}", question.words()));
    let headings = ["mechanism", "benchmark"].into_iter().chain(names.iter().map(String::as_str));
    let mut table = Table::new("p, and corrected p, by question; a minus: worse, a plus: better", headings);
    for one in judged.iter().filter(|one| !one.verdict.answers.is_empty()) {
        let cell = |question: Question| {
            let told = |answer: &Answer| {
                let sign = match answer.direction {
                    Direction::Better => "+ ",
                    Direction::Worse => "− ",
                    Direction::Neither => "",
                };
                format!("{sign}{} → {}", p_value(answer.p), p_value(answer.corrected))
            };
            Cell::from(one.verdict.answer(question).map_or_else(String::new, told))
        };
        let names = [Cell::colored(&one.mechanism.title, one.mechanism.color), one.benchmark.name().into()];
        table.row(names.into_iter().chain(Question::ALL.map(cell)));
    }
    table
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
    let headings = ["control", "method", ">difference", ">95 % interval", ">p", ">pairs", "needed"];
    let mut table = Table::new(caption, headings);
    for comparison in &one.verdict.comparisons {
        let control = comparison.control.as_str();
        let needed = stats::REQUIRED.contains(&control) || control == stats::CHANGE_BLIND;
        table.row([
            Cell::from(control_name(&comparison.control)),
            comparison.method.clone().into(),
            signed(comparison.mean).into(),
            interval_text(comparison.interval).into(),
            comparison.p.map_or_else(String::new, p_value).into(),
            (if comparison.paired { comparison.pairs.to_string() } else { "not paired".into() }).into(),
            (if needed { "yes" } else { "" }).into(),
        ]);
    }
    table
}

fn line(label: &str, color: Color, curve: &Curve) -> LineSeries {
    let points = curve.x.iter().zip(&curve.y).map(|(x, y)| LinePoint::single(*x, *y)).collect();
    LineSeries { label: label.to_owned(), color, dashed: false, points }
}

/// The curve that says best how a run went.
fn performance(curves: &[Curve]) -> Option<&Curve> {
    let main = ["accuracy/seen", "accuracy/window", "accuracy/all", "meta-training/query-loss"];
    let main = curves.iter().find(|curve| main.contains(&curve.name.as_str()));
    main.or_else(|| curves.iter().find(|curve| curve.name.starts_with("accuracy"))).or_else(|| curves.first())
}

/// How often gains stood at their limits, as a sentence.
fn limits(record: &Record) -> String {
    let shares = record.log.scalars.iter();
    let clamped: Vec<String> = shares
        .filter_map(|(name, share)| Some((name.strip_prefix("clamped/")?, share)))
        .filter(|(_, share)| **share > 0.0)
        .map(|(name, share)| format!("{name} {:.1} %", 100.0 * share))
        .collect();
    if clamped.is_empty() {
        return "No gain reached its limits.".to_owned();
    }
    format!("Share of steps at a limit: {}.", clamped.join(", "))
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
    // Levels and gains are different things: their colours go on where the others' end.
    let group = |prefix: &str, first: usize| -> Vec<LineSeries> {
        let curves = record.log.signals.iter().filter_map(|c| Some((c.name.strip_prefix(prefix)?, c)));
        curves.enumerate().map(|(at, (name, curve))| line(name, Color::Series(first + at), curve)).collect()
    };
    let levels = group("level/", 0);
    let gains = group("gain/", levels.len());
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
    if let Some(curve) = performance(&record.log.curves) {
        let title = curve.name.replace(['/', '_'], " ");
        let axis = if curve.name.contains("accuracy") { Axis::percent("%") } else { Axis::new("") };
        panels.push(panel(&title, axis, vec![line("", Color::Ink, curve)]));
    }
    panels.push(panel("Levels of the neuromodulators", Axis::new(""), levels));
    panels.push(panel("Gains on their targets", Axis::new(""), gains));
    let limits = limits(record);
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
