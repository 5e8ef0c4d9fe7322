//! What every method resolves to on every benchmark of its paradigm, as a hash: a definition may be written in another way,
//! but it must mean the same, because records are found again by what their settings say.
//!
//! A new preset needs no entry. Whoever changes settings on purpose bumps a version, says why, and renews the file with
//! `UPDATE_RESOLVED=1 cargo test -p neuromod-bench --test suite resolved`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use neuromod_bench::base::digest::sha256_hex;
use neuromod_bench::run::{Plan, Selection};

/// Hashes by method, by benchmark at its version.
type Hashes = BTreeMap<String, BTreeMap<String, String>>;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/resolved.json")
}

/// Every pair that resolves; the others are refused before anything trains.
fn resolved() -> Hashes {
    let library = neuromod_bench::definitions::shipped().expect("definitions");
    let mut hashes = Hashes::new();
    for benchmark in library.benchmarks.values() {
        let header = &benchmark.header;
        let own = hashes.entry(format!("{}@{}", header.id, header.version)).or_default();
        for method in library.method_ids(&header.paradigm) {
            let selection = Selection {
                targets: vec![header.id.clone()],
                methods: vec![method.to_owned()],
                seeds: Some(1),
            };
            let Ok(plan) = Plan::new(&library, &selection) else { continue };
            for run in plan.runs {
                assert_eq!(run.spec.method, method, "a preset's own id names its runs");
                let content = serde_json::to_string(&(&run.spec.settings, &run.titles.method));
                own.insert(run.spec.method, sha256_hex(content.expect("JSON").as_bytes())[..16].to_owned());
            }
        }
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
