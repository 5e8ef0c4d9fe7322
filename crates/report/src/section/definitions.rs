//! What every name means: metrics, methods, settings, environment.

use std::collections::BTreeMap;

use crate::block::{Block, Cell, Table};
use crate::metric::METRICS;
use crate::results::Results;
use base::plain;

pub(super) fn build(results: &Results<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::heading(2, "Definitions")];
    blocks.push(Block::heading(3, "Metrics"));
    blocks.push(Block::paragraph(
        "R[i][j] is the test performance on task j after training on task i, b[j] that of the untrained network, J[k] that \
         of joint training on the tasks 0..=k. A metric that is undefined for a run has no value, never 0.",
    ));
    let mut table = Table::new("", ["name", "better", "formula", "same as"]);
    let used = |m: &&crate::metric::Metric| results.benchmarks.iter().any(|b| m.applies_to(&b.paradigm));
    for metric in METRICS.iter().filter(used) {
        let better = if metric.higher_is_better { "higher" } else { "lower" };
        table.row([metric.name, better, metric.formula, metric.source]);
    }
    blocks.push(Block::Table(table));
    blocks.extend(methods(results));
    blocks.extend(settings(results));
    blocks.extend(environments(results));
    blocks
}

fn methods(results: &Results<'_>) -> Vec<Block> {
    let mut table = Table::new("", ["method", "formula", "where its values come from"]);
    let mut known: BTreeMap<(&str, &str), Vec<Cell>> = BTreeMap::new();
    for benchmark in &results.benchmarks {
        for method in &benchmark.methods {
            let Some(record) = method.records.first() else { continue };
            known.entry((&method.id, &record.titles.formula)).or_insert_with(|| {
                vec![
                    Cell::colored(&method.title, method.color),
                    record.titles.formula.as_str().into(),
                    record.titles.provenance.as_str().into(),
                ]
            });
        }
    }
    known.into_values().for_each(|row| table.row(row));
    vec![Block::heading(3, "Methods"), Block::Table(table)]
}

fn settings(results: &Results<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::heading(3, "Settings")];
    for benchmark in &results.benchmarks {
        let inner = benchmark
            .methods
            .iter()
            .filter_map(|method| {
                let record = method.records.first()?;
                Some([Block::heading(4, &method.title), Block::Code(plain::settings(&record.spec.settings))])
            })
            .flatten()
            .collect();
        blocks.push(Block::Details(format!("{} ({})", benchmark.name(), benchmark.id), inner));
    }
    blocks
}

fn environments(results: &Results<'_>) -> Vec<Block> {
    let mut lines: Vec<String> = results
        .records()
        .filter(|r| r.judged.is_none())
        .map(|r| {
            let env = &r.env;
            format!(
                "version {} · git {} · {} · candle {} · {} · {} · CPU {} · features {} · {} cores",
                env.version,
                env.git,
                env.rustc,
                env.candle,
                env.profile,
                env.target,
                env.cpu,
                env.features.join(" "),
                env.cores
            )
        })
        .collect();
    lines.sort();
    lines.dedup();
    let mut data: Vec<String> = results
        .records()
        .flat_map(|r| r.data.iter().map(|(name, hash)| format!("data set {name}: fingerprint {hash}")))
        .collect();
    data.sort();
    data.dedup();
    lines.extend(data);
    vec![Block::heading(3, "Environment"), Block::List(lines)]
}
