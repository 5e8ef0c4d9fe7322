//! The case studies' mechanisms stand in the verdict table with the controls that a verdict needs.

use std::collections::{BTreeMap, BTreeSet};

use neuromod_bench::base::stats::{REQUIRED, TUNED_CONSTANT, UNMODULATED};
use neuromod_bench::contract::Role;
use neuromod_bench::run::{Plan, Selection};

/// Mechanism → (kinds of its controls, methods planned for the kind) of one benchmark in a suite's plan, and the seeds.
fn planned(plan: &Plan, benchmark: &str, mechanism: &str) -> (BTreeMap<String, BTreeSet<String>>, usize) {
    let runs: Vec<_> = plan.runs.iter().filter(|run| run.spec.benchmark == benchmark).collect();
    let own: Vec<_> = runs.iter().filter(|run| run.spec.method == mechanism).collect();
    assert!(!own.is_empty(), "{mechanism} on {benchmark}");
    assert!(own.iter().all(|run| run.titles.role == Some(Role::Mechanism)), "{mechanism} is a mechanism");
    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for run in &runs {
        if let Some(Role::Control { of, kind, also, .. }) = &run.titles.role
            && of.as_ref().is_none_or(|of| of == mechanism)
        {
            for kind in std::iter::once(kind).chain(also) {
                kinds.entry(kind.clone()).or_default().insert(run.spec.method.clone());
            }
        }
    }
    (kinds, own.len())
}

#[test]
fn suites_plan_the_controls_and_seeds_that_a_verdict_on_a_case_study_needs() {
    let mut plans = BTreeMap::new();
    for (suite, benchmark, mechanism) in [
        ("core", "go-nogo-session", "full"),
        ("core", "go-nogo-session", "plateau"),
        ("core", "opposed-light", "gain-100"),
        ("opposed-behaviours", "opposed-light", "gain-100"),
        ("go-nogo", "go-nogo-session", "full"),
        ("go-nogo", "go-nogo-reversal", "full"),
        ("go-nogo", "go-nogo-extradimensional", "full"),
        ("go-nogo", "go-nogo-attentional-set", "full"),
        ("go-nogo-plateau", "go-nogo-session", "plateau"),
        ("go-nogo-plateau", "go-nogo-attentional-set", "plateau"),
        ("opposed-behaviours", "opposed-go-nogo", "gain-100"),
        ("opposed-behaviours", "nine-levels", "gain-100"),
        ("opposed-behaviours", "nine-behaviours", "nine-populations"),
    ] {
        let place = format!("{mechanism} on {benchmark} in {suite}");
        let plan = plans.entry(suite).or_insert_with(|| {
            let selection = Selection { targets: vec![suite.into()], ..Selection::default() };
            Plan::new(crate::common::shipped(), &selection).expect(suite)
        });
        let (kinds, seeds) = planned(plan, benchmark, mechanism);
        assert!(seeds >= 10, "{place}: {seeds} seeds");
        for kind in REQUIRED.into_iter().chain([UNMODULATED]) {
            let rows = kinds.get(kind).map_or(0, BTreeSet::len);
            // One control of a kind: of two the report would have to choose. Of tuned constants it takes every restart's.
            let fits = if kind == TUNED_CONSTANT { rows >= 1 } else { rows == 1 };
            assert!(fits, "{place}: {kind}: {rows}");
        }
    }
}
