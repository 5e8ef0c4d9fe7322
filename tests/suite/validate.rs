//! `bench validate`: rows are listed and chosen by name; what it says of numbers is tested in `src/validate`.

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
