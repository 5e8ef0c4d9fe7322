//! Verdicts in two sets.

use std::collections::BTreeMap;

use crate::results::Results;
use crate::verdicts::judged;

/// The words for one mechanism on one benchmark; `None`: the set does not judge it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub benchmark: String,
    pub mechanism: String,
    pub words: [Option<String>; 2],
}

/// The verdicts that are not the same in both sets.
pub fn verdicts(before: &Results<'_>, after: &Results<'_>) -> Vec<Changed> {
    let mut all: BTreeMap<(String, String), [Option<String>; 2]> = BTreeMap::new();
    for (set, results) in [before, after].into_iter().enumerate() {
        for one in judged(results) {
            let name = one.benchmark.id.split('@').next().unwrap_or_default().to_owned();
            all.entry((name, one.mechanism.id.clone())).or_default()[set] = Some(one.verdict.finding.words());
        }
    }
    let changed = all.into_iter().filter(|(_, words)| words[0] != words[1]);
    changed.map(|((benchmark, mechanism), words)| Changed { benchmark, mechanism, words }).collect()
}
