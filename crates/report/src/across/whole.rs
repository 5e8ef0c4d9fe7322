//! What is said over benchmarks, all of it.

use super::group::Group;
use super::reach;
use super::reach::Family;
use crate::results::Results;
use crate::verdicts::Judged;

/// Everything that is said over benchmarks.
pub(crate) struct Across<'r, 'a> {
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
