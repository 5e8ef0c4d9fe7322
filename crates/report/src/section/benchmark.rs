//! The part that every benchmark has: score table, score chart, all metrics, cost.

use super::all_metrics::all_metrics;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, DotChart, DotRow};
use crate::difference::Difference;
use crate::number::{
    bytes, count, duration, interval_text, large, number, p_value, signed, value_with_interval,
};
use crate::results::{BenchmarkResults, MethodResults};
use crate::tables::too_few_seeds;
use base::stats;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::heading(3, benchmark.name())];
    if !benchmark.summary.is_empty() {
        blocks.push(Block::paragraph(&benchmark.summary));
    }
    blocks.push(Block::Table(score_table(benchmark)));
    blocks.extend(remarks(benchmark));
    blocks.extend(score_chart(benchmark));
    blocks.extend(all_metrics(benchmark));
    blocks.push(Block::Details("Cost".into(), vec![Block::Table(cost(benchmark))]));
    blocks
}

fn verdicts_allowed(benchmark: &BenchmarkResults<'_>) -> bool {
    benchmark.reference().is_some() && benchmark.missing == 0 && too_few_seeds(benchmark).is_none()
}

fn score_table(benchmark: &BenchmarkResults<'_>) -> Table {
    let reference = benchmark.reference();
    let versus = reference.map(|r| format!(">difference to {}", r.title));
    let mut headings = vec!["method", ">mean", ">95 % interval", ">n", "runs", "trials"];
    headings.extend(versus.as_deref());
    let verdicts = verdicts_allowed(benchmark);
    if verdicts {
        headings.extend([">effect size", ">p", ">p (Holm)"]);
    }
    let better = if benchmark.higher_is_better() { "higher is better" } else { "lower is better" };
    let shared = benchmark.shared_data().map_or_else(String::new, |words| format!("; intervals {words}"));
    let caption = format!("{} ({better}), {}{shared}", benchmark.score.metric, benchmark.id);
    let mut table = Table::new(caption, headings);
    let ranked = benchmark.ranked();
    let differences: Vec<_> = ranked
        .iter()
        .map(|method| {
            let other = reference.filter(|r| r.id != method.id)?;
            benchmark.difference(method, other, &benchmark.score.metric)
        })
        .collect();
    // A p only between rows whose settings were searched equally.
    let judged = ranked.iter().zip(&differences).filter(|(method, _)| benchmark.fair(method));
    let p: Vec<f64> = judged.filter_map(|(_, d)| d.as_ref()?.p).collect();
    let mut corrected = stats::holm(&p).into_iter();
    for (method, difference) in ranked.iter().zip(&differences) {
        let scores = benchmark.scores(method);
        let mut row: Vec<Cell> = vec![
            Cell::colored(&method.title, method.color),
            scores.mean().map_or_else(|| "–".into(), number).into(),
            interval_text(scores.interval()).into(),
            scores.by_seed.len().to_string().into(),
            method.statuses().into(),
            trials(method).into(),
        ];
        if let Some(reference) = reference {
            let own = reference.id == method.id;
            row.push(match difference {
                Some(d) => {
                    let seeds = scores.by_seed.len().max(benchmark.scores(reference).by_seed.len());
                    difference_text(d, seeds).into()
                }
                None if own => "reference".into(),
                None => "–".into(),
            });
        }
        if verdicts {
            let effect = difference.as_ref().map_or_else(String::new, effect_text);
            let p = difference.as_ref().and_then(|d| d.p).filter(|_| benchmark.fair(method));
            let holm = p.and_then(|_| corrected.next());
            row.extend([effect.into(), p.map_or_else(String::new, p_value).into()]);
            row.push(holm.map_or_else(String::new, p_value).into());
        }
        table.row(row);
    }
    table
}

/// A mean difference with its interval; seeds that only one of both finished are not part of the pairs.
fn difference_text(difference: &Difference, seeds: usize) -> String {
    let pairs = match (difference.paired, difference.pairs < seeds) {
        (false, _) => " (not paired)".to_owned(),
        (true, true) => format!(" ({} pairs)", difference.pairs),
        (true, false) => String::new(),
    };
    let interval = interval_text(difference.interval);
    format!("{} {interval}{pairs}", signed(difference.mean)).trim_end().to_owned()
}

/// The budget of its search, in a word.
fn trials(method: &MethodResults<'_>) -> String {
    match method.search() {
        None => "not searched".into(),
        Some(note) if note.trials == 0 => "nothing to choose".into(),
        Some(note) => format!("{} × {} seeds", note.total(), note.seeds),
    }
}

/// Ten equal differences have a mean and no size in units of their spread.
fn effect_text(difference: &Difference) -> String {
    match difference.effect {
        Some(effect) => signed(effect),
        None if difference.pairs > 1 => "undefined: no spread".into(),
        None => String::new(),
    }
}

fn remarks(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if benchmark.missing > 0 {
        blocks.push(Block::Notice(format!(
            "{} of this benchmark missing: there is no p until they are there.",
            count(benchmark.missing, "planned run")
        )));
    }
    if let Some(notice) = too_few_seeds(benchmark) {
        let n = benchmark.methods.iter().map(|m| m.ok().count()).max().unwrap_or_default();
        let smallest = stats::smallest_p(n);
        blocks.push(Block::Notice(format!(
            "{}. With {n} paired seeds the smallest two-sided p that the sign-flip test can reach is {}. Intervals \
             are for the mean; how often they hold it with so few seeds stands in docs/intervals.md.",
            capitalised(&notice),
            p_value(smallest)
        )));
    } else if benchmark.reference().is_some() {
        blocks.push(Block::paragraph(
            "Differences are paired by seed; p is two-sided from the sign-flip test, the interval inverts the same test; \
             Holm corrects across the rows. Effect size: mean difference / standard deviation of the differences, \
             undefined where these do not vary by more than rounding. Trials: settings that were tried on validation data, \
             the optimiser's included; there is no p between rows that were not searched equally.",
        ));
    }
    let reasons: Vec<String> = benchmark
        .methods
        .iter()
        .filter_map(|m| benchmark.scores(m).undefined.first().map(|why| format!("{}: {why}", m.title)))
        .collect();
    if !reasons.is_empty() {
        blocks.push(Block::paragraph(format!("Score undefined in finished runs. {}.", reasons.join("; "))));
    }
    blocks
}

/// With a capital first letter.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// Scores in [0, 1] whose name says accuracy are printed in percent.
fn score_axis(benchmark: &BenchmarkResults<'_>) -> Axis {
    let words = benchmark.score.metric.replace('_', " ");
    if benchmark.score.metric.contains("accuracy") {
        Axis::percent(format!("{words} (%)"))
    } else {
        Axis::new(words)
    }
}

fn score_chart(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let some_searched =
        benchmark.methods.iter().any(|method| method.search().is_some_and(|note| note.trials > 0));
    let rows: Vec<DotRow> = benchmark
        .ranked()
        .into_iter()
        .map(|method| {
            let scores = benchmark.scores(method);
            let bad = method.unfinished();
            let mut note = scores.mean().map(number).unwrap_or_default();
            if some_searched && method.search().is_none() {
                note = format!("{note} not searched").trim_start().to_owned();
            }
            if bad > 0 {
                note = format!("{note} ({} of {})", scores.by_seed.len(), method.records.len())
                    .trim_start()
                    .to_owned();
            }
            DotRow {
                label: method.title.clone(),
                color: method.color,
                mean: scores.mean(),
                interval: scores.interval(),
                dots: scores.numbers(),
                note,
            }
        })
        .collect();
    if rows.iter().all(|row| row.mean.is_none()) {
        return vec![Block::paragraph("No run produced a score, so there is nothing to draw.")];
    }
    let listed: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            row.mean.map(|_| format!("{} {}", row.label, value_with_interval(row.mean, row.interval)))
        })
        .collect();
    vec![Block::Chart(Chart {
        name: format!("{}-score", benchmark.id),
        title: capitalised(&benchmark.score.metric.replace('_', " ")),
        alt: format!("{}: mean and 95 % interval per method: {}.", benchmark.name(), listed.join("; ")),
        caption: format!(
            "Marker and bar: mean over seeds and its 95 % interval{}; small dots: single seeds; dashed: chance; in brackets: \
             seeds with a score, where some are missing.",
            benchmark.shared_data().map_or_else(String::new, |words| format!(" ({words})"))
        ),
        figure: Box::new(DotChart {
            x: score_axis(benchmark),
            rows,
            references: vec![(benchmark.score.chance, "chance".into())],
        }),
    })]
}

fn cost(benchmark: &BenchmarkResults<'_>) -> Table {
    let mut table = Table::new(
        "Cost per run (mean over finished runs)",
        ["method", ">time", ">parameters", ">extra state", ">replay", ">updates", ">multiply–adds"],
    );
    for method in &benchmark.methods {
        let records: Vec<_> = method.ok().collect();
        let mean = |of: &dyn Fn(&contract::Record) -> f64| {
            let mean = stats::mean(&records.iter().map(|r| of(r)).collect::<Vec<_>>());
            // What a table made elsewhere does not say is not nought.
            mean.filter(|mean| *mean != 0.0 || records.iter().any(|r| r.judged.is_none()))
        };
        let shown = |value: Option<f64>, text: &dyn Fn(f64) -> String| value.map_or_else(|| "–".into(), text);
        table.row([
            Cell::colored(&method.title, method.color),
            shown(mean(&|r| r.time.wall_s), &duration).into(),
            shown(mean(&|r| r.log.footprint.parameters as f64), &large).into(),
            shown(mean(&|r| r.log.footprint.state_bytes as f64), &bytes).into(),
            shown(mean(&|r| r.log.footprint.replay_bytes as f64), &bytes).into(),
            shown(mean(&|r| r.log.footprint.updates as f64), &large).into(),
            shown(mean(&|r| r.log.footprint.multiply_adds as f64), &large).into(),
        ]);
    }
    table
}
