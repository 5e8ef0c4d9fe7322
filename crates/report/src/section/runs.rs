//! What was run, on what, how long; failures first.

use std::collections::BTreeSet;

use crate::block::{Block, Table};
use crate::number::{count, duration};
use crate::options::Options;
use crate::results::Results;
use contract::{Record, Status};

pub(super) fn build(results: &Results<'_>, options: &Options) -> Vec<Block> {
    let records: Vec<&Record> = results.records().collect();
    if records.is_empty() {
        let mut blocks = missing(results);
        blocks.push(Block::Notice("No records: nothing was run, so there is nothing to report.".into()));
        return blocks;
    }
    let mut blocks = vec![Block::heading(2, "Runs")];
    blocks.extend(missing(results));
    blocks.extend(failures(&records));
    blocks.extend(results.conflicts.iter().map(|conflict| Block::Notice(format!("{conflict}."))));
    blocks.push(Block::paragraph(what(results, &records, options)));
    blocks.extend(machine(&records));
    if results.superseded > 0 {
        blocks.push(Block::paragraph(format!(
            "{} older than another of the same benchmark, method and seed: left out.",
            count(results.superseded, "record")
        )));
    }
    if !options.command.is_empty() {
        blocks.push(Block::Code(options.command.clone()));
    }
    blocks
}

fn what(results: &Results<'_>, records: &[&Record], options: &Options) -> String {
    let distinct =
        |of: &dyn Fn(&Record) -> String| records.iter().map(|r| of(r)).collect::<BTreeSet<_>>().len();
    let methods = distinct(&|r| r.spec.method.clone());
    let seeds = distinct(&|r| r.spec.seed.to_string());
    let core_seconds: f64 = records.iter().map(|r| r.time.wall_s).sum();
    let wall = options.wall_s.map_or_else(String::new, |wall| format!(", {} on the clock", duration(wall)));
    format!(
        "{}: {}, {}, {}. The runs took {} together{wall}.",
        count(records.len(), "run"),
        count(results.benchmarks.len(), "benchmark"),
        count(methods, "method"),
        count(seeds, "seed"),
        duration(core_seconds)
    )
}

/// Machines, one sentence each where records come from several.
fn machine(records: &[&Record]) -> Option<Block> {
    let sentence = |r: &Record| {
        let env = &r.env;
        format!(
            "neuromod-bench {} ({}, {} build), {}, candle {}, on {} with {}; {} in parallel, {} each.",
            env.version,
            env.git,
            env.profile,
            env.rustc,
            env.candle,
            if env.cpu.is_empty() { "an unknown CPU" } else { &env.cpu },
            count(env.cores, "core"),
            count(env.jobs, "run"),
            count(env.threads_per_run, "thread")
        )
    };
    // Where results that were handed in as a table come from is not known.
    let ours = records.iter().filter(|r| r.judged.is_none());
    let sentences: BTreeSet<String> = ours.map(|r| sentence(r)).collect();
    (!sentences.is_empty()).then(|| Block::paragraph(Vec::from_iter(sentences).join(" ")))
}

/// What was planned and has no record: the first thing to know of an incomplete report.
fn missing(results: &Results<'_>) -> Vec<Block> {
    let Some(sentence) = results.missing.sentence() else { return Vec::new() };
    let mut table = Table::new("Missing runs", ["benchmark", "method", "seeds", ">missing"]);
    results.missing.rows().for_each(|row| table.row(row));
    let notice = format!(
        "{sentence}. Means and intervals are of the runs that are there; verdicts and p that would rest on the missing \
         ones are withheld. Reporting all shares together, or repeating the command, completes them."
    );
    vec![Block::Notice(notice), Block::Table(table)]
}

fn failures(records: &[&Record]) -> Vec<Block> {
    let bad: Vec<&&Record> = records.iter().filter(|r| r.status != Status::Ok).collect();
    if bad.is_empty() {
        return Vec::new();
    }
    let mut table =
        Table::new("Runs that did not finish", ["benchmark", "method", ">seed", "status", "reason"]);
    for record in &bad {
        table.row([
            record.benchmark_at_version(),
            record.spec.method.clone(),
            record.spec.seed.to_string(),
            record.status.word().to_owned(),
            record.error.clone().unwrap_or_else(|| "no reason recorded".into()),
        ]);
    }
    vec![
        Block::Notice(format!(
            "{} of {} did not finish. They count in every table below and take part in no mean.",
            bad.len(),
            count(records.len(), "run")
        )),
        Block::Table(table),
    ]
}
