//! `bench sweep`: a method over a grid of one or two settings.

use std::path::PathBuf;

use super::executed::Kept;
use super::exit;
use super::output::{library_and_data, method as named, print, seconds, tell};
use super::sweep_arguments::SweepArguments;
use crate::measure::check_score;
use crate::sweep::{Over, Sweep, chart, csv, test_words, whole, words};
use base::atomic;
use base::error::{DefinitionError, Error};
use contract::definition::base;
use contract::{MetricValue, Record, Status};

pub fn run(arguments: &SweepArguments) -> anyhow::Result<u8> {
    let targets = std::slice::from_ref(&arguments.benchmark);
    let (library, data) = library_and_data(&arguments.sources, targets)?;
    let over = over(&arguments.over)?;
    let benchmark = library.benchmark(&arguments.benchmark)?;
    check_score(benchmark)?;
    let kind = named(&library, &benchmark.header.paradigm, base(&arguments.method))?.header.kind.clone();
    let id = &benchmark.header.id;
    let over = whole(&library, id, &arguments.method, over)?;
    let sweep = Sweep {
        library: &library,
        benchmark: id,
        method: &arguments.method,
        over: &over,
        seeds: arguments.seeds,
    };
    let plan = sweep.plan()?;
    let jobs = arguments.effort.jobs();
    if arguments.dry_run {
        let cost = seconds(plan.cost() / jobs as f64);
        print(&format!("{} runs on validation data, about {cost} with {jobs} jobs\n", plan.runs.len()))?;
        return Ok(exit::OK);
    }
    plan.load_data(&data)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/local/sweep"));
    let mut kept = Kept::open(&out, arguments.salvage, arguments.effort.quiet)?;
    let records = kept.records(&plan.runs, &data, jobs, arguments.effort.quiet)?;
    if records.len() < plan.runs.len() {
        return Ok(interrupted());
    }
    let mut fine = ended(&records);
    let study = sweep.study(&records)?;
    let title = format!("{} on {id}", arguments.method);
    atomic::write(&out.join("sweep.csv"), csv(&study))?;
    atomic::write(&out.join("sweep.svg"), chart(&study, &title))?;
    print(&format!("{title}: {}", words(&study, &kind)))?;
    if arguments.test > 0 {
        let best = &study.points[study.best()].method;
        let plan = sweep.test_plan(best, arguments.test)?;
        let records = kept.records(&plan.runs, &data, jobs, arguments.effort.quiet)?;
        if records.len() < plan.runs.len() {
            return Ok(interrupted());
        }
        fine &= ended(&records);
        let chance = benchmark.header.score.chance;
        let value = |record: &Record| {
            record.metrics.get(&study.metric).and_then(MetricValue::value).unwrap_or(chance)
        };
        let counted = records.iter().filter(|record| matches!(record.status, Status::Ok | Status::Diverged));
        let scores: Vec<f64> = counted.map(value).collect();
        let diverged = records.iter().filter(|record| record.status == Status::Diverged).count();
        print(&test_words(&study.metric, best, &scores, diverged))?;
    }
    print(&format!("written: {}\n", out.display()))?;
    Ok(if fine { exit::OK } else { exit::FAILED })
}

/// One or two settings, each once.
fn over(texts: &[String]) -> Result<Vec<Over>, Error> {
    let over: Vec<Over> = texts.iter().map(|text| text.parse()).collect::<Result<_, DefinitionError>>()?;
    let twice = over.len() == 2 && over[0].key == over[1].key;
    if over.len() > 2 || twice {
        let found = if twice { format!("{} twice", over[0].key) } else { format!("{} settings", over.len()) };
        return Err(DefinitionError::range("--over", found, "one or two different settings").into());
    }
    Ok(over)
}

fn interrupted() -> u8 {
    tell("interrupted; repeat the command to go on");
    exit::INTERRUPTED
}

/// Tells of runs that failed.
fn ended(records: &[Record]) -> bool {
    let failed = |record: &&Record| matches!(record.status, Status::Failed | Status::Timeout);
    let failed: Vec<&Record> = records.iter().filter(failed).collect();
    if let Some(record) = failed.first() {
        let error = record.error.as_deref().unwrap_or("no reason given");
        tell(&format!(
            "{} runs failed, e.g. {} with seed {}: {error}",
            failed.len(),
            record.spec.method,
            record.spec.seed
        ));
    }
    failed.is_empty()
}
