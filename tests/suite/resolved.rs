//! What every method resolves to on every benchmark of its paradigm, as a hash: a definition may be written in another way,
//! but it must mean the same, because records are found again by what their settings say.
//!
//! A new preset needs no entry. Whoever changes settings on purpose bumps a version, says why, and renews the file with
//! `UPDATE_RESOLVED=1 cargo test -p neuromod-bench --test suite resolved`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use neuromod_bench::base::digest::sha256_hex;
use neuromod_bench::registry::protocol;
use neuromod_bench::run::{Plan, PlannedRun, Selection};

use crate::common::shipped;

/// Hashes by method, by benchmark at its version.
type Hashes = BTreeMap<String, BTreeMap<String, String>>;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/resolved.json")
}

fn plan(benchmark: &str, method: &str) -> neuromod_bench::base::error::Result<Plan> {
    let selection = Selection {
        targets: vec![benchmark.to_owned()],
        methods: vec![method.to_owned()],
        seeds: Some(1),
        ..Selection::default()
    };
    Plan::new(shipped(), &selection)
}

/// Every pair that resolves, by benchmark and by the method that was asked for, planned once for all tests; the others are
/// refused before anything trains.
static PLANNED: LazyLock<BTreeMap<&str, Vec<(&str, PlannedRun)>>> = LazyLock::new(|| {
    let mut planned = BTreeMap::<_, Vec<_>>::new();
    for (id, benchmark) in &shipped().benchmarks {
        for method in shipped().method_ids(&benchmark.header.paradigm) {
            let Ok(plan) = plan(id, method) else { continue };
            planned.entry(id.as_str()).or_default().extend(plan.runs.into_iter().map(|run| (method, run)));
        }
    }
    planned
});

fn resolved() -> Hashes {
    let mut hashes = Hashes::new();
    for (method, run) in PLANNED.values().flatten() {
        assert_eq!(run.spec.method, *method, "a preset's own id names its runs");
        let content = serde_json::to_string(&(&run.spec.settings, &run.titles.method)).expect("JSON");
        let own = hashes.entry(format!("{}@{}", run.spec.benchmark, run.spec.version)).or_default();
        own.insert(run.spec.method.clone(), sha256_hex(content.as_bytes())[..16].to_owned());
    }
    hashes
}

#[test]
fn every_pair_of_benchmark_and_method_resolves_to_what_it_did() {
    let found = resolved();
    if std::env::var_os("UPDATE_RESOLVED").is_some() {
        let text = serde_json::to_string_pretty(&found).expect("JSON") + "\n";
        std::fs::write(file(), text).expect("written");
        return;
    }
    let text = std::fs::read_to_string(file()).expect("the file of hashes");
    let known: Hashes = serde_json::from_str(&text).expect("JSON");
    let of = |benchmark: &str, method: &str| found.get(benchmark).and_then(|own| own.get(method));
    let pairs = known.iter().flat_map(|(benchmark, own)| own.iter().map(move |pair| (benchmark, pair)));
    let moved: Vec<String> = pairs
        .filter(|(benchmark, (method, hash))| of(benchmark, method) != Some(hash))
        .map(|(benchmark, (method, _))| format!("{benchmark} {method}"))
        .collect();
    assert!(moved.is_empty(), "{} pairs resolve to something else: {moved:?}", moved.len());
}

#[test]
fn every_preset_resolves_on_some_benchmark() {
    let resolve: BTreeSet<(&str, &str)> =
        PLANNED.values().flatten().map(|(method, run)| (run.spec.paradigm.as_str(), *method)).collect();
    let of = |((paradigm, id), _): (&'static (String, String), _)| (paradigm.as_str(), id.as_str());
    let nowhere: Vec<_> = shipped().methods.iter().map(of).filter(|pair| !resolve.contains(pair)).collect();
    assert!(nowhere.is_empty(), "no benchmark takes {nowhere:?}");
}

/// What may differ between runs that are compared is the method's; all else a benchmark resolves to is the same.
#[test]
fn every_method_leaves_the_benchmarks_own_settings_as_they_are() {
    for (id, runs) in PLANNED.iter() {
        let mut own: Option<BTreeMap<&String, &serde_json::Value>> = None;
        for (method, run) in runs {
            let of_method = protocol(&run.spec.paradigm).expect("known").settings_of_method();
            let settings = run.spec.settings.as_object().expect("a table").iter();
            let shared: BTreeMap<_, _> =
                settings.filter(|(key, _)| !of_method.contains(&key.as_str())).collect();
            assert!(!shared.is_empty(), "{id}: nothing is the benchmark's own");
            assert_eq!(own.get_or_insert_with(|| shared.clone()), &shared, "{id} · {method}");
        }
    }
    let compared: usize = PLANNED.values().map(Vec::len).sum();
    assert!(compared > 500, "{compared}");
}

/// The only run of a method on a benchmark, or what it is refused with.
fn asked(benchmark: &str, method: &str) -> Result<(String, String), String> {
    let plan = plan(benchmark, method).map_err(|error| error.to_string())?;
    let run = plan.runs.into_iter().next().expect("a run");
    Ok((run.spec.method, run.key))
}

#[test]
fn a_control_that_is_built_in_is_found_by_what_it_is_and_keeps_its_records() {
    for (benchmark, name, id) in [
        ("switching-bandit", "doya+without:dopamine", "doya-no-da"),
        ("switching-bandit", "doya+mean-gain", "doya-mean"),
        ("switching-bandit", "doya+tuned-constant-3", "constants-3"),
        ("switching-bandit", "uncertainty+tuned-constant", "uncertainty-constants"),
        ("change-point", "observer+tuned-constant-2", "fixed-rate-2"),
        ("go-nogo-session", "plateau+without:bursting", "plateau-no-bursting"),
        ("opposed-light", "gain-100+tuned-constant", "gain-100-mean"),
        ("cue-binding-light", "backpropamine+shuffled", "backpropamine-shuffled"),
    ] {
        let (method, key) = asked(benchmark, name).expect(name);
        assert_eq!(method, id, "{name}");
        assert_eq!(key, asked(benchmark, id).expect(id).1, "{name}");
    }
}

#[test]
fn a_control_that_a_built_in_mechanism_does_not_have_is_answered_with_those_that_it_has() {
    let error = asked("switching-bandit", "doya+yoked").expect_err("none");
    assert!(error.contains("doya+without:dopamine") && error.contains("doya+mean-gain"), "{error}");
}
