//! Online learning: accuracy along the stream with its changes, regret against the oracle, recovery per change.

use std::collections::BTreeMap;

use super::focus::focused;
use crate::block::{Block, Cell, Chart, Table};
use crate::chart::{Axis, LineChart, LineMark, LinePoint, LineSeries};
use crate::metric;
use crate::number::{count, number};
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use contract::Record;

pub(super) fn build(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(along_the_stream(benchmark));
    blocks.extend(regret(benchmark));
    blocks.extend(recovery(benchmark));
    blocks.extend(alarms(benchmark));
    blocks
}

/// Which detectors raised how many alarms: one that raised none is not told from plain descent by its accuracy.
fn alarms(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let words = benchmark.ranked().into_iter().filter_map(|method| {
        let watches = |record: &&Record| {
            let kind = &record.spec.settings["method"]["kind"];
            matches!(kind.as_str(), Some("adwin-reset" | "page-hinkley-reset"))
        };
        let counts: Vec<f64> =
            method.ok().filter(watches).filter_map(|r| r.log.scalars.get("resets").copied()).collect();
        let (mean, seeds) = (stats::mean(&counts)?, count(counts.len(), "seed"));
        let silent = counts.iter().filter(|alarms| **alarms == 0.0).count();
        let words = if silent == counts.len() {
            format!(
                "{} never fired ({seeds}): it is plain descent at its own learning rate here",
                method.title
            )
        } else {
            let none = if silent > 0 { format!(", none in {silent} of them") } else { String::new() };
            format!("{} {} per run (mean over {seeds}{none})", method.title, number(mean))
        };
        let unsearched = if method.search().is_none() { "; its threshold was not searched" } else { "" };
        Some(words + unsearched)
    });
    let words: Vec<String> = words.collect();
    (!words.is_empty()).then(|| Block::paragraph(format!("Alarms of the detectors. {}.", words.join(". "))))
}

/// Mean over seeds, with a 95 % band if asked, at every x that at least one seed has.
fn averaged(seeds: impl Iterator<Item = Vec<(f64, f64)>>, with_band: bool) -> Vec<LinePoint> {
    let mut at: BTreeMap<u64, (f64, Vec<f64>)> = BTreeMap::new();
    for (x, y) in seeds.flatten().filter(|(x, _)| *x >= 0.0) {
        // The bits of non-negative numbers order as the numbers do.
        at.entry(x.to_bits()).or_insert_with(|| (x, Vec::new())).1.push(y);
    }
    let point = |(x, values): (f64, Vec<f64>)| LinePoint {
        x,
        n: values.len(),
        y: stats::mean(&values),
        band: if with_band { stats::mean_interval(&values).map(|i| (i.low, i.high)) } else { None },
    };
    at.into_values().map(point).collect()
}

fn curve(record: &Record, name: &str) -> Vec<(f64, f64)> {
    let found = record.log.curves.iter().filter(|curve| curve.name == name);
    found.flat_map(|c| c.x.iter().zip(&c.y).filter_map(|(x, y)| y.map(|y| (*x, y)))).collect()
}

fn marks(benchmark: &BenchmarkResults<'_>) -> Vec<LineMark> {
    let record = benchmark.methods.iter().find_map(|m| m.ok().find(|r| !r.log.marks.is_empty()));
    let marks = record.map(|r| r.log.marks.as_slice()).unwrap_or_default();
    marks.iter().map(|mark| LineMark { x: mark.x, label: mark.label.clone() }).collect()
}

fn series(
    benchmark: &BenchmarkResults<'_>,
    points: impl Fn(&MethodResults<'_>) -> Vec<LinePoint>,
) -> Vec<LineSeries> {
    let line = |method: &MethodResults<'_>| LineSeries {
        label: method.title.clone(),
        color: method.color,
        dashed: false,
        points: points(method),
    };
    benchmark.ranked().into_iter().map(line).filter(|series| !series.points.is_empty()).collect()
}

fn last_values(series: &[LineSeries]) -> String {
    let last = |s: &LineSeries| Some(format!("{} {}", s.label, number(s.points.last()?.y?)));
    series.iter().filter_map(last).collect::<Vec<_>>().join("; ")
}

fn along_the_stream(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let of = |name: &'static str| {
        series(benchmark, move |method| {
            averaged(method.ok().map(|record| curve(record, name)), name == "accuracy/window")
        })
    };
    let mut blocks = Vec::new();
    for (name, stem, title, words) in [
        ("accuracy/window", "prequential", "Prequential accuracy, sliding window", "in the sliding window"),
        (
            "accuracy/prequential",
            "prequential-whole",
            "Prequential accuracy, stream so far",
            "since the start",
        ),
        (
            "accuracy/fading",
            "prequential-fading",
            "Prequential accuracy, fading memory",
            "with fading memory",
        ),
    ] {
        let series = of(name);
        if series.is_empty() {
            continue;
        }
        let chart = Block::Chart(Chart {
            name: format!("{}-{stem}", benchmark.id),
            title: title.into(),
            alt: format!(
                "{}: accuracy {words} along the stream, changes marked. At the end: {}.",
                benchmark.name(),
                last_values(&series)
            ),
            caption: "Each sample is predicted before it is learned from. Mean over seeds (band, where drawn: 95 % interval); vertical \
                      lines: the concept changes (learners other than the oracle are not told)."
                .into(),
            figure: Box::new(LineChart {
                x: Axis::new("samples"),
                y: Axis::percent(format!("accuracy {words} (%)")),
                series: focused(benchmark, series),
                marks: marks(benchmark),
                plot_height: 260.0,
                ..LineChart::default()
            }),
        });
        blocks.push(if stem == "prequential" { chart } else { Block::Details(title.into(), vec![chart]) });
    }
    blocks
}

fn regret(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let Some(oracle) = benchmark.method(metric::ORACLE) else { return Vec::new() };
    let against = |record: &Record| {
        let same = oracle.ok().find(|other| other.spec.seed == record.spec.seed);
        same.and_then(|other| metric::regret_curve(&record.log, &other.log)).unwrap_or_default()
    };
    let series = series(benchmark, |method| {
        if method.id == oracle.id { Vec::new() } else { averaged(method.ok().map(against), true) }
    });
    if series.is_empty() {
        return Vec::new();
    }
    vec![Block::Chart(Chart {
        name: format!("{}-regret", benchmark.id),
        title: format!("Cumulative regret against {}", oracle.title),
        alt: format!("{}: regret in samples. At the end: {}.", benchmark.name(), last_values(&series)),
        caption: format!(
            "Samples that {} got right and the method did not, net, since the start; below 0: the method is ahead. Mean over \
             seeds; band: 95 % interval.",
            oracle.title
        ),
        figure: Box::new(LineChart {
            x: Axis::new("samples"),
            y: Axis::new("regret (samples)"),
            series: focused(benchmark, series),
            marks: marks(benchmark),
            ..LineChart::default()
        }),
    })]
}

/// One column per change: mean over the seeds that recovered, and how many they were.
fn recovery(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let changes = marks(benchmark);
    if changes.is_empty() {
        return Vec::new();
    }
    let mut headings = vec!["method".to_owned()];
    headings.extend(changes.iter().map(|mark| format!(">{} at {}", mark.label, mark.x)));
    let mut table = Table::new(
        "Samples from each change until 90 % of the accuracy before it is regained",
        headings.iter().map(String::as_str),
    );
    for method in benchmark.ranked() {
        let seeds = method.ok().count();
        let mut row: Vec<Cell> = vec![Cell::colored(&method.title, method.color)];
        for mark in &changes {
            let values: Vec<f64> = method
                .ok()
                .flat_map(|record| curve(record, "recovery"))
                .filter(|(x, _)| *x == mark.x)
                .map(|(_, samples)| samples)
                .collect();
            row.push(match stats::mean(&values) {
                None => "never".into(),
                Some(mean) if values.len() < seeds => {
                    format!("{} ({} of {seeds})", number(mean), values.len()).into()
                }
                Some(mean) => number(mean).into(),
            });
        }
        table.row(row);
    }
    vec![
        Block::Table(table),
        Block::paragraph(
            "Mean over the seeds that recovered before the next change (their number in brackets where it was not all). A \
             method that was bad before a change has little to regain: read this beside the accuracy.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Results;
    use crate::synthetic::records;

    /// A finished run of a detector with so many resets.
    fn record(method: &str, kind: &str, seed: u64, resets: f64) -> Record {
        let mut record = records(1).swap_remove(0);
        record.titles.method = method.into();
        record.spec.paradigm = "online".into();
        (record.spec.method, record.spec.seed) = (method.into(), seed);
        record.spec.settings = serde_json::json!({ "method": { "kind": kind, "parameters": {} } });
        record.log.scalars.insert("resets".into(), resets);
        record
    }

    #[test]
    fn a_detector_without_alarms_in_any_seed_is_said_to_have_never_fired() {
        let mut records = Vec::new();
        for seed in 0..3 {
            records.push(record("Silent", "page-hinkley-reset", seed, 0.0));
            records.push(record("Loud", "adwin-reset", seed, if seed == 0 { 0.0 } else { 3.0 }));
            records.push(record("Plain", "latest", seed, 0.0));
        }
        let results = Results::new(&records, &[]);
        let text = format!("{:?}", alarms(&results.benchmarks[0]).expect("two detectors"));
        assert!(text.contains("Silent never fired (3 seeds)"), "{text}");
        assert!(text.contains("Loud 2.000 per run (mean over 3 seeds, none in 1 of them)"), "{text}");
        assert!(!text.contains("Plain"), "{text}");
        let plain: Vec<Record> = vec![record("Plain", "latest", 0, 0.0)];
        assert!(alarms(&Results::new(&plain, &[]).benchmarks[0]).is_none());
    }
}
