//! Decays in training time that are blind to changes, as controls of whatever acts on the same thing of the same method.
//!
//! Who makes them: `bench run` derives the arm `METHOD+headroom:TARGET:change-blind` with `controls = ["required"]`, where a
//! search has found its values. One row of a method and target serves every mechanism.

use std::collections::BTreeSet;

use serde_json::Value;

use super::headroom::{blind, targets_of};
use super::results::{BenchmarkResults, MethodResults};
use contract::definition::SearchNote;

/// Paradigms whose mechanisms are held against a decay; elsewhere nobody can say how long a run is before it runs.
const PARADIGMS: [&str; 2] = ["incremental", "online"];
/// Targets of which a layer or a term is a target of its own.
const APART: [&str; 4] = ["slope.", "bias.", "feature-gate.", "loss-weight."];

/// What a decay is asked on for a `[modulation]` table: its targets as `bench headroom` names them, those of all layers where
/// only some are meant and no arm can say which.
pub fn decay_targets(modulation: &Value) -> BTreeSet<String> {
    let whole = |target: String| {
        let apart = APART.iter().any(|prefix| target.starts_with(prefix));
        let name = if apart { &target } else { target.split('.').next().unwrap_or_default() };
        // A gate on every update is a gain on the rate.
        if name == "plasticity-gate" { "learning-rate".to_owned() } else { name.to_owned() }
    };
    targets_of(modulation).into_iter().map(whole).collect()
}

/// Decays on what a mechanism acts on.
pub(super) struct Decays<'r, 'a> {
    pub run: Vec<&'r MethodResults<'a>>,
    /// Targets of which none was run that was searched as long as the mechanism.
    pub missing: Vec<String>,
}

impl<'r, 'a> Decays<'r, 'a> {
    /// Those of the mechanism's method among everything that was run on the benchmark.
    pub fn of(benchmark: &'r BenchmarkResults<'a>, mechanism: &MethodResults<'_>) -> Self {
        let record = mechanism.records.first();
        let asked = record.filter(|record| PARADIGMS.contains(&record.spec.paradigm.as_str()));
        let targets = asked.map(|record| decay_targets(&record.spec.settings["modulation"]));
        let (mut run, mut missing) = (Vec::new(), targets.unwrap_or_default());
        let trials = |method: &MethodResults<'_>| method.search().map_or(0, SearchNote::total);
        let targets = missing.clone();
        for own in benchmark.controls.iter().chain(&benchmark.methods) {
            let Some(target) = decays(own, mechanism).filter(|target| targets.contains(*target)) else {
                continue;
            };
            run.push(own);
            if trials(own) >= trials(mechanism) {
                missing.remove(target);
            }
        }
        Self { run, missing: missing.into_iter().collect() }
    }
}

fn kind<'a>(method: &MethodResults<'a>) -> Option<&'a Value> {
    method.records.first().map(|record| &record.spec.settings["method"]["kind"])
}

/// What a method lets decay, if that is the mechanism's method: an arm of headroom, or a decayed rate that was searched.
fn decays<'a>(own: &MethodResults<'a>, mechanism: &MethodResults<'_>) -> Option<&'a str> {
    let (own_kind, kind) = (kind(own)?, kind(mechanism)?);
    if own_kind == "decayed-rate" {
        return (kind == "latest" && own.search().is_some()).then_some("learning-rate");
    }
    let Some(contract::Role::Control { kind: role, .. }) = own.role else { return None };
    blind(role).filter(|_| own_kind == kind)
}

#[cfg(test)]
#[path = "decay_tests.rs"]
mod tests;
