//! What all runs of one benchmark have in common: taken from this program's records or definitions where they have the
//! benchmark, so that declared runs stand beside its own; else from the table alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::entry::Entry;
use super::number::number;
use crate::registry::paradigms;
use crate::run::{Plan, Selection};
use base::error::{DefinitionError, Result};
use contract::definition::{Ceiling, Library, Score};
use contract::{Paradigm, Record};
use data::Data;
use report::metric;

/// Names of scores that this program does not know, by direction.
const UNKNOWN: [&str; 2] = ["judged_score", "judged_error"];

/// This program's own side: definitions, data, and records that are judged together with the table.
#[derive(Clone, Copy)]
pub struct Native<'a> {
    pub library: &'a Library,
    pub data: &'a Data,
    pub records: &'a [Record],
}

/// What all runs of one benchmark have in common.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    pub paradigm: String,
    pub version: u32,
    /// Settings that are the benchmark's alone, and under which key the method's stand.
    pub shared: Map<String, Value>,
    pub key: &'static str,
    pub data: BTreeMap<String, String>,
    pub base: BTreeMap<String, Value>,
    pub score: Score,
    pub title: String,
    pub summary: String,
    pub program: String,
}

fn of_method(paradigm: &str) -> &'static [&'static str] {
    let known = paradigms().into_iter().find(|known| known.name == paradigm);
    known.unwrap_or_else(|| Paradigm::usual("")).settings_of_method
}

fn shared(paradigm: &str, settings: &Value) -> Map<String, Value> {
    let own = of_method(paradigm);
    let all = settings.as_object().into_iter().flatten();
    all.filter(|(key, _)| !own.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

impl Frame {
    /// From records, else from the definitions, else from the table alone.
    pub fn of(entry: &Entry, native: &Native<'_>, matrix: bool) -> Result<Self> {
        let fits = |record: &&Record| {
            record.spec.benchmark == entry.benchmark
                && entry.version.is_none_or(|version| version == record.spec.version)
        };
        let found: Vec<&Record> = native.records.iter().filter(fits).collect();
        let frame = match (found.first(), native.library.benchmarks.get(&entry.benchmark)) {
            (Some(first), _) => Self::of_records(entry, first, &found)?,
            (None, Some(benchmark)) => {
                let version = benchmark.header.version;
                if entry.version.is_some_and(|asked| asked != version) {
                    let allowed = format!("{}@{version}, or another name", entry.benchmark);
                    let found = format!("{}@{}", entry.benchmark, entry.version.unwrap_or_default());
                    return Err(entry.refuse(
                        "benchmark",
                        found,
                        "this program has another version",
                        &allowed,
                    ));
                }
                Self::of_definition(entry, native.library)?
            }
            (None, None) => return Self::of_table(entry, matrix),
        };
        frame.check_score(entry)?;
        Ok(frame)
    }

    fn of_record(record: &Record) -> Self {
        let spec = &record.spec;
        Self {
            paradigm: spec.paradigm.clone(),
            version: spec.version,
            shared: shared(&spec.paradigm, &spec.settings),
            key: of_method(&spec.paradigm).first().copied().unwrap_or("method"),
            data: record.data.clone(),
            base: record.base.clone(),
            score: record.score.clone(),
            title: record.titles.benchmark.clone(),
            summary: record.titles.benchmark_summary.clone(),
            program: record.env.version.clone(),
        }
    }

    fn of_records(entry: &Entry, first: &Record, all: &[&Record]) -> Result<Self> {
        let frame = Self::of_record(first);
        let definition =
            |one: &Self| (one.version, one.shared.clone(), one.data.clone(), one.program.clone());
        let other = all
            .iter()
            .map(|record| Self::of_record(record))
            .find(|one| definition(one) != definition(&frame));
        let Some(other) = other else { return Ok(frame) };
        let names: BTreeSet<String> = all.iter().map(|record| record.benchmark_at_version()).collect();
        let problem = "the records of --with hold more than one definition of it";
        let allowed = if other.version == frame.version {
            "records of one definition and one version of the program".to_owned()
        } else {
            Vec::from_iter(names).join(", ")
        };
        Err(entry.refuse("benchmark", &entry.benchmark, problem, &allowed))
    }

    fn of_definition(entry: &Entry, library: &Library) -> Result<Self> {
        let benchmark = library.benchmark(&entry.benchmark)?;
        let selection = Selection {
            targets: vec![entry.benchmark.clone()],
            methods: benchmark.header.methods.iter().take(1).cloned().collect(),
            seeds: Some(1),
            ..Selection::default()
        };
        let plan = Plan::new(library, &selection)?;
        let run = plan.runs.first().ok_or_else(|| {
            entry.refuse("benchmark", &entry.benchmark, "has no method that can be planned", "another name")
        })?;
        let spec = &run.spec;
        Ok(Self {
            paradigm: spec.paradigm.clone(),
            version: spec.version,
            shared: shared(&spec.paradigm, &spec.settings),
            key: of_method(&spec.paradigm).first().copied().unwrap_or("method"),
            data: run.data.clone(),
            base: run.base.clone(),
            score: run.score.clone(),
            title: run.titles.benchmark.clone(),
            summary: run.titles.benchmark_summary.clone(),
            program: env!("CARGO_PKG_VERSION").into(),
        })
    }

    fn of_table(entry: &Entry, matrix: bool) -> Result<Self> {
        let lower = entry.lower_is_better.unwrap_or(false);
        let name = entry.metric.clone().unwrap_or_else(|| {
            (if matrix && !lower { "average_accuracy" } else { UNKNOWN[usize::from(lower)] }).to_owned()
        });
        let Some(metric) = metric::find(&name) else {
            let known = metric::METRICS.iter().map(|metric| metric.name);
            let error =
                DefinitionError { key: "metric".into(), ..DefinitionError::unknown("metric", &name, known) };
            return Err(error.at(entry.file.display().to_string(), Some(entry.line)).into());
        };
        if entry.lower_is_better.is_some_and(|lower| lower == metric.higher_is_better) {
            let found = if lower { "lower" } else { "higher" };
            let problem = format!("of {name} the other direction is better");
            return Err(entry.refuse("direction", found, &problem, "an empty cell"));
        }
        let (chance, ceiling) = (entry.chance, entry.ceiling.as_deref());
        let lacks =
            |what: Option<()>, words: &str| if what.is_none() { words.to_owned() } else { String::new() };
        Ok(Self {
            paradigm: (if matrix { "incremental" } else { "judged" }).into(),
            version: entry.version.unwrap_or(1),
            shared: Map::new(),
            key: "method",
            data: BTreeMap::new(),
            base: BTreeMap::new(),
            score: Score {
                metric: name,
                chance: chance.unwrap_or(0.0),
                // A method that does not exist: nothing is normalised.
                ceiling: ceiling_of(ceiling.unwrap_or_default()),
                reference: entry.reference.clone(),
                negative_of: None,
            },
            title: entry.benchmark.clone(),
            summary: format!(
                "Not a benchmark of this program: all that is known of it are the numbers in the table.{}{}",
                lacks(chance.map(drop), " Chance is not declared: drawn at 0."),
                lacks(ceiling.map(drop), " A ceiling is not declared: scores are not normalised.")
            ),
            program: env!("CARGO_PKG_VERSION").into(),
        })
    }

    /// A table may repeat what a benchmark says of its score, and must not say something else.
    fn check_score(&self, entry: &Entry) -> Result<()> {
        let Score { metric, chance, ceiling, reference, .. } = &self.score;
        let empty = "an empty cell: the benchmark says it";
        let differs = |key: &str, found: &str, own: &str| {
            Err(entry.refuse(key, found, &format!("the benchmark {} says {own}", entry.benchmark), empty))
        };
        if let Some(name) = entry.metric.as_ref().filter(|name| *name != metric) {
            return differs("metric", name, metric);
        }
        if let Some(found) = entry.chance.filter(|found| found != chance) {
            return differs("chance", &found.to_string(), &chance.to_string());
        }
        if let Some(found) = entry.ceiling.as_ref().filter(|found| ceiling_of(found) != *ceiling) {
            let own = match ceiling {
                Ceiling::Method(id) => id.clone(),
                Ceiling::Value(value) => value.to_string(),
            };
            return differs("ceiling", found, &own);
        }
        if let Some(found) = entry.reference.as_ref().filter(|found| Some(*found) != reference.as_ref()) {
            return differs("reference", found, reference.as_deref().unwrap_or("none"));
        }
        let word = |higher: bool| if higher { "higher" } else { "lower" };
        let own = metric::higher_is_better(metric);
        match entry.lower_is_better.map(|lower| !lower).filter(|higher| *higher != own) {
            Some(higher) => differs("direction", word(higher), word(own)),
            None => Ok(()),
        }
    }

    /// What a row says twice it says alike, and accuracies are shares: percent would stand beside native rows as a hundred
    /// times as good.
    pub fn check_numbers(&self, entry: &Entry) -> Result<()> {
        if let (Some(score), Some(own)) = (entry.score, entry.metrics.get(&self.score.metric))
            && score != *own
        {
            let problem = format!("the row's `score` is {score}");
            return Err(entry.refuse(&self.score.metric, own, &problem, "the same number, or an empty cell"));
        }
        if !metric::is_share(&self.score.metric) {
            return Ok(());
        }
        let no_share = |value: &&f64| !(0.0..=1.0).contains(*value);
        let all =
            |key: &'static str, values: Vec<f64>| values.iter().find(no_share).map(|found| (key, *found));
        let own = entry.metrics.get(&self.score.metric).copied();
        let found = all("score", entry.score.into_iter().chain(own).collect())
            .or_else(|| all("matrix", entry.matrix.iter().flatten().flatten().copied().collect()))
            .or_else(|| all("baseline", entry.baseline.iter().flatten().copied().collect()));
        match found {
            Some((key, value)) => {
                let problem = format!("{} is a share", self.score.metric);
                Err(entry.refuse(key, value, &problem, "0 to 1, not percent"))
            }
            None => Ok(()),
        }
    }

    /// One name is one method.
    pub fn check_method(&self, entry: &Entry, records: &[Record]) -> Result<()> {
        let taken = records.iter().any(|record| {
            let spec = &record.spec;
            spec.benchmark == entry.benchmark && spec.version == self.version && spec.method == entry.method
        });
        if !taken {
            return Ok(());
        }
        let problem = "the records of --with have a method of this name on the benchmark";
        Err(entry.refuse("method", &entry.method, problem, "another name, e.g. my-naive"))
    }
}

fn ceiling_of(text: &str) -> Ceiling {
    number(text).map_or_else(|| Ceiling::Method(text.to_owned()), Ceiling::Value)
}
