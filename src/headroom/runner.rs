//! Measures presets on a benchmark by real runs, each a record in the journal: what is there already is not run again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::AtomicBool;

use toml::Table;

use super::study::{CONFIRMATION_SEED, Measure, On};
use crate::registry::protocol;
use crate::run::{Executor, Journal, Listener, PlannedRun, Recovery, environment};
use base::error::{Error, Result, StopReason};
use base::stats::Scores;
use contract::definition::{Benchmark, MethodPreset};
use contract::{MetricValue, Protocol, Record, Role, RunSpec, Status, Titles};
use data::Data;
use report::metric;

/// The journal of a session and what it holds: outcomes by key.
pub struct Store {
    journal: Journal,
    known: BTreeMap<String, Known>,
}

/// What is kept in memory of a record.
struct Known {
    status: Status,
    error: Option<String>,
    metrics: BTreeMap<String, MetricValue>,
    benchmark: String,
    method: String,
    seed: u64,
}

impl Store {
    /// A journal just opened.
    pub fn new(journal: Journal, recovery: Recovery) -> Self {
        let mut store = Self { journal, known: BTreeMap::new() };
        for mut record in recovery.records {
            if record.status == Status::Ok {
                record.metrics = metric::score_all(&record.spec.paradigm, &record.log);
            }
            store.keep(record);
        }
        store
    }

    fn keep(&mut self, record: Record) {
        let Record { key, status, error, metrics, spec, .. } = record;
        let RunSpec { benchmark, method, seed, .. } = spec;
        self.known.insert(key, Known { status, error, metrics, benchmark, method, seed });
    }

    /// How many runs are recorded.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// A benchmark to be measured.
pub struct Runner<'a> {
    benchmark: &'a Benchmark,
    /// The same, judged on validation data.
    searched: Benchmark,
    protocol: &'static dyn Protocol,
    data: &'a Data,
    jobs: usize,
    store: &'a mut Store,
    interrupt: &'a AtomicBool,
    tell: &'a dyn Fn(&str),
    /// Keys of this session's runs on the confirmation seeds.
    confirmed: BTreeSet<String>,
    /// Runs asked for so far, recorded ones too.
    runs: u64,
}

struct Quiet;

impl Listener for Quiet {}

impl<'a> Runner<'a> {
    /// # Errors
    /// An unknown paradigm; no metric of the score's name; data that cannot be loaded.
    pub fn new(
        benchmark: &'a Benchmark,
        (data, jobs): (&'a Data, usize),
        store: &'a mut Store,
        interrupt: &'a AtomicBool,
        tell: &'a dyn Fn(&str),
    ) -> Result<Self> {
        let protocol = protocol(&benchmark.header.paradigm)?;
        let mut searched = benchmark.clone();
        protocol.judge_on_validation(&mut searched);
        let (confirmed, runs) = (BTreeSet::new(), 0);
        Ok(Self { benchmark, searched, protocol, data, jobs, store, interrupt, tell, confirmed, runs })
    }

    /// Runs of another mechanism on this benchmark's confirmation seeds, from an earlier session: what is confirmed now was
    /// chosen by someone who could have seen them.
    pub fn reused(&self) -> bool {
        let other = |(key, known): (&String, &Known)| {
            known.benchmark == self.benchmark.header.id
                && known.seed >= CONFIRMATION_SEED
                && !known.method.contains(crate::run::MARK)
                && !self.confirmed.contains(key)
        };
        self.store.known.iter().any(other)
    }

    fn planned(&self, preset: &MethodPreset, seeds: Range<u64>, on: On) -> Result<Vec<PlannedRun>> {
        let benchmark = if on == On::Test { self.benchmark } else { &self.searched };
        let header = &benchmark.header;
        let settings = self.protocol.resolve(benchmark, preset)?;
        self.protocol.load(&settings, self.data)?;
        let hashes = self.protocol.fingerprints(&settings)?;
        let kind = preset.header.id.split_once('+').map(|(of, kind)| (of.to_owned(), kind.to_owned()));
        let role = kind.map(|(of, kind)| Role::Control { of: Some(of), kind, also: None, shown: false });
        let titles = Titles {
            benchmark: header.title.clone(),
            benchmark_summary: header.summary.clone(),
            method: preset.header.title.clone(),
            formula: self.protocol.formula(preset)?,
            provenance: preset.header.provenance.clone(),
            role: role.or(Some(Role::Mechanism)),
            search: None,
        };
        let cost = self.protocol.expected_cost(&settings);
        let of_seed = |seed| {
            let spec = RunSpec {
                benchmark: header.id.clone(),
                version: header.version,
                paradigm: header.paradigm.clone(),
                method: preset.header.id.clone(),
                seed,
                settings: settings.clone(),
                replays: None,
            };
            Ok(PlannedRun {
                key: Record::key_of(&spec, &hashes)?,
                suite: "headroom".into(),
                titles: titles.clone(),
                score: header.score.clone(),
                spec,
                data: hashes.clone(),
                base: BTreeMap::new(),
                cost,
            })
        };
        seeds.map(of_seed).collect()
    }

    fn execute(&mut self, todo: &[PlannedRun]) -> Result<()> {
        let executor = Executor {
            data: self.data,
            jobs: self.jobs,
            time_limit: None,
            env: environment(self.jobs),
            scorer: metric::score_all,
            traces: BTreeMap::new(),
            interrupt: self.interrupt,
        };
        let outcome = executor.execute(todo, &mut self.store.journal, &Quiet)?;
        outcome.records.into_iter().for_each(|record| self.store.keep(record));
        if outcome.left > 0 { Err(Error::Stopped(StopReason::Interrupt)) } else { Ok(()) }
    }

    /// The score of a run that is recorded; one that diverged counts as chance.
    fn score(&self, run: &PlannedRun) -> Result<f64> {
        let score = &self.benchmark.header.score;
        match self.store.known.get(&run.key) {
            Some(known) if known.status == Status::Diverged => Ok(score.chance),
            Some(known) if known.status == Status::Ok => {
                Ok(known.metrics.get(&score.metric).and_then(MetricValue::value).unwrap_or(score.chance))
            }
            known => {
                let why = known.and_then(|known| known.error.clone()).unwrap_or_default();
                let (method, seed) = (&run.spec.method, run.spec.seed);
                Err(Error::data(
                    &run.spec.benchmark,
                    format!("{method}, seed {seed}, did not end well: {why}"),
                ))
            }
        }
    }
}

impl Measure for Runner<'_> {
    fn scores(
        &mut self,
        preset: &MethodPreset,
        values: &[Table],
        seeds: Range<u64>,
        on: On,
    ) -> Result<Vec<Scores>> {
        let mut plans = Vec::with_capacity(values.len());
        for values in values {
            let own = preset.with_values(&self.benchmark.header.id, values)?;
            plans.push(self.planned(&own, seeds.clone(), on)?);
        }
        let mut keys = BTreeSet::new();
        let settled = |known: &Known| matches!(known.status, Status::Ok | Status::Diverged);
        let open = |run: &&PlannedRun| !self.store.known.get(&run.key).is_some_and(settled);
        let todo: Vec<PlannedRun> =
            plans.iter().flatten().filter(open).filter(|run| keys.insert(run.key.clone())).cloned().collect();
        self.runs += plans.iter().map(|runs| runs.len() as u64).sum::<u64>();
        if seeds.start >= CONFIRMATION_SEED {
            self.confirmed.extend(plans.iter().flatten().map(|run| run.key.clone()));
        }
        if !todo.is_empty() {
            self.execute(&todo)?;
        }
        let of =
            |runs: &Vec<PlannedRun>| runs.iter().map(|run| Ok((run.spec.seed, self.score(run)?))).collect();
        plans.iter().map(of).collect()
    }

    fn begins(&mut self, what: &str) {
        (self.tell)(&format!("{}: {what} ({} runs so far)", self.benchmark.header.id, self.runs));
    }
}
