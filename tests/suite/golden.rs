//! Golden hashes: what one small run per protocol and mechanism measures, to the last bit.
//!
//! A refactoring reproduces them; a change that can alter a number bumps a version, says why, and renews them with
//! `UPDATE_GOLDEN=1 cargo test --test suite golden -- --include-ignored`. Matrix kernels choose their blocks by the
//! processor, so hashes are kept per processor (`build.rs` names it); on one that has none the test is reported as ignored, and
//! `tests/golden_against.sh` compares with the parent commit's program: what both run of the same version has the same hash.
//! A new method needs no entry; renewing gives it one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use neuromod_bench::base::digest::sha256_hex;
use neuromod_bench::contract::{Protocol, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::{PROTOCOLS, protocol};
use neuromod_bench::run::{Plan, Selection};

use crate::conformance::short;
use crate::tiny;

/// Methods of a benchmark.
type Runs = &'static [(&'static str, &'static [&'static str])];

const RUNS: Runs = &[
    ("split-digits-task", &["naive", "frozen", "l2", "ewc", "online-ewc", "si", "mas", "separate", "joint"]),
    ("split-digits-domain", &["four-modulators", "noise-rate", "ewc-sampled"]),
    (
        "digits-drift",
        &["sgd-0-1", "window", "replay", "adwin", "page-hinkley", "observer", "four-modulators"],
    ),
    ("sea", &["decayed", "adam"]),
    ("digits-even-to-odd", &["l2-sp", "noradrenaline"]),
    ("sinusoid-phase", &["fine-tune"]),
    ("digits-attributes", &["pc-grad", "uncertainty", "dopamine"]),
    ("sinusoid-10shot-quick", &["maml", "serotonin"]),
    ("switching-bandit-volatile", &["doya"]),
    ("change-point", &["observer"]),
    ("cue-binding-light", &["backpropamine@optimiser.rate=0.01"]),
];

/// What [`RUNS`] leaves out: apart, so that processors which are known for those alone guard those.
const CASES: Runs = &[
    (
        "split-digits-task",
        &[
            "rwalk",
            "scp",
            "lwf",
            "er",
            "der",
            "a-gem",
            "gem",
            "stable-sgd",
            "xdg",
            "k-wta",
            "learned-biases",
            "packnet",
            "gdumb",
            "gpm",
            "progressive",
            "active-dendrites",
        ],
    ),
    ("split-digits-class", &["icarl"]),
    ("digits-attributes", &["grad-norm", "weight-average"]),
    ("sinusoid-10shot-quick", &["nmn"]),
    ("go-nogo-policy", &["full"]),
    ("opposed-light", &["gain-100"]),
    ("goal-switching-85", &["ach-ne"]),
];

/// The hashes of this processor: those that are kept, or those that another commit's program left.
fn file(folder: &str) -> PathBuf {
    let kept = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let fixtures = std::env::var_os("GOLDEN_AGAINST").map_or_else(kept, PathBuf::from);
    fixtures.join(folder).join(concat!(env!("NEUROMOD_PROCESSOR"), ".json"))
}

/// The runs of a list, on the benchmarks as they ship.
fn shipped(runs: Runs) -> Vec<RunSpec> {
    let planned = runs.iter().flat_map(|(benchmark, methods)| {
        let selection = Selection {
            targets: vec![(*benchmark).to_owned()],
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            seeds: Some(1),
            ..Selection::default()
        };
        Plan::new(crate::common::shipped(), &selection).expect(benchmark).runs
    });
    planned.map(|run| run.spec).collect()
}

/// Every kind of method of the registry that is in neither list, on its short benchmark: what takes long as it ships, or has data
/// that are not embedded.
fn left_out() -> Vec<RunSpec> {
    let library = tiny::library();
    let info = |of: &dyn Protocol, kind: &str| of.methods().into_iter().find(|info| info.kind == kind);
    let mut held: BTreeSet<(&str, &str)> = BTreeSet::new();
    for spec in shipped(RUNS).into_iter().chain(shipped(CASES)) {
        let of = protocol(&spec.paradigm).expect("registered");
        let preset = spec.method.split('@').next().expect("a name");
        let kind = &library.method(&spec.paradigm, preset).expect("known").header.kind;
        held.extend(info(of, kind).map(|info| (info.kind, info.formula)));
    }
    let mut specs = Vec::new();
    for of in PROTOCOLS {
        // A namesake of another formula is another method.
        let others = of.methods().into_iter().filter(|info| held.insert((info.kind, info.formula)));
        specs.extend(others.filter_map(|info| short(&library, *of, info.kind)));
    }
    specs
}

/// The hash of each run's raw log, by benchmark at its version, method, and what else tells it from others.
fn measured(specs: &[RunSpec], data: &Data, beside: &str) -> BTreeMap<String, String> {
    neuromod_bench::run::prepare_process();
    let mut hashes = BTreeMap::new();
    for spec in specs {
        let of = protocol(&spec.paradigm).expect("registered");
        let mut log = of.run(spec, data, &mut Unwatched).expect("a run");
        // As `result_sha256`: looks beside the run are no part of what it measured.
        log.probes.clear();
        let text = serde_json::to_string(&log).expect("JSON");
        let name = format!("{}@{} {}{beside}", spec.benchmark, spec.version, spec.method);
        hashes.insert(name, sha256_hex(text.as_bytes())[..16].to_owned());
    }
    hashes
}

#[test]
#[cfg_attr(not(golden_known), ignore = "no golden hashes for this processor")]
fn one_small_run_per_protocol_and_mechanism_has_the_bits_that_it_had() {
    check(&measured(&shipped(RUNS), &Data::new(DataFolder::choose(None)), ""), "golden");
}

#[test]
#[cfg_attr(
    not(golden_cases_known),
    ignore = "no golden hashes of case studies and later methods for this processor"
)]
fn case_studies_and_later_methods_have_the_bits_that_they_had() {
    let mut hashes = measured(&shipped(CASES), &Data::new(DataFolder::choose(None)), "");
    hashes.extend(measured(&left_out(), tiny::data(), ", short"));
    check(&hashes, "golden_cases");
}

fn check(measured: &BTreeMap<String, String>, folder: &str) {
    let file = file(folder);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(measured).expect("JSON") + "\n";
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("created");
        std::fs::write(file, text).expect("written");
        return;
    }
    let text = std::fs::read_to_string(file).expect("hashes for this processor");
    let golden: BTreeMap<String, String> = serde_json::from_str(&text).expect("JSON");
    if std::env::var_os("GOLDEN_AGAINST").is_some() {
        let both: Vec<_> =
            measured.iter().filter_map(|(name, hash)| Some((name, hash, golden.get(name)?))).collect();
        let moved: Vec<_> =
            both.iter().filter(|(_, own, other)| own != other).map(|(name, ..)| name).collect();
        eprintln!("{folder}: {} of {} runs are of both programs", both.len(), measured.len());
        assert!(!both.is_empty() && moved.is_empty(), "moved: {moved:?}; a version would say why");
        return;
    }
    // What is new has no bits that it had.
    let (known, new): (Vec<_>, Vec<_>) = measured.iter().partition(|(name, _)| golden.contains_key(*name));
    if !new.is_empty() {
        eprintln!("{folder}: no hash yet of {:?}", new.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
    let moved: Vec<&String> =
        known.into_iter().filter(|(name, hash)| golden[*name] != **hash).map(|(name, _)| name).collect();
    let gone: Vec<&String> = golden.keys().filter(|name| !measured.contains_key(*name)).collect();
    assert!(
        moved.is_empty() && gone.is_empty(),
        "moved: {moved:?}; gone: {gone:?}; renew them if a version says why"
    );
}
