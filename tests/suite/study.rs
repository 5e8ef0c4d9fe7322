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
    assert!(cost.contains("9 runs") && cost.contains("up to 6 methods × 2 seeds"), "{cost}");
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
