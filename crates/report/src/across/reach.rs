//! What the tests of this report could find at all: for each family that Holm's procedure corrects together, the smallest p
//! that its pairs can reach and the effect that it finds four times in five.

use std::collections::BTreeMap;

use crate::results::{BenchmarkResults, Results};
use crate::tables::too_few_seeds;
use crate::verdicts::Judged;
use base::stats;
use base::stats::{Finding, LEVEL, NoVerdict, Question};

/// Tests that are corrected together, or several such families of one size.
pub(crate) struct Family {
    pub what: &'static str,
    /// Benchmarks or questions with a family of this size.
    pub names: Vec<String>,
    /// Tests that are corrected together.
    pub tests: usize,
    /// Seeds that are paired; where tests differ, the fewest.
    pub pairs: usize,
    /// Two-sided, of one test.
    pub smallest_p: f64,
    /// The same after Holm's first step, which multiplies by the number of tests.
    pub smallest_corrected: f64,
    /// Mean difference in standard deviations of the differences that one test at 0.05 finds four times in five; `None`: none,
    /// however large.
    pub detectable: Option<f64>,
    /// The same where p must also survive Holm's first step.
    pub detectable_corrected: Option<f64>,
}

/// Kinds of families.
const REFERENCE: &str = "differences to the reference";
const VERDICTS: &str = "verdicts";

/// All families with paired tests. Families of one kind and size stand in one row.
pub(super) fn families(results: &Results<'_>, judged: &[Judged<'_, '_>]) -> Vec<Family> {
    let references =
        results.benchmarks.iter().filter_map(|one| Some((REFERENCE, one.name().to_owned(), tested(one)?)));
    let verdicts = Question::ALL.iter().filter_map(|question| {
        let size = asked(results, judged, *question)?;
        Some((VERDICTS, format!("against {}", question.words()), size))
    });
    let mut rows: Vec<(&'static str, Vec<String>, (usize, usize))> = Vec::new();
    for (what, name, size) in verdicts.chain(references) {
        match rows.iter_mut().find(|(other, _, own)| *other == what && *own == size) {
            Some((_, names, _)) => names.push(name),
            None => rows.push((what, vec![name], size)),
        }
    }
    filled(rows)
}

/// Size and pairs of the family of a benchmark's table: one test per row that was searched as the reference was.
fn tested(benchmark: &BenchmarkResults<'_>) -> Option<(usize, usize)> {
    let reference = benchmark.reference()?;
    if benchmark.missing > 0 || too_few_seeds(benchmark).is_some() {
        return None;
    }
    let others = benchmark.methods.iter().filter(|method| method.id != reference.id);
    let differences = others
        .filter(|method| benchmark.fair(method))
        .filter_map(|method| benchmark.difference(method, reference, &benchmark.score.metric));
    let tested: Vec<_> = differences.filter(|one| one.p.is_some()).collect();
    let pairs = tested.iter().filter(|one| one.paired).map(|one| one.pairs).min()?;
    Some((tested.len(), pairs))
}

/// Size and pairs of the family of a question over mechanisms, those whose runs are missing included, as Holm's procedure counts.
fn asked(results: &Results<'_>, judged: &[Judged<'_, '_>], question: Question) -> Option<(usize, usize)> {
    let carried: Vec<_> =
        judged.iter().filter_map(|one| Some(&one.verdict.answer(question)?.carried_by)).collect();
    let pairs = carried.iter().filter(|one| one.paired).map(|one| one.pairs).min()?;
    let withheld =
        |one: &&Judged<'_, '_>| matches!(one.verdict.finding, Finding::None(NoVerdict::Missing { .. }));
    let absent = judged.iter().filter(withheld).count() + results.missing.absent_mechanisms();
    Some((carried.len() + absent, pairs))
}

fn filled(rows: Vec<(&'static str, Vec<String>, (usize, usize))>) -> Vec<Family> {
    // All levels of one number of pairs are simulated at once.
    let mut levels: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for (.., (tests, pairs)) in &rows {
        levels.entry(*pairs).or_default().extend([LEVEL, LEVEL / *tests as f64]);
    }
    let found: BTreeMap<usize, Vec<(f64, Option<f64>)>> = levels
        .into_iter()
        .map(|(pairs, levels)| {
            (pairs, levels.iter().copied().zip(stats::detectable(pairs, &levels)).collect())
        })
        .collect();
    let at = |pairs: usize, level: f64| {
        found[&pairs].iter().find(|(own, _)| *own == level).and_then(|(_, effect)| *effect)
    };
    let family = |(what, names, (tests, pairs)): (&'static str, Vec<String>, (usize, usize))| {
        let smallest_p = stats::smallest_p(pairs);
        Family {
            what,
            names,
            tests,
            pairs,
            smallest_p,
            smallest_corrected: (smallest_p * tests as f64).min(1.0),
            detectable: at(pairs, LEVEL),
            detectable_corrected: at(pairs, LEVEL / tests as f64),
        }
    };
    rows.into_iter().map(family).collect()
}
