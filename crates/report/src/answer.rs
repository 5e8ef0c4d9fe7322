//! What came out, before any table: verdicts by their words, and the best method of each paradigm.

use std::collections::BTreeSet;

use super::chart::Tone;
use super::finding::{short, tone};
use super::number::count;
use super::results::{BenchmarkResults, MethodResults, Results};
use super::verdicts::Judged;
use crate::metric::ORACLE;
use base::stats;
use contract::definition::Ceiling;

/// Verdicts that say the same.
pub(super) struct Group<'j, 'r, 'a> {
    pub tone: Tone,
    pub words: &'static str,
    pub members: Vec<&'j Judged<'r, 'a>>,
}

/// Verdicts by their words, best news first.
pub(super) fn groups<'j, 'r, 'a>(judged: &'j [Judged<'r, 'a>]) -> Vec<Group<'j, 'r, 'a>> {
    let mut groups: Vec<Group<'j, 'r, 'a>> = Vec::new();
    for one in judged {
        let (tone, words) = (tone(&one.verdict.finding), short(&one.verdict.finding));
        match groups.iter_mut().find(|group| group.words == words) {
            Some(group) => group.members.push(one),
            None => groups.push(Group { tone, words, members: vec![one] }),
        }
    }
    groups.sort_by_key(|group| (group.tone, group.words));
    groups
}

/// How many questions have a verdict: page and terminal count the same.
pub(super) fn decided(judged: &[Judged<'_, '_>]) -> usize {
    judged.iter().filter(|one| tone(&one.verdict.finding) != Tone::Absent).count()
}

/// `17 mechanisms on 11 benchmarks`.
pub(super) fn extent(judged: &[Judged<'_, '_>]) -> String {
    let name = |one: &Judged<'_, '_>| (one.mechanism.id.clone(), one.mechanism.title.clone());
    let mechanisms: BTreeSet<(String, String)> = judged.iter().map(name).collect();
    let benchmarks: BTreeSet<&str> = judged.iter().map(|one| one.benchmark.id.as_str()).collect();
    format!("{} on {}", count(mechanisms.len(), "mechanism"), count(benchmarks.len(), "benchmark"))
}

/// The method with the highest mean of a paradigm, or of some of its benchmarks.
pub(super) struct Best<'r, 'a> {
    pub paradigm: &'r str,
    pub method: &'r MethodResults<'a>,
    /// From chance (0) to ceiling (1); `None` where the ceiling is not known.
    pub share: Option<f64>,
    /// Benchmarks that the share is over.
    pub over: Vec<&'r BenchmarkResults<'a>>,
    /// How many benchmarks the paradigm has.
    pub of: usize,
}

impl Best<'_, '_> {
    /// Where it is the best, if not on all: the benchmark's id, or `on 3 of 5`.
    pub fn part(&self) -> Option<String> {
        match self.over.as_slice() {
            over if over.len() >= self.of => None,
            [one] => Some(one.id.split('@').next().unwrap_or_default().to_owned()),
            over => Some(format!("on {} of {}", over.len(), self.of)),
        }
    }
}

/// Whether a method is a yardstick and not a competitor: the ceiling of its benchmark, or one that is told the changes.
pub(super) fn is_yardstick(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>) -> bool {
    method.id == ORACLE || matches!(&benchmark.score.ceiling, Ceiling::Method(id) if *id == method.id)
}

/// Per paradigm the best method among those that ran on all its benchmarks, by the inter-quartile mean of all seeds; where no
/// method did, the best on the first benchmark. After it the method that is better than all others, that one included, on
/// the largest group of benchmarks on which it ran. Yardsticks do not compete.
pub(super) fn best<'r, 'a>(results: &'r Results<'a>) -> Vec<Best<'r, 'a>> {
    let mut found = Vec::new();
    for group in results.benchmarks.chunk_by(|a, b| a.paradigm == b.paradigm) {
        let all: Vec<&BenchmarkResults<'a>> = group.iter().collect();
        let of = |group: &[&'r BenchmarkResults<'a>]| Some(Best { of: all.len(), ..best_of(group)? });
        let Some(whole) = of(&all).filter(|best| best.share.is_some()) else {
            found.extend(group.iter().find_map(|one| of(&[one])));
            continue;
        };
        let places =
            |group: &[&BenchmarkResults<'_>]| group.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
        let mut parts: Vec<Vec<&BenchmarkResults<'a>>> = Vec::new();
        for method in group.iter().flat_map(|one| &one.methods) {
            let ran = |one: &&&BenchmarkResults<'a>| {
                one.method(&method.id)
                    .is_some_and(|own| !is_yardstick(one, own) && one.scores(own).mean().is_some())
            };
            let part: Vec<&BenchmarkResults<'a>> = all.iter().filter(ran).copied().collect();
            let known = parts.iter().any(|other| places(other) == places(&part));
            if !part.is_empty() && part.len() < all.len() && !known {
                parts.push(part);
            }
        }
        parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
        // On its own part a method has to stand before everyone who ran there.
        let own = |best: &Best<'_, '_>| {
            best.share.is_some()
                && all.iter().filter(|one| one.method(&best.method.id).is_some()).count() == best.over.len()
        };
        let part = parts.iter().filter_map(|part| of(part)).find(own);
        found.push(whole);
        found.extend(part);
    }
    found
}

fn best_of<'r, 'a>(group: &[&'r BenchmarkResults<'a>]) -> Option<Best<'r, 'a>> {
    let first = group.first()?;
    let competes = |method: &&MethodResults<'a>| {
        group.iter().all(|one| one.method(&method.id).is_some_and(|own| !is_yardstick(one, own)))
    };
    let share = |method: &MethodResults<'_>| {
        let strata: Option<Vec<Vec<f64>>> =
            group.iter().map(|one| Some(one.normalised(one.method(&method.id)?)?.numbers())).collect();
        let strata = strata.filter(|strata| strata.iter().all(|values| !values.is_empty()))?;
        if group.len() == 1 {
            stats::mean(&strata.concat())
        } else {
            stats::inter_quartile_mean(&strata.concat())
        }
    };
    let rated = first.ranked().into_iter().filter(competes).filter(|own| first.scores(own).mean().is_some());
    let rated: Vec<(&MethodResults<'a>, Option<f64>)> = rated.map(|own| (own, share(own))).collect();
    // The first of equals: what is ranked better on the first benchmark.
    let (mut method, mut top) = *rated.first()?;
    for (own, share) in rated {
        if share > top {
            (method, top) = (own, share);
        }
    }
    let method = first.methods.iter().find(|own| own.id == method.id)?;
    Some(Best { paradigm: &first.paradigm, method, share: top, over: group.to_vec(), of: group.len() })
}
