//! The plan: every run of a session with its key, decided and checked before anything trains.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{RECORD_SCHEMA, Titles};
use crate::data::{self, Data, sha256_hex};
use crate::error::{DefinitionError, Result};
use crate::paradigm::{RunSpec, protocol};
use crate::spec::{Ceiling, Cell, Library, Score};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids of suites and benchmarks.
    pub targets: Vec<String>,
    /// Only these methods; empty: what the suite or benchmark says.
    pub methods: Vec<String>,
    /// Seeds per cell; `None`: what the suite says, 5 for a bare benchmark.
    pub seeds: Option<u64>,
}

/// One run to do.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedRun {
    /// Content hash of spec, seed and data.
    pub key: String,
    /// Suite (or benchmark) that asked for it.
    pub suite: String,
    pub titles: Titles,
    pub score: Score,
    pub spec: RunSpec,
    pub data: BTreeMap<String, String>,
    /// Expected core-seconds.
    pub cost: f64,
}

/// All runs of a session, seeds outermost, so that an interrupted session has whole seeds.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub runs: Vec<PlannedRun>,
}

/// Seeds of a benchmark that is run without a suite.
const DEFAULT_SEEDS: u64 = 5;

impl Plan {
    /// Resolves suites and benchmarks into runs. Every definition is checked here.
    ///
    /// # Errors
    /// Unknown ids; definition errors of any benchmark or method involved.
    pub fn new(library: &Library, selection: &Selection) -> Result<Self> {
        let mut methods_left: BTreeSet<&str> = selection.methods.iter().map(String::as_str).collect();
        let mut cells = Vec::new();
        for target in &selection.targets {
            cells.extend(expand(library, target)?);
        }
        let mut runs = Vec::new();
        let mut keys = BTreeSet::new();
        for (suite, cell, seeds) in cells {
            for id in &cell.benchmarks {
                let benchmark = library.benchmark(id)?;
                let own = if cell.methods.is_empty() { &benchmark.header.methods } else { &cell.methods };
                let chosen = if selection.methods.is_empty() { own } else { &selection.methods };
                for method in chosen {
                    let elsewhere = library.methods.keys().any(|(_, id)| id == method);
                    let paradigm = &benchmark.header.paradigm;
                    if !selection.methods.is_empty() && elsewhere && library.method(paradigm, method).is_err()
                    {
                        // A suite may span paradigms; a method of one is not asked of another.
                        continue;
                    }
                    methods_left.remove(method.as_str());
                    let runs_of_cell =
                        resolve(library, &suite, id, method, selection.seeds.unwrap_or(seeds))?;
                    runs.extend(runs_of_cell.into_iter().filter(|run| keys.insert(run.key.clone())));
                }
            }
        }
        if let Some(method) = methods_left.first() {
            let paradigms: BTreeSet<&str> =
                library.methods.keys().map(|(paradigm, _)| paradigm.as_str()).collect();
            let known: Vec<&str> =
                paradigms.iter().flat_map(|paradigm| library.method_ids(paradigm)).collect();
            let mut error = DefinitionError::unknown("method", method, known);
            if error.allowed.iter().any(|known| known == method) {
                error.problem = "is a method of none of the chosen benchmarks' paradigms".into();
                error.nearest = None;
            }
            return Err(DefinitionError { key: "--method".into(), ..error }.into());
        }
        runs.sort_by_key(|run: &PlannedRun| run.spec.seed);
        Ok(Self { runs })
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

/// Cells of a suite, or one cell for a benchmark.
fn expand(library: &Library, target: &str) -> Result<Vec<(String, Cell, u64)>> {
    if let Some(suite) = library.suites.get(target) {
        let header = &suite.header;
        let cells = header
            .cell
            .iter()
            .map(|cell| (header.id.clone(), cell.clone(), cell.seeds.unwrap_or(header.seeds)));
        return Ok(cells.collect());
    }
    if library.benchmarks.contains_key(target) {
        let cell = Cell { benchmarks: vec![target.to_owned()], methods: Vec::new(), seeds: None };
        return Ok(vec![(target.to_owned(), cell, DEFAULT_SEEDS)]);
    }
    let known = library.suites.keys().chain(library.benchmarks.keys()).map(String::as_str);
    Err(DefinitionError::unknown("suite or benchmark", target, known).into())
}

fn ceiling(score: &Score) -> Option<&str> {
    match &score.ceiling {
        Ceiling::Method(id) => Some(id),
        Ceiling::Value(_) => None,
    }
}

fn resolve(library: &Library, suite: &str, id: &str, method: &str, seeds: u64) -> Result<Vec<PlannedRun>> {
    let benchmark = library.benchmark(id)?;
    let header = &benchmark.header;
    let located = |error: crate::Error| match error {
        crate::Error::Definition(error) => benchmark.refuse(*error),
        other => other,
    };
    let protocol = protocol(&header.paradigm).map_err(located)?;
    let preset = library.method(&header.paradigm, method).map_err(|error| match error {
        crate::Error::Definition(error) => {
            benchmark.refuse(DefinitionError { key: "methods".into(), ..*error })
        }
        other => other,
    })?;
    let named =
        [("score.reference", header.score.reference.as_deref()), ("score.ceiling", ceiling(&header.score))];
    for (key, name) in named {
        if let Some(name) = name
            && library.method(&header.paradigm, name).is_err()
        {
            let error = DefinitionError::unknown("method", name, library.method_ids(&header.paradigm));
            return Err(benchmark.refuse(DefinitionError { key: key.into(), ..error }));
        }
    }
    if let Some(id) = preset.header.on.keys().find(|id| !library.benchmarks.contains_key(*id)) {
        let error = DefinitionError::unknown("benchmark", id, library.benchmarks.keys().map(String::as_str));
        return Err(preset.refuse(DefinitionError { key: format!("on.{id}"), ..error }));
    }
    let settings = protocol.resolve(benchmark, preset)?;
    let mut hashes = BTreeMap::new();
    for dataset in protocol.datasets(&settings)? {
        let fingerprint = data::entry(&dataset)?.fingerprint();
        hashes.insert(dataset, fingerprint);
    }
    let titles = Titles {
        benchmark: header.title.clone(),
        benchmark_summary: header.summary.clone(),
        method: preset.header.title.clone(),
        formula: protocol.formula(preset)?,
        provenance: preset.header.provenance.clone(),
    };
    let cost = protocol.expected_cost(&settings);
    let run = |seed: u64| -> Result<PlannedRun> {
        let spec = RunSpec {
            benchmark: header.id.clone(),
            version: header.version,
            paradigm: header.paradigm.clone(),
            method: method.to_owned(),
            seed,
            settings: settings.clone(),
        };
        let content = json!({ "schema": RECORD_SCHEMA, "spec": &spec, "data": &hashes });
        Ok(PlannedRun {
            key: sha256_hex(serde_json::to_string(&content)?.as_bytes())[..32].to_owned(),
            suite: suite.to_owned(),
            titles: titles.clone(),
            score: header.score.clone(),
            spec,
            data: hashes.clone(),
            cost,
        })
    };
    (0..seeds).map(run).collect()
}
