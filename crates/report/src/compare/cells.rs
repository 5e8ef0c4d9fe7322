//! What two sets say of one method on one benchmark.

use std::collections::{BTreeMap, BTreeSet};

use crate::difference::Difference;
use crate::identity::{Leaves, leaves};
use crate::results::{BenchmarkResults, MethodResults, Results, Values};
use contract::{Record, Status};

/// A setting that is not the same in both sets; `None`: the set does not have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// `settings.optimiser.rate`, `version`, `data digits`, …
    pub key: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// One method on one benchmark, in both sets or in one.
#[derive(Debug, Default)]
pub struct Cell {
    pub paradigm: String,
    /// Id at version, as the first set that has it names it.
    pub benchmark: String,
    pub method: String,
    /// Seeds with a record, by set.
    pub seeds: [BTreeSet<u64>; 2],
    /// Of the seeds that both have: those whose result is the same, bit for bit.
    pub identical: usize,
    /// And those of which everything that was measured is the same; where definitions differ no hash can be.
    pub same_outcome: usize,
    /// How runs of one seed ended, where that is not the same.
    pub endings: Vec<(u64, Status, Status)>,
    pub settings: Vec<Setting>,
    pub metric: String,
    pub higher_is_better: bool,
    /// Mean score, by set.
    pub means: [Option<f64>; 2],
    /// Second − first, over seeds that both finished.
    pub difference: Option<Difference>,
}

impl Cell {
    /// Seeds that both sets have.
    pub fn common(&self) -> usize {
        self.seeds[0].intersection(&self.seeds[1]).count()
    }

    /// Seeds that one set has and the other has not.
    pub fn only(&self, set: usize) -> Vec<u64> {
        let [own, other] = [&self.seeds[set], &self.seeds[1 - set]];
        own.difference(other).copied().collect()
    }

    /// Nothing differs.
    pub fn same(&self) -> bool {
        self.seeds[0] == self.seeds[1] && self.identical == self.seeds[0].len() && self.settings.is_empty()
    }
}

/// Where a method stands in one set.
type Place<'r, 'a> = (&'r BenchmarkResults<'a>, &'r MethodResults<'a>);

/// Compares two sets, in the order of the first, then what only the second has.
pub fn compare(before: &Results<'_>, after: &Results<'_>) -> Vec<Cell> {
    let [first, second] = [places(before), places(after)];
    let mut cells = Vec::new();
    let mut met = BTreeSet::new();
    for (key, place) in &first {
        let other = counterpart(key, &first, &second);
        met.extend(other);
        cells.push(cell([Some(*place), other.map(|other| second[other])]));
    }
    let new = second.iter().filter(|(key, _)| !met.contains(key));
    cells.extend(new.map(|(_, place)| cell([None, Some(*place)])));
    cells
}

/// Paradigm, benchmark as the report names it, method.
type Key = (String, String, String);

fn places<'r, 'a>(results: &'r Results<'a>) -> BTreeMap<Key, Place<'r, 'a>> {
    let all = results.benchmarks.iter().flat_map(|benchmark| {
        benchmark.methods.iter().chain(&benchmark.controls).map(move |method| (benchmark, method))
    });
    all.map(|place| ((place.0.paradigm.clone(), place.0.id.clone(), place.1.id.clone()), place)).collect()
}

/// The same name in the other set; or the same benchmark in another version, where each set has one only.
fn counterpart<'k>(
    key: &Key,
    own: &BTreeMap<Key, Place<'_, '_>>,
    other: &'k BTreeMap<Key, Place<'_, '_>>,
) -> Option<&'k Key> {
    let plain = |id: &str| id.split('@').next().unwrap_or_default().to_owned();
    let alike = |one: &&Key| one.0 == key.0 && one.2 == key.2 && plain(&one.1) == plain(&key.1);
    if let Some((same, _)) = other.get_key_value(key) {
        return Some(same);
    }
    let mut theirs = other.keys().filter(alike);
    let single = own.keys().filter(alike).count() == 1;
    theirs.next().filter(|_| single && theirs.next().is_none())
}

fn cell(places: [Option<Place<'_, '_>>; 2]) -> Cell {
    let Some((benchmark, method)) = places[0].or(places[1]) else { return Cell::default() };
    let seeds = places.map(|place| {
        place.map_or_else(BTreeSet::new, |(_, method)| method.records.iter().map(|r| r.spec.seed).collect())
    });
    let metric = benchmark.score.metric.clone();
    let values = places.map(|place| place.map_or_else(Values::default, |(b, m)| b.values(m, &metric)));
    let mut cell = Cell {
        paradigm: benchmark.paradigm.clone(),
        benchmark: benchmark.id.clone(),
        method: method.id.clone(),
        seeds,
        metric,
        higher_is_better: benchmark.higher_is_better(),
        means: [values[0].mean(), values[1].mean()],
        difference: match places {
            [Some((_, before)), Some((_, after))] if !before.paired_with(after) => {
                Difference::of_samples(&values[1].numbers(), &values[0].numbers())
            }
            _ => Difference::paired(&values[1].by_seed, &values[0].by_seed),
        },
        ..Cell::default()
    };
    if let [Some((_, before)), Some((_, after))] = places {
        let theirs: BTreeMap<u64, &Record> = after.records.iter().map(|r| (r.spec.seed, *r)).collect();
        for own in &before.records {
            let Some(other) = theirs.get(&own.spec.seed) else { continue };
            cell.identical += usize::from(own.result_sha256 == other.result_sha256);
            let both = own.status == Status::Ok && other.status == Status::Ok;
            cell.same_outcome += usize::from(both && own.log.same_outcome(&other.log));
            if own.status != other.status {
                cell.endings.push((own.spec.seed, own.status, other.status));
            }
        }
        if let (Some(before), Some(after)) = (before.records.first(), after.records.first()) {
            cell.settings = settings(before, after);
        }
    }
    cell
}

/// Everything that defines a run, apart from its seed.
fn definition(record: &Record) -> Leaves {
    let mut all = Leaves::new();
    leaves("settings", &record.spec.settings, &mut all);
    record.base.iter().for_each(|(key, value)| leaves(&format!("benchmark.{key}"), value, &mut all));
    record.data.iter().for_each(|(name, hash)| drop(all.insert(format!("data {name}"), hash.clone())));
    if let Ok(score) = serde_json::to_value(&record.score) {
        leaves("score", &score, &mut all);
    }
    all.insert("version".into(), record.spec.version.to_string());
    all.insert("program".into(), record.env.version.clone());
    all.insert("origin".into(), record.origin().into());
    all
}

fn settings(before: &Record, after: &Record) -> Vec<Setting> {
    let (before, after) = (definition(before), definition(after));
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = keys.into_iter().filter(|key| before.get(*key) != after.get(*key));
    let setting = |key: &String| Setting {
        key: key.clone(),
        before: before.get(key).cloned(),
        after: after.get(key).cloned(),
    };
    differing.map(setting).collect()
}
