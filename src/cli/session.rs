//! `bench run`: plan, train, report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Context;

use super::arguments::{Format, RunArguments};
use super::output::{colour, columns, data, library, print, print_styled, seconds, tell};
use super::progress::Progress;
use super::{command_line, exit, report};
use crate::registry;
use crate::run;
use crate::run::{Executor, Journal, Plan, PlannedRun, Recovery, Selection};
use ::report::Options;
use ::report::metric;
use base::error::{DefinitionError, Error};
use base::plain;
use contract::Trace;
use contract::definition::Library;
use contract::{Record, Status};

pub(super) static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// Lets a signal stop the session between two steps of its runs. A second signal, or a failure to install the handler, falls
/// back to the default: the journal survives that too. A run that panics becomes a record with its message.
pub(super) fn watch_interrupts() {
    let _ = ctrlc::set_handler(|| {
        if INTERRUPT.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    });
    run::install_panic_hook();
}

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
    let library = library(&arguments.sources)?;
    let targets =
        if arguments.targets.is_empty() { vec![DEFAULT_SUITE.to_owned()] } else { arguments.targets.clone() };
    let selection =
        Selection { targets: targets.clone(), methods: listed(&arguments.methods), seeds: arguments.seeds };
    let mut plan = Plan::new(&library, &selection)?;
    if let Some((share, count)) = arguments.shard {
        plan.keep_share(share, count)?;
    }
    check_metrics(&library, &plan)?;
    let jobs = arguments.jobs.map_or_else(run::cores, |jobs| usize::try_from(jobs).unwrap_or(1));
    if arguments.dry_run {
        print(&describe(&plan, jobs))?;
        return Ok(exit::OK);
    }
    let data = data(&arguments.sources);
    plan.load_data(&data)?;

    let name = match arguments.shard {
        Some((share, count)) => format!("{}-shard-{share}-of-{count}", targets.join("+")),
        None => targets.join("+"),
    };
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("results/local").join(name));
    if arguments.fresh
        && let Some(aside) = Journal::put_aside(&out)?
    {
        note(arguments, &format!("earlier records are kept in {}", aside.display()));
    }
    let (mut journal, recovery) = Journal::open(&out)?;
    tell_recovery(arguments, &recovery);
    let todo = left_to_do(&plan, &recovery.records);
    if todo.len() < plan.runs.len() {
        let found = plan.runs.len() - todo.len();
        note(arguments, &format!("{found} of {} runs are already in {}", plan.runs.len(), out.display()));
    }

    watch_interrupts();
    let progress = Progress::new(&todo, jobs, arguments.quiet);
    let executor = Executor {
        data: &data,
        jobs,
        time_limit: arguments.time_limit,
        env: run::environment(jobs),
        scorer: metric::score_all,
        traces: traces(&todo, &recovery.records),
        interrupt: &INTERRUPT,
    };
    let outcome = executor.execute(&todo, &mut journal, &progress);
    progress.finish();
    let outcome = outcome.with_context(|| {
        format!("stopped; the records before this one are safe in {}", journal.path().display())
    })?;

    let records = of_plan(&plan, recovery.records, outcome.records);
    let options = Options {
        title: title(&library, &targets),
        command: command_line::of_this_process(),
        wall_s: Some(started.elapsed().as_secs_f64()),
        color: colour(),
        paradigms: registry::paradigms(),
    };
    finish(arguments, &records, &out, &options)?;
    if outcome.left > 0 {
        tell(&format!("interrupted with {} runs left; repeat the command to go on", outcome.left));
        return Ok(exit::INTERRUPTED);
    }
    let fine = records.iter().all(|record| record.status == Status::Ok);
    Ok(if fine { exit::OK } else { exit::FAILED })
}

fn finish(arguments: &RunArguments, records: &[Record], out: &Path, options: &Options) -> anyhow::Result<()> {
    match arguments.format {
        Format::Json => {
            report::write(records, out, options)?;
            for record in records {
                print_styled(&format!("{}\n", plain::json(&serde_json::to_string(record)?)))?;
            }
        }
        Format::Table => print_styled(&report::write(records, out, options)?)?,
    }
    Ok(())
}

/// Every benchmark's score must be a known metric; checked here because plans know nothing of metrics.
fn check_metrics(library: &Library, plan: &Plan) -> Result<(), Error> {
    for run in &plan.runs {
        let name = run.score.metric.as_str();
        if metric::find(name).is_none() {
            let known = metric::METRICS.iter().map(|metric| metric.name);
            let error = DefinitionError {
                key: "score.metric".into(),
                ..DefinitionError::unknown("metric", name, known)
            };
            return Err(library.benchmark(&run.spec.benchmark)?.refuse(error));
        }
    }
    Ok(())
}

/// Runs without a usable record: failed and timed-out ones are tried again, a divergence would only repeat.
fn left_to_do(plan: &Plan, records: &[Record]) -> Vec<PlannedRun> {
    let settled = |run: &PlannedRun| {
        let found = records.iter().find(|record| record.key == run.key);
        found.is_some_and(|record| matches!(record.status, Status::Ok | Status::Diverged))
    };
    plan.runs.iter().filter(|run| !settled(run)).cloned().collect()
}

/// What runs that are left to do replay, as far as it is recorded.
fn traces(todo: &[PlannedRun], records: &[Record]) -> BTreeMap<String, Arc<Trace>> {
    let wanted = todo.iter().filter_map(|run| run.spec.replays.as_ref()).map(|replays| &replays.key);
    let of_key = |key: &String| {
        let record = records.iter().find(|record| record.key == *key && record.status == Status::Ok)?;
        Some((key.clone(), Arc::new(record.log.trace.clone())))
    };
    wanted.filter_map(of_key).collect()
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

/// Computes a record's metrics anew from its raw log.
pub fn rescore(record: &mut Record) {
    if record.status == Status::Ok {
        record.metrics = metric::score_all(&record.spec.paradigm, &record.log);
    }
}

fn describe(plan: &Plan, jobs: usize) -> String {
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
    format!("{}{} runs, about {} with {jobs} jobs\n", columns(&rows), plan.runs.len(), seconds(wall))
}

fn title(library: &Library, targets: &[String]) -> String {
    let name = |target: &String| {
        let suite = library.suites.get(target).map(|suite| format!("{} suite", suite.header.title));
        let benchmark = library.benchmarks.get(target).map(|benchmark| benchmark.header.title.clone());
        suite.or(benchmark).unwrap_or_else(|| target.clone())
    };
    targets.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn tell_recovery(arguments: &RunArguments, recovery: &Recovery) {
    if let Some(torn) = &recovery.torn {
        let bytes = recovery.torn_bytes;
        let text = format!(
            "the journal's last line was torn (a crash or a full disk?): its {bytes} bytes are cut off, kept in"
        );
        note(arguments, &format!("{text} {}, and its run is done again", torn.display()));
    }
    report::tell_nondeterminism(&recovery.nondeterministic);
}

fn note(arguments: &RunArguments, text: &str) {
    if !arguments.quiet {
        tell(text);
    }
}

/// Where the report of this folder goes.
pub fn default_out(from: &[PathBuf]) -> PathBuf {
    match from.first() {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned),
        None => PathBuf::from("."),
    }
}
