//! The benchmarks of one paradigm as blocks, and the methods that ran on all of them.

use rayon::prelude::*;

use crate::answer::is_yardstick;
use crate::number::count;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;
use base::stats::{Friedman, Interval, ProfilePoint};
use contract::Status;

/// Benchmarks that are compared as blocks.
pub(crate) struct Group<'r, 'a> {
    pub paradigm: &'r str,
    pub blocks: Vec<&'r BenchmarkResults<'a>>,
    /// Highest inter-quartile mean first; two at least.
    pub entries: Vec<Entry<'r, 'a>>,
    /// Methods and benchmarks that do not take part, by reason: names, and why.
    pub left_out: Vec<(Vec<String>, String)>,
    /// The reference of all blocks, where they have one in common that takes part.
    pub reference: Option<&'r MethodResults<'a>>,
    /// Of the methods' mean scores; `None` where all tie everywhere.
    pub friedman: Option<Friedman>,
    /// Nemenyi's, at 0.05.
    pub critical: Option<f64>,
}

/// A method that ran on all blocks.
pub(crate) struct Entry<'r, 'a> {
    /// As on the first block.
    pub method: &'r MethodResults<'a>,
    /// Normalised scores (0 chance, 1 ceiling) by block.
    pub scores: Vec<Vec<f64>>,
    pub iqm: f64,
    /// 95 %, resampled within benchmarks; `None` with one run each.
    pub iqm_interval: Option<Interval>,
    /// Against the reference; `None` for itself and without one.
    pub better: Option<(f64, Option<Interval>)>,
    /// Share of runs above each threshold; the thresholds are those of the group.
    pub profile: Vec<ProfilePoint>,
    /// Mean place over blocks, 1 best.
    pub rank: Option<f64>,
}

impl Entry<'_, '_> {
    /// Runs on all blocks.
    pub fn runs(&self) -> usize {
        self.scores.iter().map(Vec::len).sum()
    }
}

impl<'r, 'a> Group<'r, 'a> {
    /// Of the benchmarks of a paradigm; `Err`: why nothing can be compared, in words.
    pub fn new(benchmarks: &'r [BenchmarkResults<'a>]) -> Result<Self, String> {
        let (blocks, bare): (Vec<_>, Vec<_>) = benchmarks
            .iter()
            .partition(|one| one.methods.iter().any(|method| one.normalised(method).is_some()));
        let Some(first) = blocks.first().filter(|_| blocks.len() > 1) else {
            return Err(match benchmarks.len() {
                1 => "one benchmark".into(),
                n => format!("{} of {n} benchmarks with a normalised score", blocks.len()),
            });
        };
        let mut left_out = Reasons::default();
        bare.iter()
            .for_each(|one| left_out.add(one.name(), "no normalised score: its ceiling has no finished run"));
        let mut taking_part: Vec<(&'r MethodResults<'a>, Vec<Vec<f64>>)> = Vec::new();
        for method in methods(&blocks) {
            match scores(&blocks, &method.id) {
                Ok(scores) => taking_part.push((method, scores)),
                Err(why) => left_out.add(&method.title, &why),
            }
        }
        if taking_part.len() < 2 {
            let ran = if taking_part.is_empty() { "no method" } else { "only one method" };
            return Err(format!("{ran} finished all runs on all {} benchmarks", blocks.len()));
        }
        if taking_part.iter().flat_map(|(_, scores)| scores).all(|runs| runs.len() < 2) {
            return Err("one seed".into());
        }
        let reference = reference(&blocks, &taking_part);
        let mut entries = entries(taking_part, reference);
        let friedman = rank(&mut entries);
        let critical = stats::critical_difference(entries.len(), blocks.len());
        Ok(Self {
            paradigm: &first.paradigm,
            blocks,
            entries,
            left_out: left_out.0,
            reference,
            friedman,
            critical,
        })
    }
}

/// Names by reason, in order of appearance.
#[derive(Default)]
struct Reasons(Vec<(Vec<String>, String)>);

impl Reasons {
    fn add(&mut self, name: &str, why: &str) {
        match self.0.iter_mut().find(|(_, other)| other == why) {
            Some((names, _)) => names.push(name.to_owned()),
            None => self.0.push((vec![name.to_owned()], why.to_owned())),
        }
    }
}

/// All methods of the blocks, each once.
fn methods<'r, 'a>(blocks: &[&'r BenchmarkResults<'a>]) -> Vec<&'r MethodResults<'a>> {
    let mut list: Vec<&'r MethodResults<'a>> = Vec::new();
    for method in blocks.iter().flat_map(|one| &one.methods) {
        if list.iter().all(|other| other.id != method.id) {
            list.push(method);
        }
    }
    list
}

/// Normalised scores of a method by block; `Err`: why it does not take part.
fn scores(blocks: &[&BenchmarkResults<'_>], id: &str) -> Result<Vec<Vec<f64>>, String> {
    let own: Vec<_> = blocks.iter().filter_map(|one| Some((*one, one.method(id)?))).collect();
    if own.iter().any(|(one, method)| is_yardstick(one, method)) {
        return Err("a yardstick, which does not compete".into());
    }
    if own.len() < blocks.len() {
        return Err(format!("ran on {} of {}", own.len(), count(blocks.len(), "benchmark")));
    }
    let unfinished = |method: &MethodResults<'_>| {
        method.missing + method.records.iter().filter(|record| record.status != Status::Ok).count()
    };
    let planned: usize = own.iter().map(|(_, method)| method.missing + method.records.len()).sum();
    let bad: usize = own.iter().map(|(_, method)| unfinished(method)).sum();
    if bad > 0 {
        return Err(format!(
            "{bad} of {} missing or not finished: the rest may be the easier ones",
            count(planned, "run")
        ));
    }
    let scores: Option<Vec<Vec<f64>>> = own
        .iter()
        .map(|(one, method)| Some(one.normalised(method)?.numbers()).filter(|runs| !runs.is_empty()))
        .collect();
    scores.ok_or_else(|| "no score on some benchmark".into())
}

/// The reference that all blocks name, where it takes part.
fn reference<'r, 'a>(
    blocks: &[&BenchmarkResults<'a>],
    taking_part: &[(&'r MethodResults<'a>, Vec<Vec<f64>>)],
) -> Option<&'r MethodResults<'a>> {
    let id = blocks.first()?.score.reference.as_deref()?;
    let same = blocks.iter().all(|one| one.score.reference.as_deref() == Some(id));
    taking_part.iter().map(|(method, _)| *method).find(|method| same && method.id == id)
}

/// Aggregates of every method, best first.
fn entries<'r, 'a>(
    taking_part: Vec<(&'r MethodResults<'a>, Vec<Vec<f64>>)>,
    reference: Option<&MethodResults<'a>>,
) -> Vec<Entry<'r, 'a>> {
    let theirs =
        reference.and_then(|own| taking_part.iter().find(|(method, _)| method.id == own.id)).cloned();
    let thresholds = thresholds(&taking_part);
    let entry = |(method, scores): (&'r MethodResults<'a>, Vec<Vec<f64>>)| {
        let other = theirs.as_ref().filter(|(other, _)| other.id != method.id);
        Some(Entry {
            method,
            iqm: stats::inter_quartile_mean(&scores.concat())?,
            iqm_interval: stats::stratified(&scores, stats::inter_quartile_mean),
            better: other.and_then(|(_, theirs)| stats::improvement_over(&scores, theirs)),
            profile: stats::profile(&scores, &thresholds)?,
            rank: None,
            scores,
        })
    };
    let mut entries: Vec<Entry<'r, 'a>> = taking_part.into_par_iter().filter_map(entry).collect();
    entries.sort_by(|a, b| b.iqm.total_cmp(&a.iqm));
    entries
}

/// Thresholds of a profile, less one.
const STEPS: u32 = 40;

/// From the lowest score or 0 to the highest or 1.
fn thresholds(taking_part: &[(&MethodResults<'_>, Vec<Vec<f64>>)]) -> Vec<f64> {
    let all = || taking_part.iter().flat_map(|(_, scores)| scores.iter().flatten().copied());
    let (low, high) = (all().fold(0.0, f64::min), all().fold(1.0, f64::max));
    (0..=STEPS).map(|step| low + (high - low) * f64::from(step) / f64::from(STEPS)).collect()
}

/// Friedman's test of the mean scores; each method learns its average rank.
fn rank(entries: &mut [Entry<'_, '_>]) -> Option<Friedman> {
    let blocks = entries.first()?.scores.len();
    let row =
        |at: usize| entries.iter().map(|entry| stats::mean(&entry.scores[at])).collect::<Option<Vec<_>>>();
    let rows: Vec<Vec<f64>> = (0..blocks).map(row).collect::<Option<_>>()?;
    let test = Friedman::new(&rows)?;
    entries.iter_mut().zip(&test.average_ranks).for_each(|(entry, rank)| entry.rank = Some(*rank));
    Some(test)
}
