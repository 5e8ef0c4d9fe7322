//! `bench validate`: rows are listed and chosen by name; what it says of numbers is tested in `src/validate`.

use std::collections::BTreeMap;

use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, folder};

#[test]
fn rows_are_chosen_by_source_benchmark_and_method() {
    let listed = |names: &[&str]| {
        let output = bench().arg("validate").args(names).arg("--dry-run").output().expect("runs");
        assert!(output.status.success());
        String::from_utf8(output.stdout).expect("a text")
    };
    assert_eq!(listed(&[]).lines().count(), 80);
    assert_eq!(listed(&["van-de-ven-2022"]).lines().count(), 20);
    let one = listed(&["split-mnist-class", "ewc"]);
    assert!(one.lines().count() == 1 && one.contains("split-mnist-class · ewc: 5 seeds"), "{one}");
    assert!(listed(&["ewc", "si", "--quick"]).lines().all(|line| line.contains(": 1 seeds")));
}

#[test]
fn what_cannot_run_is_told_before_anything_trains() {
    let out = folder();
    let refused = |arguments: &[&str], told: &str| {
        let mut command = bench();
        command.arg("validate").args(arguments).arg("--out").arg(out.path());
        command.assert().code(2).stderr(contains(told));
        assert!(!out.path().join("records.jsonl").exists(), "{told}");
    };
    refused(&["van-de-ven-2202"], "did you mean `van-de-ven-2022`?");
    refused(&["der-2020", "ewc"], "names that a row has together");
    refused(&["der-2020", "naive", "--quick"], "train-images-idx3-ubyte.gz not found in");
    bench()
        .args(["validate", "--quick", "--seeds", "3"])
        .assert()
        .code(2)
        .stderr(contains("--quick").and(contains("--seeds")));
}

/// Means, seeds and counts of the page against the scores that lie beside it.
#[test]
fn the_page_says_what_its_scores_say() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("is there");
    let (page, scores) = (read("docs/validation.md"), read("results/reference/validation/scores.csv"));
    // By benchmark and method: of the newest version, which comes last.
    let mut known = BTreeMap::<(String, String), (u32, Vec<f64>)>::new();
    for row in scores.lines().skip(1) {
        let cells: Vec<&str> = row.split(',').collect();
        let version = cells[1].parse().expect("a version");
        let own = known.entry((cells[0].to_owned(), cells[2].to_owned())).or_default();
        if own.0 < version {
            *own = (version, Vec::new());
        }
        own.1.push(100.0 * cells[6].parse::<f64>().expect("a score"));
    }
    let (mut five, mut within) = (0, 0);
    for line in page.lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, benchmark, method, ours, seeds, _, _, verdict @ ("within" | "misses"), ..] = cells[..] else {
            continue;
        };
        let key = (benchmark.trim_matches('`').to_owned(), method.trim_matches('`').to_owned());
        let (_, scores) = known.get(&key).unwrap_or_else(|| panic!("no scores: {line}"));
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let told: f64 = ours.split(' ').next().and_then(|mean| mean.parse().ok()).expect("a mean");
        assert!((told - mean).abs() < 0.011 && seeds == scores.len().to_string(), "{mean:.2}: {line}");
        five += usize::from(scores.len() >= 5);
        within += usize::from(scores.len() >= 5 && verdict == "within");
    }
    let told = format!("In all {five} rows have five seeds, of ten sources, and {within} of them lie within");
    assert!(five >= 40 && within >= 32 && page.contains(&told), "{told}");
}
