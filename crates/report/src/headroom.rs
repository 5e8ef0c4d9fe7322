//! Where timing a gain can help at all, read from records of the arms that say so (`bench run` names them
//! `base+headroom:TARGET:ARM`).

use std::collections::BTreeSet;

use super::results::{BenchmarkResults, MethodResults};
use base::stats::{Difference, Scores};
use contract::Role;

/// What the kind of an arm's role begins with.
const MARK: &str = "headroom:";
/// Arms that are blind to changes, and those that know them: the first of each that was run counts. Which one a suite runs
/// was chosen by a search on validation data, not by these records.
const BLIND: [&str; 2] = ["change-blind", "constant"];
const SCHEDULE: [&str; 6] =
    ["unit-locked", "state-locked", "noise-locked", "speed-locked", "event-locked", "free"];

/// Headroom of one target on one benchmark.
pub(super) struct Room<'r, 'a> {
    pub benchmark: &'r BenchmarkResults<'a>,
    pub target: String,
    pub blind: &'r MethodResults<'a>,
    pub schedule: &'r MethodResults<'a>,
    /// H: schedule minus the arm that is blind to changes.
    pub headroom: Difference,
    /// Schedule minus constant, where a constant was run.
    pub above_constant: Option<Difference>,
}

impl Room<'_, '_> {
    pub fn scores(&self, method: &MethodResults<'_>) -> Scores {
        scores(self.benchmark, method)
    }

    pub fn sign(&self) -> f64 {
        sign(self.benchmark)
    }
}

fn scores(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>) -> Scores {
    benchmark.scores(method).by_seed.into_iter().collect()
}

fn sign(benchmark: &BenchmarkResults<'_>) -> f64 {
    if benchmark.higher_is_better() { 1.0 } else { -1.0 }
}

/// Target and arm of an arm of headroom.
fn arm<'a>(method: &MethodResults<'a>) -> Option<(&'a str, &'a str)> {
    let Some(Role::Control { kind, .. }) = method.role else { return None };
    kind.strip_prefix(MARK)?.rsplit_once(':')
}

/// The target of an arm that is a decay blind to changes, by the kind of its role.
pub(super) fn blind(kind: &str) -> Option<&str> {
    kind.strip_prefix(MARK)?.strip_suffix(":change-blind")
}

/// Headroom of every target of which both an arm that is blind and one that is not were run.
pub(super) fn rooms<'r, 'a>(benchmark: &'r BenchmarkResults<'a>) -> Vec<Room<'r, 'a>> {
    let targets: BTreeSet<&str> =
        benchmark.controls.iter().filter_map(arm).map(|(target, _)| target).collect();
    targets.into_iter().filter_map(|target| room(benchmark, target)).collect()
}

fn room<'r, 'a>(benchmark: &'r BenchmarkResults<'a>, target: &str) -> Option<Room<'r, 'a>> {
    let named = |name: &str| benchmark.controls.iter().find(|method| arm(method) == Some((target, name)));
    let first = |names: &[&str]| names.iter().find_map(|name| named(name));
    let (blind, schedule) = (first(&BLIND)?, first(&SCHEDULE)?);
    let own = scores(benchmark, schedule);
    let minus = |other: &MethodResults<'_>| Difference::new(&own, &scores(benchmark, other), sign(benchmark));
    Some(Room {
        headroom: minus(blind)?,
        above_constant: named("constant").and_then(minus),
        target: target.to_owned(),
        benchmark,
        blind,
        schedule,
    })
}

/// What a mechanism's receptors act on, as targets are named; empty where its records do not say.
pub(super) fn targets(mechanism: &MethodResults<'_>) -> BTreeSet<String> {
    mechanism.ok().next().map_or_else(BTreeSet::new, |record| targets_of(&record.spec.settings["modulation"]))
}

/// The same of a `[modulation]` table.
pub(super) fn targets_of(modulation: &serde_json::Value) -> BTreeSet<String> {
    let modulators = modulation["modulators"].as_object();
    let receptors =
        modulators.into_iter().flat_map(|all| all.values()).filter_map(|own| own["receptors"].as_array());
    let name = |receptor: &serde_json::Value| {
        let target = receptor["target"].as_str()?;
        let layers = receptor["layers"].as_array().map(Vec::as_slice);
        Some(match (receptor["term"].as_str(), layers) {
            (Some(term), _) => format!("{target}.{term}"),
            (None, Some([layer])) => format!("{target}.{layer}"),
            // A gate on every update is a gain on the rate.
            _ if target == "plasticity-gate" => "learning-rate".to_owned(),
            _ => target.to_owned(),
        })
    };
    receptors.flatten().filter_map(name).collect()
}
