//! Planned runs that have no record: an incomplete grid must not look complete.

use std::collections::BTreeSet;

use base::stats::NoVerdict;
use contract::{PlannedCell, Record, Role};

use super::number::count;

/// Seeds of one method on one benchmark that have no record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gap {
    /// Paradigm and `id@version`.
    benchmark: (String, String),
    method: String,
    role: Option<Role>,
    seeds: BTreeSet<u64>,
    planned: usize,
}

/// What was planned and is not there.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Missing {
    /// In the order of the plan.
    gaps: Vec<Gap>,
    planned: usize,
}

impl Missing {
    /// Holds records against plans; a run that several plans ask for counts once.
    pub(super) fn new(records: &[Record], planned: &[PlannedCell]) -> Self {
        let there: BTreeSet<&str> = records.iter().map(|record| record.key.as_str()).collect();
        let mut asked: BTreeSet<&str> = BTreeSet::new();
        let mut found = Self::default();
        for cell in planned {
            let new: Vec<(&u64, &String)> = cell.runs.iter().filter(|(_, key)| asked.insert(key)).collect();
            let seeds: BTreeSet<u64> =
                new.iter().filter(|(_, key)| !there.contains(key.as_str())).map(|(seed, _)| **seed).collect();
            let benchmark = (cell.paradigm.clone(), cell.benchmark_at_version());
            found.planned += new.len();
            if !seeds.is_empty() {
                let (method, role) = (cell.method.clone(), cell.role.clone());
                found.gaps.push(Gap { benchmark, method, role, seeds, planned: new.len() });
            }
        }
        found
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        self.gaps.iter().map(|gap| gap.seeds.len()).sum()
    }

    /// `12 of 24 planned runs have no record`; `None` where nothing is missing.
    pub(super) fn sentence(&self) -> Option<String> {
        let runs = self.runs();
        let have = if runs == 1 { "has" } else { "have" };
        (runs > 0).then(|| format!("{runs} of {} {have} no record", count(self.planned, "planned run")))
    }

    /// `split-digits-task@1`, `naive`, `0 to 4, 7`, `6 of 10` for every method with missing runs.
    pub(super) fn rows(&self) -> impl Iterator<Item = [String; 4]> {
        self.gaps.iter().map(|gap| {
            let share = format!("{} of {}", gap.seeds.len(), gap.planned);
            [gap.benchmark.1.clone(), gap.method.clone(), ranges(&gap.seeds), share]
        })
    }

    /// Missing runs of a method.
    pub(super) fn of_method(&self, record: &Record) -> usize {
        let own = |gap: &&Gap| gap.of(record) && gap.method == record.spec.method;
        self.gaps.iter().filter(own).map(|gap| gap.seeds.len()).sum()
    }

    /// Missing runs on a benchmark, those of methods without any record included.
    pub(super) fn on_benchmark(&self, record: &Record) -> usize {
        self.gaps.iter().filter(|gap| gap.of(record)).map(|gap| gap.seeds.len()).sum()
    }

    /// Why a mechanism has no verdict, where runs of it or of its controls are missing: on fewer pairs than were planned it
    /// could be another one.
    pub(super) fn obstacle(&self, mechanism: &Record) -> Option<NoVerdict> {
        let id = &mechanism.spec.method;
        let part = |gap: &&Gap| {
            let control = match &gap.role {
                Some(Role::Control { of, .. }) => of.as_ref().is_none_or(|of| of == id),
                _ => false,
            };
            gap.of(mechanism) && (gap.method == *id || control)
        };
        let gaps: Vec<&Gap> = self.gaps.iter().filter(part).collect();
        let runs: usize = gaps.iter().map(|gap| gap.seeds.len()).sum();
        (runs > 0).then(|| NoVerdict::Missing {
            runs,
            methods: gaps.iter().map(|gap| &gap.method).collect::<BTreeSet<_>>().len(),
        })
    }

    /// How many mechanisms were planned and have no record at all.
    pub(super) fn absent_mechanisms(&self) -> usize {
        let absent = |gap: &&Gap| gap.role == Some(Role::Mechanism) && gap.seeds.len() == gap.planned;
        let names = self.gaps.iter().filter(absent).map(|gap| (&gap.benchmark, &gap.method));
        names.collect::<BTreeSet<_>>().len()
    }
}

impl Gap {
    fn of(&self, record: &Record) -> bool {
        self.benchmark.0 == record.spec.paradigm && self.benchmark.1 == record.benchmark_at_version()
    }
}

/// `0 to 4, 7`.
fn ranges(seeds: &BTreeSet<u64>) -> String {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for seed in seeds {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *seed => *last = *seed,
            _ => runs.push((*seed, *seed)),
        }
    }
    let word = |(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first} to {last}"),
    };
    runs.iter().map(word).collect::<Vec<_>>().join(", ")
}
