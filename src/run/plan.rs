//! The plan: every run of a session with its key, decided and checked before anything trains.

use std::collections::BTreeSet;

use super::arm;
use super::cell::AskedCell;
use super::chosen::split;
use super::method_runs::resolve;
use super::planned::PlannedRun;
use super::selection::Selection;
use crate::registry::protocol;
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Library, base};
use data::Data;

/// All runs of a session, seeds outermost, so that an interrupted session has whole seeds.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub runs: Vec<PlannedRun>,
    /// Values that searches found and that do not hold, because preset or benchmark have changed since.
    pub outdated: Vec<String>,
}

/// Most runs of a session: their plan is held in memory, some kilobytes each, and their records too.
const MOST_RUNS: usize = 50_000;

impl Plan {
    /// Resolves suites and benchmarks into runs. Every definition is checked here.
    ///
    /// # Errors
    /// Unknown ids; definition errors of any benchmark or method involved.
    pub fn new(library: &Library, selection: &Selection) -> Result<Self> {
        let chosen = &selection.methods;
        let mut methods_left: BTreeSet<&str> = chosen.iter().map(String::as_str).collect();
        let mut cells = Vec::new();
        for target in &selection.targets {
            cells.extend(AskedCell::of(library, target)?);
        }
        let mut runs = Vec::new();
        let mut keys = BTreeSet::new();
        let mut paradigms = BTreeSet::new();
        for cell in &cells {
            let seeds = selection.seeds.unwrap_or(cell.seeds);
            for id in &cell.cell.benchmarks {
                let benchmark = cell.benchmark(library, id)?;
                let paradigm = &benchmark.header.paradigm;
                paradigms.insert(paradigm.as_str());
                for method in cell.methods(library, benchmark, selection)? {
                    methods_left.remove(method.as_str());
                    let method = &*arm::named(library, paradigm, &method);
                    check_size(runs.len(), seeds)?;
                    let asked = cell.asked(benchmark, chosen);
                    let own = resolve(library, &cell.by, id, (method, asked), 0..seeds)?;
                    runs.extend(own.into_iter().filter(|run| keys.insert(run.key.clone())));
                }
            }
        }
        if let Some(method) = methods_left.first() {
            return Err(nowhere(library, &paradigms, method));
        }
        let outdated = outdated(library, &runs)?;
        // Seeds outermost; within a seed what is replayed comes before what replays it.
        runs.sort_by_key(|run: &PlannedRun| (run.spec.seed, run.spec.replays.is_some()));
        Ok(Self { runs, outdated })
    }

    /// Loads every data set that the plan needs, so that nothing fails later for want of one.
    ///
    /// # Errors
    /// Missing, truncated, damaged or unusable data.
    pub fn load_data(&self, data: &Data) -> Result<()> {
        let mut loaded = BTreeSet::new();
        for spec in self.runs.iter().map(|run| &run.spec) {
            if loaded.insert((&spec.benchmark, &spec.method)) {
                protocol(&spec.paradigm)?.load(&spec.settings, data)?;
            }
        }
        Ok(())
    }

    /// Expected core-seconds of all runs.
    pub fn cost(&self) -> f64 {
        self.runs.iter().map(|run| run.cost).sum()
    }
}

/// Refuses seeds that make the plan too large to hold.
fn check_size(runs: usize, seeds: u64) -> Result<()> {
    if runs.saturating_add(usize::try_from(seeds).unwrap_or(usize::MAX)) <= MOST_RUNS {
        return Ok(());
    }
    let allowed = format!("what makes a plan of at most {MOST_RUNS} runs, over all methods and benchmarks");
    Err(DefinitionError::range("--seeds", seeds, &allowed).into())
}

/// A method that none of the chosen benchmarks takes.
fn nowhere(library: &Library, paradigms: &BTreeSet<&str>, method: &str) -> Error {
    let known: BTreeSet<&str> = paradigms.iter().flat_map(|paradigm| library.method_ids(paradigm)).collect();
    let name = base(split(method).0);
    let mut error = DefinitionError::unknown("method", name, known);
    if library.methods.keys().any(|(_, id)| id == name) {
        error.problem =
            "is a method of none of the chosen benchmarks' paradigms, and none of the chosen suites' cells \
                         lists it; a benchmark by its own id takes any method of its paradigm"
                .into();
        error.nearest = None;
    }
    DefinitionError { key: "--method".into(), ..error }.into()
}

/// One line for each method whose found values are left aside.
fn outdated(library: &Library, runs: &[PlannedRun]) -> Result<Vec<String>> {
    let names = |run: &PlannedRun| {
        let name = base(split(&run.spec.method).0).to_owned();
        (run.spec.paradigm.clone(), run.spec.benchmark.clone(), name)
    };
    let mut lines = Vec::new();
    for (paradigm, benchmark, method) in runs.iter().map(names).collect::<BTreeSet<_>>() {
        let (Ok(preset), Ok(benchmark)) = (library.method(&paradigm, &method), library.benchmark(&benchmark))
        else {
            continue;
        };
        if let Some(tuned) = library.outdated(preset, benchmark)? {
            let id = &benchmark.header.id;
            lines.push(format!(
                "what a search found for {method} on {id} is left aside: the preset or the benchmark has changed since; search again: {}",
                tuned.command
            ));
        }
    }
    Ok(lines)
}
