//! Scores of presets on a benchmark by real runs, each a record in a journal: what is there already is not run again, and a
//! search that was stopped goes on where it stood.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::registry::protocol;
use crate::run::{Executor, Journal, Listener, PlannedRun, Runs, environment};
use base::error::{DefinitionError, Error, Result, StopReason};
use base::stats::Scores;
use contract::definition::{Benchmark, MethodPreset};
use contract::{MetricValue, Protocol, Record, Role, RunSpec, Status};
use data::{Data, DataSpec};
use report::metric::{self, Metric};
use toml::Value;

/// Which data a run is scored on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    Validation,
    Test,
}

/// The journal of a session and what it holds: outcomes by key.
pub struct Store {
    journal: Journal,
    known: BTreeMap<String, Known>,
}

/// What is kept in memory of a record.
struct Known {
    /// Made by this version of the program: its score counts. Of others it counts only that they were run.
    own: bool,
    status: Status,
    error: Option<String>,
    metrics: BTreeMap<String, MetricValue>,
    benchmark: String,
    method: String,
    seed: u64,
}

impl Store {
    /// A journal just opened, and what it held. Records of another version of the program stay in it and do not count.
    pub fn new(journal: Journal, records: impl IntoIterator<Item = Record>) -> Self {
        let mut store = Self { journal, known: BTreeMap::new() };
        for mut record in records {
            if record.status == Status::Ok {
                record.metrics = metric::score_all(&record.spec.paradigm, &record.log);
            }
            store.keep(record);
        }
        store
    }

    fn keep(&mut self, record: Record) {
        let Record { key, status, error, metrics, spec, env, .. } = record;
        let RunSpec { benchmark, method, seed, .. } = spec;
        let own = env.version == env!("CARGO_PKG_VERSION");
        if own || !self.known.contains_key(&key) {
            self.known.insert(key, Known { own, status, error, metrics, benchmark, method, seed });
        }
    }

    /// How many recorded runs count: they will not be done again.
    pub fn settled(&self) -> usize {
        self.known.values().filter(|known| known.settled()).count()
    }

    /// The journal, e.g. to rescue it where its folder went away.
    pub fn journal(&mut self) -> &mut Journal {
        &mut self.journal
    }

    /// Recorded runs of a benchmark: key, method, seed.
    pub fn runs_of<'s>(&'s self, benchmark: &'s str) -> impl Iterator<Item = (&'s str, &'s str, u64)> {
        let own = self.known.iter().filter(move |(_, known)| known.benchmark == benchmark);
        own.map(|(key, known)| (key.as_str(), known.method.as_str(), known.seed))
    }
}

impl Known {
    fn settled(&self) -> bool {
        self.own && matches!(self.status, Status::Ok | Status::Diverged)
    }
}

/// How runs are done: what they share over all benchmarks of a session.
pub struct Means<'a> {
    pub data: &'a Data,
    /// Runs at the same time, ≥ 1.
    pub jobs: usize,
    /// Set from a signal handler: runs stop, everything finished is kept.
    pub interrupt: &'a AtomicBool,
    /// What the records say asked for them: `tune`, `headroom`.
    pub suite: &'a str,
    /// Hears of each batch of runs.
    pub listen: &'a dyn Fn(&[PlannedRun]) -> Box<dyn Listener>,
}

/// A benchmark to be measured.
pub struct Measured<'a> {
    pub benchmark: &'a Benchmark,
    /// The same, judged on validation data.
    searched: Benchmark,
    protocol: &'static dyn Protocol,
    means: &'a Means<'a>,
    pub store: &'a mut Store,
}

impl<'a> Measured<'a> {
    /// # Errors
    /// An unknown paradigm; a score that is no metric.
    pub fn new(benchmark: &'a Benchmark, means: &'a Means<'a>, store: &'a mut Store) -> Result<Self> {
        check_score(benchmark)?;
        let protocol = protocol(&benchmark.header.paradigm)?;
        let mut searched = benchmark.clone();
        protocol.judge_on_validation(&mut searched);
        Ok(Self { benchmark, searched, protocol, means, store })
    }

    /// The runs of a preset, checked, their data loaded.
    ///
    /// # Errors
    /// Definition errors; missing or unusable data; an interrupt.
    pub fn plan(&self, preset: &MethodPreset, seeds: Range<u64>, on: On) -> Result<Vec<PlannedRun>> {
        if self.means.interrupt.load(Ordering::Relaxed) {
            return Err(Error::Stopped(StopReason::Interrupt));
        }
        let benchmark = if on == On::Test { self.benchmark } else { &self.searched };
        let settings = self.protocol.resolve(benchmark, preset)?;
        self.protocol.load(&settings, self.means.data)?;
        let method = &preset.header.id;
        let kind = method.split_once('+').map(|(of, kind)| (of.to_owned(), kind.to_owned()));
        let role = kind.map(|(of, kind)| Role::Control { of: Some(of), kind, also: None, shown: false });
        let runs = Runs::new(self.protocol, benchmark, (preset, method), settings, self.means.suite)?
            .known(|titles| titles.role = role.or(Some(Role::Mechanism)));
        seeds.map(|seed| runs.of_seed(seed, None)).collect()
    }

    /// The scores of planned runs, one map per plan; what is not recorded yet is run first. A run that diverged counts as
    /// chance.
    ///
    /// # Errors
    /// A run that ends badly in another way, after all others have been recorded; an interrupt; a journal that cannot be
    /// written.
    pub fn scores(&mut self, plans: &[Vec<PlannedRun>]) -> Result<Vec<Scores>> {
        let mut keys = BTreeSet::new();
        let open = |run: &&PlannedRun| !self.store.known.get(&run.key).is_some_and(Known::settled);
        let new = |run: &&PlannedRun| keys.insert(run.key.clone());
        let todo: Vec<PlannedRun> = plans.iter().flatten().filter(open).filter(new).cloned().collect();
        if !todo.is_empty() {
            self.execute(&todo)?;
        }
        // Records that are no longer there could not be gone on with.
        self.store.journal.check()?;
        self.check_defined(plans)?;
        let of =
            |runs: &Vec<PlannedRun>| runs.iter().map(|run| Ok((run.spec.seed, self.score(run)?))).collect();
        plans.iter().map(of).collect()
    }

    /// A score that no run has is no score of this paradigm.
    fn check_defined(&self, plans: &[Vec<PlannedRun>]) -> Result<()> {
        let metric = &self.benchmark.header.score.metric;
        let known = plans.iter().flatten().filter_map(|run| self.store.known.get(&run.key));
        let mut ended = known.filter(|known| known.status == Status::Ok).peekable();
        if ended.peek().is_some() && ended.all(|known| value(known, metric).is_none()) {
            let error = DefinitionError {
                key: "score.metric".into(),
                found: metric.clone(),
                problem: "no run of this benchmark has this metric".into(),
                ..DefinitionError::default()
            };
            return Err(self.benchmark.refuse(error));
        }
        Ok(())
    }

    /// The mean score of each preset on validation data, over a range of seeds.
    ///
    /// # Errors
    /// As [`Measured::plan`] and [`Measured::scores`].
    pub fn validation_means(&mut self, presets: &[MethodPreset], seeds: Range<u64>) -> Result<Vec<f64>> {
        let plans: Result<Vec<Vec<PlannedRun>>> =
            presets.iter().map(|preset| self.plan(preset, seeds.clone(), On::Validation)).collect();
        self.means(&plans?)
    }

    /// The mean score of each plan.
    ///
    /// # Errors
    /// As [`Measured::scores`].
    pub fn means(&mut self, plans: &[Vec<PlannedRun>]) -> Result<Vec<f64>> {
        let scores = self.scores(plans)?;
        Ok(scores.iter().map(|own| own.values().sum::<f64>() / own.len() as f64).collect())
    }

    fn execute(&mut self, todo: &[PlannedRun]) -> Result<()> {
        let executor = Executor {
            data: self.means.data,
            jobs: self.means.jobs,
            time_limit: None,
            env: environment(self.means.jobs),
            scorer: metric::score_all,
            traces: BTreeMap::new(),
            interrupt: self.means.interrupt,
        };
        let listener = (self.means.listen)(todo);
        let outcome = executor.execute(todo, &mut self.store.journal, &*listener)?;
        outcome.records.into_iter().for_each(|record| self.store.keep(record));
        self.store.journal.check()?;
        if outcome.left > 0 { Err(Error::Stopped(StopReason::Interrupt)) } else { Ok(()) }
    }

    /// The score of a run that is recorded.
    fn score(&self, run: &PlannedRun) -> Result<f64> {
        let score = &self.benchmark.header.score;
        match self.store.known.get(&run.key) {
            Some(known) if known.status == Status::Diverged => Ok(score.chance),
            Some(known) if known.status == Status::Ok => {
                Ok(value(known, &score.metric).unwrap_or(score.chance))
            }
            known => {
                let why = known.and_then(|known| known.error.clone()).unwrap_or_default();
                let RunSpec { benchmark, method, seed, .. } = &run.spec;
                let (benchmark, method) = (benchmark.clone(), method.clone());
                Err(Error::Run { benchmark, method, seed: *seed, problem: why })
            }
        }
    }
}

fn value(known: &Known, metric: &str) -> Option<f64> {
    known.metrics.get(metric).and_then(MetricValue::value)
}

/// A benchmark's score must be a known metric, and one of what is answered there; definitions know nothing of metrics.
///
/// # Errors
/// The benchmark's file and the nearest known name, or the names that speak of such answers.
pub fn check_score(benchmark: &Benchmark) -> Result<()> {
    let name = &benchmark.header.score.metric;
    if let Some(known) = metric::find(name) {
        return check_answers(benchmark, known);
    }
    let known = metric::METRICS.iter().map(|metric| metric.name);
    let error =
        DefinitionError { key: "score.metric".into(), ..DefinitionError::unknown("metric", name, known) };
    Err(benchmark.refuse(error))
}

/// That the metric speaks of what is answered: classes, or numbers (`data.target`).
fn check_answers(benchmark: &Benchmark, known: &Metric) -> Result<()> {
    let table = benchmark.body.get("data").is_some_and(Value::is_table);
    // What else may be wrong with the data is told by who plans.
    let spec = if table { benchmark.setting::<DataSpec>("data")? } else { None };
    let numbers = spec.is_some_and(|spec| spec.facts().is_ok_and(|facts| facts.regression));
    if metric::speaks_of(known, numbers) {
        return Ok(());
    }
    let (problem, allowed) = if numbers {
        ("is undefined where numbers are answered (`data.target`)", metric::OF_NUMBERS.join(", "))
    } else {
        (
            "is undefined where classes are answered",
            "average_accuracy, or what else `bench list metrics` says of classes".to_owned(),
        )
    };
    Err(benchmark.refuse(DefinitionError {
        key: "score.metric".into(),
        found: known.name.into(),
        problem: problem.into(),
        allowed: vec![allowed],
        ..DefinitionError::default()
    }))
}
