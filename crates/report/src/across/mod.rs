//! Methods over several benchmarks at once: which can be compared, and what comes out. Sections and `across.csv` read it from here.

mod group;
mod reach;
mod table;

pub(super) use group::{Entry, Group};
pub(super) use reach::Family;
pub(super) use table::csv;

use super::results::Results;
use super::verdicts::Judged;

/// Everything that is said over benchmarks.
pub(super) struct Across<'r, 'a> {
    /// Paradigms with something to compare.
    pub groups: Vec<Group<'r, 'a>>,
    /// Paradigms without, and why.
    pub apart: Vec<(&'r str, String)>,
    /// Families of tests, and what each could find.
    pub families: Vec<Family>,
}

impl<'r, 'a> Across<'r, 'a> {
    /// Compares what can be compared, paradigm by paradigm: scores of different paradigms are not of one kind.
    pub fn new(results: &'r Results<'a>, judged: &[Judged<'r, 'a>]) -> Self {
        let (mut groups, mut apart) = (Vec::new(), Vec::new());
        for benchmarks in results.benchmarks.chunk_by(|a, b| a.paradigm == b.paradigm) {
            match Group::new(benchmarks) {
                Ok(group) => groups.push(group),
                Err(why) => apart.extend(benchmarks.first().map(|one| (one.paradigm.as_str(), why))),
            }
        }
        Self { groups, apart, families: reach::families(results, judged) }
    }
}

#[cfg(test)]
mod tests;
