//! `bench study`: search, controls, verdict and a page in one command, that says its cost and can be repeated.

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

#[test]
fn a_study_says_its_cost_searches_runs_every_control_and_does_nothing_twice() {
    let dir = definitions(&[("tiny.toml", &TINY_DOMAIN.replace("\"two\"", "\"noradrenaline\""))]);
    let out = folder();
    let study = |more: &[&str], code: i32| {
        let mut command = bench();
        command.args([
            "study",
            "noradrenaline",
            "tiny",
            "--trials",
            "2",
            "--restarts",
            "1",
            "--confirm",
            "1",
        ]);
        command.args(["--validation-seeds", "1", "--seeds", "2", "--quiet", "--benchmarks"]).arg(dir.path());
        let output = command.arg("--out").arg(out.path()).args(more).assert().code(code).get_output().clone();
        (String::from_utf8(output.stdout).expect("text"), String::from_utf8(output.stderr).expect("text"))
    };
    let (cost, _) = study(&["--dry-run"], 0);
    assert!(
        cost.contains("search 5 arms")
            && cost.contains("15 runs")
            && cost.contains("up to 8 methods × 2 seeds"),
        "{cost}"
    );
    assert!(!out.path().join("tuned").exists());
    study(&[], 0);
    let page = text(&out.path().join("study.md"));
    assert!(page.contains("| tiny | **"), "{page}");
    assert!(page.contains("validation score") && page.contains("bench headroom tiny --target"), "{page}");
    let verdicts = text(&out.path().join("verdicts.csv"));
    assert!(!verdicts.contains("not run"), "every required control: {verdicts}");
    let records = text(&out.path().join("records.jsonl"));
    let (again, _) = study(&[], 0);
    assert_eq!(text(&out.path().join("records.jsonl")), records, "{again}");
    assert!(!again.contains("scored again"), "nothing is searched twice: {again}");
    let error = bench()
        .args(["study", "naive", "split-digits-domain", "--dry-run"])
        .assert()
        .code(2)
        .get_output()
        .stderr
        .clone();
    let error = String::from_utf8_lossy(&error);
    assert!(error.contains("has no neuromodulators") && error.contains("modulation table"), "{error}");
}

const TINY_CUE: &str = r#"
schema = 1
id = "tiny-cue"
version = 1
paradigm = "sequence"
title = "Tiny cue binding"
summary = "For tests."
extends = "cue-binding-light"
training = { updates = 2, batch = 16, test_trials = 16 }
"#;

#[test]
fn a_mechanism_whose_modulation_is_built_in_is_studied_with_its_own_controls() {
    let dir = definitions(&[("tiny-cue.toml", TINY_CUE)]);
    let out = folder();
    let study = |more: &[&str]| {
        let mut command = bench();
        command.args([
            "study",
            "backpropamine",
            "tiny-cue",
            "--trials",
            "2",
            "--restarts",
            "2",
            "--confirm",
            "1",
        ]);
        command.args(["--validation-seeds", "1", "--seeds", "2", "--quiet", "--benchmarks"]).arg(dir.path());
        let output = command.arg("--out").arg(out.path()).args(more).assert().code(0).get_output().clone();
        String::from_utf8(output.stdout).expect("text")
    };
    // The mechanism, its constant, plasticity alone and the wider network have settings of their own; the second restart of
    // the constant is a method more.
    let cost = study(&["--dry-run"]);
    assert!(cost.contains("search 4 arms × 2 restarts × 2 trials × 1 seeds"), "{cost}");
    // 4 arms × 2 restarts × (2 trials × 1 seed + 1).
    assert!(cost.contains("24 runs"), "{cost}");
    assert!(cost.contains("up to 7 methods × 2 seeds"), "{cost}");
    study(&[]);
    let page = text(&out.path().join("study.md"));
    assert!(page.contains("| tiny-cue | **"), "{page}");
    for arm in ["backpropamine", "backpropamine-constant", "plastic", "recurrent"] {
        assert!(page.contains(&format!("- tiny-cue, {arm}: validation score")), "{arm}: {page}");
    }
    assert!(page.contains("headroom is not available"), "{page}");
    let verdicts = text(&out.path().join("verdicts.csv"));
    assert!(
        !verdicts.contains("not run") && !verdicts.contains("search"),
        "controls and equal budgets: {verdicts}"
    );
    let records = text(&out.path().join("records.jsonl"));
    for method in ["backpropamine-mean", "backpropamine-shuffled", "backpropamine-constant+restart-2"] {
        assert!(records.contains(&format!("\"method\":\"{method}\"")), "{method}");
    }
    let again = study(&[]);
    assert!(!again.contains("scored again"), "nothing is searched twice: {again}");
    assert_eq!(text(&out.path().join("records.jsonl")), records);
}

#[test]
fn what_cannot_be_searched_or_has_no_control_is_said_before_anything_trains() {
    let cost = |mechanism: &str, benchmark: &str| {
        let output =
            bench().args(["study", mechanism, benchmark, "--dry-run"]).assert().code(0).get_output().clone();
        String::from_utf8(output.stdout).expect("text")
    };
    let full = cost("full", "go-nogo-session");
    assert!(full.contains("search 4 arms") && !full.contains("without it there is no verdict"), "{full}");
    let observer = cost("observer", "change-point");
    assert!(observer.contains("no preset of it has a space to search"), "{observer}");
    // Constants of every mechanism of the paradigm are controls where they fit the task, so of a bandit and not here.
    assert!(observer.contains("up to 7 methods"), "{observer}");
    let attention = cost("attention", "go-nogo-session");
    let lacking = "no preset is its tuned-optimiser, tuned-constant, mean-gain, shuffled: without it there is no verdict";
    assert!(attention.contains(lacking), "{attention}");
}
