//! What came out for every mechanism on every benchmark: the cases that [`stats::judge`] judges, read from results.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::chart::Tone;
use super::decay::Decays;
use super::finding::tone;
use super::headroom::{blind, rooms, targets};
use super::number::{interval_text, signed};
use super::results::{BenchmarkResults, MethodResults, Results};
use base::stats;
use base::stats::{
    CHANGE_BLIND, Case, Comparison, Finding, Headroom, NoVerdict, REQUIRED, Scores, TUNED_CONSTANT,
    TUNED_OPTIMISER, UNMODULATED, Verdict,
};
use contract::definition::SearchNote;
use contract::{Record, Role};

/// A mechanism on a benchmark.
pub(super) struct Judged<'r, 'a> {
    pub benchmark: &'r BenchmarkResults<'a>,
    pub mechanism: &'r MethodResults<'a>,
    pub verdict: Verdict,
    /// What a reader should know beside the verdict, each a clause.
    pub notes: Vec<String>,
    /// Nothing that acts where it acts could have shown a benefit here, and why. Never of one that does.
    pub cannot_show: Option<String>,
}

/// What stands beside a verdict on a benchmark where headroom is excluded for all that the mechanism acts on.
fn cannot_show(
    benchmark: &BenchmarkResults<'_>,
    mechanism: &MethodResults<'_>,
    finding: &Finding,
) -> Option<String> {
    if matches!(tone(finding), Tone::Good | Tone::Absent) {
        return None;
    }
    let (targets, rooms) = (targets(mechanism), rooms(benchmark));
    let mut words = Vec::new();
    for target in &targets {
        let room = rooms.iter().find(|room| room.target == *target)?;
        if room.headroom.outcome() != Headroom::Excluded {
            return None;
        }
        let (mean, interval) = (signed(room.headroom.mean), interval_text(room.headroom.interval));
        words.push(format!("{} {mean} {interval}", target.replace('-', " ")));
    }
    (!words.is_empty()).then(|| format!("cannot show here: headroom is excluded ({})", words.join(", ")))
}

/// Every mechanism of the report, judged; those on negative controls are a family of their own ([`on_negative_controls`]), but
/// where nothing else was run.
pub(super) fn judged<'r, 'a>(results: &'r Results<'a>) -> Vec<Judged<'r, 'a>> {
    let asked: Vec<&BenchmarkResults<'a>> =
        results.benchmarks.iter().filter(|one| one.score.negative_of.is_none()).collect();
    let any = |own: &&&BenchmarkResults<'a>| mechanisms(own).next().is_some();
    let all = || results.benchmarks.iter().collect();
    let chosen = if asked.iter().any(|own| any(&own)) { asked } else { all() };
    together(results, chosen, results.missing.absent_mechanisms())
}

/// Every mechanism on a benchmark where nothing can help.
pub(super) fn on_negative_controls<'r, 'a>(results: &'r Results<'a>) -> Vec<Judged<'r, 'a>> {
    let negative = results.benchmarks.iter().filter(|one| one.score.negative_of.is_some()).collect();
    together(results, negative, 0)
}

fn mechanisms<'r, 'a>(benchmark: &'r BenchmarkResults<'a>) -> impl Iterator<Item = &'r MethodResults<'a>> {
    benchmark.methods.iter().filter(|method| matches!(method.role, Some(Role::Mechanism)))
}

/// The mechanisms of these benchmarks, judged together with so many of which nothing is there yet.
fn together<'r, 'a>(
    results: &'r Results<'a>,
    benchmarks: Vec<&'r BenchmarkResults<'a>>,
    absent: usize,
) -> Vec<Judged<'r, 'a>> {
    let found: Vec<_> = benchmarks
        .into_iter()
        .flat_map(|own| mechanisms(own).map(move |mechanism| (own, mechanism)))
        .collect();
    let case_of = |(benchmark, mechanism): &(&BenchmarkResults<'_>, &MethodResults<'_>)| {
        let (mut case, notes) = case(benchmark, mechanism);
        if let Some(why) = mechanism.records.first().and_then(|record| results.missing.obstacle(record)) {
            case.obstacle = Some(why);
        }
        (case, notes)
    };
    let (mut cases, notes): (Vec<Case>, Vec<_>) = found.par_iter().map(case_of).unzip();
    // Mechanisms of which nothing is there yet take part in the correction too.
    let nothing = || Case { obstacle: Some(NoVerdict::Missing { runs: 0, methods: 0 }), ..Case::default() };
    cases.extend(std::iter::repeat_with(nothing).take(absent));
    let verdicts = stats::judge(cases).into_iter();
    let whole =
        |(((benchmark, mechanism), notes), verdict): (((&'r BenchmarkResults<'a>, _), _), Verdict)| {
            let cannot_show = cannot_show(benchmark, mechanism, &verdict.finding);
            Judged { benchmark, mechanism, verdict, notes, cannot_show }
        };
    found.into_iter().zip(notes).zip(verdicts).map(whole).collect()
}

/// The controls of a mechanism, with each kind that they are of.
fn controls<'r, 'a>(
    benchmark: &'r BenchmarkResults<'a>,
    mechanism: &MethodResults<'_>,
) -> Vec<(&'a str, &'r MethodResults<'a>)> {
    let all = benchmark.controls.iter().chain(&benchmark.methods);
    let of = |control: &'r MethodResults<'a>| {
        let Some(Role::Control { of, kind, also, .. }) = control.role else { return Vec::new() };
        // A decay serves whatever acts on its target: see `Decays`.
        if blind(kind).is_some() || of.as_ref().is_some_and(|of| *of != mechanism.id) {
            return Vec::new();
        }
        std::iter::once(kind).chain(also).map(|kind| (kind.as_str(), control)).collect()
    };
    all.flat_map(of).collect()
}

fn case(benchmark: &BenchmarkResults<'_>, mechanism: &MethodResults<'_>) -> (Case, Vec<String>) {
    let sign = if benchmark.higher_is_better() { 1.0 } else { -1.0 };
    let scores =
        |method: &MethodResults<'_>| benchmark.scores(method).by_seed.into_iter().collect::<Scores>();
    let own = scores(mechanism);
    let mut controls = controls(benchmark, mechanism);
    let Decays { run, missing: undecayed } = Decays::of(benchmark, mechanism);
    controls.extend(run.into_iter().map(|decay| (CHANGE_BLIND, decay)));
    let compared = |kind: &str, other: &MethodResults<'_>| {
        let new = if mechanism.paired_with(other) { Comparison::new } else { Comparison::unpaired };
        new(kind, &other.id, &own, &scores(other), sign)
    };
    let mut comparisons: Vec<Comparison> =
        controls.iter().filter_map(|(kind, control)| compared(kind, control)).collect();
    // Where the derived control did not run, the benchmark's reference stands beside; no verdict refers to it.
    if controls.iter().all(|(kind, _)| *kind != UNMODULATED)
        && let Some(reference) = benchmark.reference().filter(|reference| reference.role.is_none())
    {
        comparisons.extend(compared(&reference.title, reference));
    }
    let mut notes = Vec::new();
    let unmodulated = controls.iter().find(|(kind, _)| *kind == UNMODULATED).map(|(_, control)| *control);
    notes.extend(declared(mechanism, &controls, &comparisons));
    let half: Vec<String> = controls
        .iter()
        .filter(|(_, control)| control.unfinished() > 0)
        .map(|(_, control)| format!("{} ({})", control.id, control.unfinished()))
        .collect();
    if !half.is_empty() {
        notes.push(format!(
            "compared over the seeds that both finished; unfinished runs of {}",
            half.join(", ")
        ));
    }
    let runs = mechanism.unfinished();
    let obstacle = (runs > 0)
        .then_some(NoVerdict::Unfinished { runs })
        .or_else(|| inert(mechanism, unmodulated, &mut notes))
        .or_else(|| unequal(mechanism, &controls, &mut notes));
    (Case { comparisons, obstacle, undecayed }, notes)
}

/// Whether the mechanism acted at all, and whether that changed anything.
fn inert(
    mechanism: &MethodResults<'_>,
    unmodulated: Option<&MethodResults<'_>>,
    notes: &mut Vec<String>,
) -> Option<NoVerdict> {
    let told: Vec<&Record> = mechanism.ok().filter(|record| record.log.acted().is_some()).collect();
    let acted = told.iter().filter(|record| record.log.acted() == Some(true)).count();
    if acted < told.len() {
        notes.push(format!("it acted in {acted} of {} seeds", told.len()));
    }
    if acted == 0 && !told.is_empty() {
        return Some(NoVerdict::NeverActed { seeds: told.len() });
    }
    if let Some(first) = told.first() {
        let silent = |name: &&str| {
            let share =
                |record: &&Record| record.log.acted_shares().find(|own| own.0 == *name).map(|own| own.1);
            told.iter().filter_map(share).all(|share| share == 0.0)
        };
        let names: Vec<&str> = first.log.acted_shares().map(|(name, _)| name).filter(silent).collect();
        if !names.is_empty() {
            notes.push(format!("{} never acted", names.join(" and ")));
        }
    }
    let unmodulated = unmodulated?;
    let twin = |record: &Record| unmodulated.ok().find(|other| other.paired_with(record));
    let same: Vec<bool> =
        mechanism.ok().filter_map(|record| Some(record.log.same_outcome(&twin(record)?.log))).collect();
    let changed = same.iter().filter(|same| !**same).count();
    if changed < same.len() {
        notes.push(format!("it changed an answer in {changed} of {} seeds", same.len()));
    }
    (changed == 0 && !same.is_empty()).then_some(NoVerdict::ChangedNothing { seeds: same.len() })
}

/// What a reader should know of numbers that were made elsewhere.
fn declared(
    mechanism: &MethodResults<'_>,
    controls: &[(&str, &MethodResults<'_>)],
    comparisons: &[Comparison],
) -> Vec<String> {
    let mut notes = Vec::new();
    if !judged_elsewhere(mechanism) {
        return notes;
    }
    let lacks = |kind: &&&str| controls.iter().all(|(other, _)| other != *kind);
    let missing: Vec<&str> = REQUIRED.iter().filter(lacks).copied().collect();
    if !missing.is_empty() {
        notes.push(format!("missing controls: {}", missing.join(", ")));
    }
    let apart: BTreeSet<&str> =
        comparisons.iter().filter(|one| !one.paired).map(|one| one.method.as_str()).collect();
    if !apart.is_empty() {
        let names = Vec::from_iter(apart).join(", ");
        notes.push(format!("not paired with {names}: their streams are not declared to be the same"));
    }
    notes
}

fn judged_elsewhere(method: &MethodResults<'_>) -> bool {
    method.records.iter().any(|record| record.judged.is_some())
}

/// Whether the mechanism and its tuned controls had the same budget of search; what has nothing to search passes.
fn unequal(
    mechanism: &MethodResults<'_>,
    controls: &[(&str, &MethodResults<'_>)],
    notes: &mut Vec<String>,
) -> Option<NoVerdict> {
    let tuned = controls.iter().filter(|(kind, _)| [TUNED_CONSTANT, TUNED_OPTIMISER].contains(kind));
    let rows: Vec<(&str, Option<&SearchNote>)> = std::iter::once(("mechanism", mechanism.search()))
        .chain(tuned.map(|(kind, control)| (*kind, control.search())))
        .collect();
    if mechanism.search().is_some_and(|note| note.tied) {
        return Some(NoVerdict::Tied);
    }
    let budgets: Vec<(&str, u64)> = rows
        .iter()
        .filter_map(|(name, own)| Some((*name, own.filter(|note| note.trials > 0)?.total())))
        .collect();
    let unknown = rows.iter().find(|row| row.1.is_none());
    match (budgets.first(), unknown) {
        (None, None) => None,
        (None, Some(_)) if judged_elsewhere(mechanism) => {
            Some(NoVerdict::Search("search not declared".into()))
        }
        (None, Some(_)) => {
            notes.push("search not recorded".into());
            None
        }
        (Some(_), Some((name, _))) => {
            Some(NoVerdict::Search(format!("the {} was not searched", name.replace('-', " "))))
        }
        (Some((_, first)), None) if budgets.iter().all(|(_, total)| total == first) => None,
        (Some(_), None) => {
            let words = budgets.iter().map(|(name, total)| format!("{} {total}", name.replace('-', " ")));
            let words: Vec<String> = words.collect();
            Some(NoVerdict::Search(format!("unequal searches (trials: {})", words.join(", "))))
        }
    }
}

#[cfg(test)]
#[path = "verdicts_tests.rs"]
pub(crate) mod tests;
