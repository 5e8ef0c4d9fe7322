//! `bench run`: plan, train, report.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use super::arguments::RunArguments;
use super::opened::{Opened, open};
use super::output::{colour, columns, library_and_data, print, print_styled, seconds, tell};
use super::progress::Progress;
use super::sources::Format;
use super::trouble::{INTERRUPT, stopped};
use super::written::{note, rescore, write};
use super::{command_line, exit};
use crate::measure::check_score;
use crate::run::{Executor, Journal, Outcome, Plan, PlannedRun, Selection};
use crate::{registry, run};
use ::report::Options;
use ::report::metric;
use base::error::Error;
use base::plain;
use contract::definition::Library;
use contract::{Record, Status, Trace};
use data::Data;

/// The default suite.
const DEFAULT_SUITE: &str = "core";

/// Names separated by commas, except inside the brackets of a varied value.
fn listed(texts: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    for text in texts {
        let (mut depth, mut name) = (0usize, String::new());
        for letter in text.chars() {
            match letter {
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if letter == ',' && depth == 0 {
                names.push(std::mem::take(&mut name));
            } else {
                name.push(letter);
            }
        }
        names.push(name);
    }
    names
}

pub fn run(arguments: &RunArguments) -> anyhow::Result<u8> {
    let started = Instant::now();
    let targets =
        if arguments.targets.is_empty() { vec![DEFAULT_SUITE.to_owned()] } else { arguments.targets.clone() };
    let (library, data) = library_and_data(&arguments.sources, &targets)?;
    let (methods, controls) = (listed(&arguments.methods), listed(&arguments.controls));
    let selection = Selection { targets: targets.clone(), methods, seeds: arguments.seeds, controls };
    let mut plan = Plan::new(&library, &selection)?;
    let planned = plan.planned();
    if let Some((share, count)) = arguments.shard {
        plan.keep_share(share, count)?;
    }
    check_metrics(&library, &plan)?;
    plan.outdated.iter().for_each(|line| note(arguments.effort.quiet, line));
    let jobs = arguments.effort.jobs();
    if arguments.dry_run {
        print(&describe(&plan, jobs)?)?;
        return Ok(exit::OK);
    }
    plan.load_data(&data)?;
    if let (Some((share, count)), true) = (arguments.shard, plan.runs.is_empty()) {
        let text = "holds no run: shares hold whole seeds, and the plan has fewer seeds than shares";
        note(arguments.effort.quiet, &format!("share {share} of {count} {text}"));
    }

    let out = folder(arguments, &targets);
    if arguments.fresh
        && let Some(aside) = Journal::put_aside(&out)?
    {
        note(arguments.effort.quiet, &format!("earlier records are kept in {}", aside.display()));
    }
    let Opened { mut journal, own: known, .. } = open(&out, arguments.salvage, arguments.effort.quiet)?;
    // What cannot take a report is found now, and not after the last run.
    ::report::check_folder(&out)?;
    run::note_plan(&out, &selected(&selection), planned.clone())?;
    let todo = left_to_do(&plan, &known);
    let (all, found) = (plan.runs.len(), plan.runs.len() - todo.len());
    if found > 0 {
        note(arguments.effort.quiet, &format!("{found} of {all} runs are already in {}", out.display()));
    }

    let outcome = execute(arguments, (&todo, &known), &data, &mut journal);
    // At the end too: a report of records that are no longer there would look fine. Likewise of a plan.
    let outcome = outcome.and_then(|outcome| journal.check().map(|()| outcome));
    run::note_plan(&out, &selected(&selection), planned.clone())?;
    let outcome = outcome.map_err(|error| stopped(error, &mut journal))?;

    let records = of_plan(&plan, known, outcome.records);
    let options = Options {
        title: title(&library, &targets),
        command: command_line::of_this_process(),
        wall_s: Some(started.elapsed().as_secs_f64()),
        color: colour(),
        tables: arguments.verbose,
        paradigms: registry::paradigms(),
        planned,
    };
    finish(arguments, &records, &out, &options)?;
    Ok(ended(outcome.left, &records))
}

/// The exit code of a session that left so many runs undone.
fn ended(left: usize, records: &[Record]) -> u8 {
    if left > 0 {
        tell(&format!("interrupted with {left} runs left; repeat the command to go on"));
        return exit::INTERRUPTED;
    }
    let fine = records.iter().all(|record| record.status == Status::Ok);
    if fine { exit::OK } else { exit::FAILED }
}

/// Where the records go.
fn folder(arguments: &RunArguments, targets: &[String]) -> PathBuf {
    let name = match arguments.shard {
        Some((share, count)) => format!("{}-shard-{share}-of-{count}", targets.join("+")),
        None => targets.join("+"),
    };
    arguments.out.clone().unwrap_or_else(|| Path::new("results/local").join(name))
}

/// Runs what is left to do, under a progress bar.
fn execute(
    arguments: &RunArguments,
    (todo, known): (&[PlannedRun], &[Record]),
    data: &Data,
    journal: &mut Journal,
) -> Result<Outcome, Error> {
    let jobs = arguments.effort.jobs();
    let progress = Progress::new(todo, jobs, arguments.effort.quiet);
    let executor = Executor {
        data,
        jobs,
        time_limit: arguments.time_limit,
        env: run::environment(jobs),
        scorer: metric::score_all,
        traces: traces(todo, known),
        interrupt: &INTERRUPT,
    };
    let outcome = executor.execute(todo, journal, &progress);
    progress.finish();
    outcome
}

/// What was selected, apart from seeds: a plan of the same selection replaces the one that stands in the folder.
fn selected(selection: &Selection) -> String {
    let mut words = selection.targets.join("+");
    if !selection.methods.is_empty() {
        words = format!("{words} --method {}", selection.methods.join(","));
    }
    if !selection.controls.is_empty() {
        words = format!("{words} --controls {}", selection.controls.join(","));
    }
    words
}

fn finish(arguments: &RunArguments, records: &[Record], out: &Path, options: &Options) -> anyhow::Result<()> {
    match arguments.format {
        Format::Json => {
            write(records, out, options)?;
            for record in records {
                print_styled(&format!("{}\n", plain::json(&record.line()?)))?;
            }
        }
        Format::Table => print_styled(&write(records, out, options)?.text)?,
    }
    Ok(())
}

/// Every benchmark's score must be a known metric; checked here because plans know nothing of metrics.
fn check_metrics(library: &Library, plan: &Plan) -> Result<(), Error> {
    plan.runs.iter().try_for_each(|run| check_score(library.benchmark(&run.spec.benchmark)?))
}

/// Runs without a usable record: failed and timed-out ones are tried again, a divergence would only repeat.
fn left_to_do(plan: &Plan, records: &[Record]) -> Vec<PlannedRun> {
    let usable = records.iter().filter(|record| matches!(record.status, Status::Ok | Status::Diverged));
    let keys: HashSet<&str> = usable.map(|record| record.key.as_str()).collect();
    let settled = |run: &PlannedRun| keys.contains(run.key.as_str());
    plan.runs.iter().filter(|run| !settled(run)).cloned().collect()
}

/// What runs that are left to do replay, as far as it is recorded.
fn traces(todo: &[PlannedRun], records: &[Record]) -> BTreeMap<String, Arc<Trace>> {
    let wanted: HashSet<&str> =
        todo.iter().filter_map(|run| Some(run.spec.replays.as_ref()?.key.as_str())).collect();
    let found =
        records.iter().filter(|record| record.status == Status::Ok && wanted.contains(record.key.as_str()));
    found.map(|record| (record.key.clone(), Arc::new(record.log.trace.clone()))).collect()
}

/// The records of this plan, in its order, whether old or new.
fn of_plan(plan: &Plan, old: Vec<Record>, new: Vec<Record>) -> Vec<Record> {
    let mut by_key = std::collections::BTreeMap::new();
    by_key.extend(old.into_iter().chain(new).map(|record| (record.key.clone(), record)));
    // Titles, score, base and metrics are derived: an old record gets those of today's definitions.
    let today = |run: &PlannedRun| {
        let mut record: Record = by_key.remove(&run.key)?;
        record.titles.clone_from(&run.titles);
        record.score.clone_from(&run.score);
        record.base.clone_from(&run.base);
        rescore(&mut record);
        Some(record)
    };
    plan.runs.iter().filter_map(today).collect()
}

fn describe(plan: &Plan, jobs: usize) -> Result<String, Error> {
    let mut cells: indexmap::IndexMap<(String, String), (usize, f64)> = indexmap::IndexMap::new();
    for run in &plan.runs {
        let cell = cells.entry((run.spec.benchmark.clone(), run.spec.method.clone())).or_default();
        cell.0 += 1;
        cell.1 += run.cost;
    }
    let rows: Vec<(String, String)> = cells
        .iter()
        .map(|((benchmark, method), (runs, cost))| {
            (benchmark.clone(), format!("{method}: {runs} runs, about {} of one core", seconds(*cost)))
        })
        .collect();
    let wall = plan.cost() / jobs as f64;
    // Rounded up: a megabyte is the least that is worth a word.
    let memory = plan.memory()?.div_ceil(1 << 20);
    let runs = format!("{} runs, about {} with {jobs} jobs", plan.runs.len(), seconds(wall));
    Ok(format!("{}{runs}; plan and data take about {memory} MiB, networks more\n", columns(&rows)))
}

fn title(library: &Library, targets: &[String]) -> String {
    let name = |target: &String| {
        let suite = library.suites.get(target).map(|suite| format!("{} suite", suite.header.title));
        let benchmark = library.benchmarks.get(target).map(|benchmark| benchmark.header.title.clone());
        suite.or(benchmark).unwrap_or_else(|| target.clone())
    };
    targets.iter().map(name).collect::<Vec<_>>().join(", ")
}
