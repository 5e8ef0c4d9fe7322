//! Searches from the command line: what they write, that they find it again, and what runs make of it.

use std::fs;
use std::path::Path;

use neuromod_bench::registry::protocol;

use crate::common;
use crate::common::{TINY_DOMAIN, bench};

const MECHANISM: &str = r#"
schema = 1
id = "two"
title = "Two"
paradigm = "incremental"
kind = "naive"
provenance = "for tests"
[modulation.modulators.noradrenaline]
source = { kind = "surprise" }
receptors = [{ target = "slope", sensitivity = 0.5 }, { target = "learning-rate", sensitivity = 1.0 }]
"#;

fn definitions() -> tempfile::TempDir {
    common::definitions(&[("tiny.toml", TINY_DOMAIN), ("two.toml", MECHANISM)])
}

fn tune(folder: &Path, more: &[&str]) -> String {
    let small = ["--trials", "3", "--restarts", "2", "--seeds", "1", "--confirm", "1"];
    let output = bench()
        .args(["tune", "tiny", "--method", "two", "--benchmarks"])
        .arg(folder)
        .arg("--out")
        .arg(folder)
        .arg("--records")
        .arg(folder.join("records"))
        .args(small)
        .args(more)
        .assert()
        .success();
    String::from_utf8_lossy(&output.get_output().stdout).into_owned()
}

#[test]
fn a_search_run_again_on_top_of_what_it_found_finds_the_same() {
    let dir = definitions();
    let said = tune(dir.path(), &["--jobs", "2"]);
    assert!(
        said.contains("mechanism of two on tiny: 2 × 3 trials") && said.contains("tuned-constant"),
        "{said}"
    );
    let file = dir.path().join("incremental.toml");
    let first = fs::read_to_string(&file).expect("a file of tuned values");
    // The values are in force now: a search that compounded would move on from them. It trains again.
    fs::remove_dir_all(dir.path().join("records")).expect("records of the search");
    tune(dir.path(), &["--jobs", "1"]);
    assert_eq!(first, fs::read_to_string(&file).expect("the same file"));
}

#[test]
fn tuned_values_and_controls_run_and_their_records_name_the_search() {
    let dir = definitions();
    tune(dir.path(), &[]);
    let out = dir.path().join("out");
    let methods = "two,two+tuned-constant,two+tuned-optimiser,naive";
    bench()
        .args(["run", "tiny", "--seeds", "1", "--quiet", "--method", methods, "--benchmarks"])
        .arg(dir.path())
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let records = fs::read_to_string(out.join("records.jsonl")).expect("records");
    let of = |method: &str| -> serde_json::Value {
        let records =
            records.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let mut of = records.filter(|record| record["spec"]["method"] == method);
        of.next().unwrap_or_else(|| panic!("no record of {method}"))
    };
    for method in ["two", "two+tuned-constant", "two+tuned-optimiser"] {
        let search = &of(method)["titles"]["search"];
        assert_eq!((search["trials"].as_u64(), search["restarts"].as_u64()), (Some(3), Some(2)), "{method}");
    }
    assert!(of("naive")["titles"]["search"].is_null());
    let constant = of("two+tuned-constant");
    assert_eq!(constant["titles"]["role"]["control"]["kind"], "tuned-constant");
    let modulator = &constant["spec"]["settings"]["modulation"]["modulators"]["noradrenaline"];
    assert_eq!(modulator["source"]["kind"], "constant");
    assert!(of("two+tuned-optimiser")["spec"]["settings"]["modulation"].is_null());
}

#[test]
fn a_tuned_control_without_a_search_names_the_command() {
    let dir = definitions();
    let output = bench()
        .args(["run", "tiny", "--method", "two+tuned-constant", "--dry-run", "--benchmarks"])
        .arg(dir.path())
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(said.contains("bench tune tiny --method two"), "{said}");
}

#[test]
fn single_values_are_tried_whole_numbers_and_words_too() {
    let dir = definitions();
    for values in ["optimiser.rate=1,0.1", "optimiser.kind=sgd,adam"] {
        let output = bench()
            .args(["tune", "tiny", "--method", "naive", "--seeds", "1", "--try", values, "--benchmarks"])
            .arg(dir.path())
            .arg("--records")
            .arg(dir.path().join("records"))
            .assert()
            .success();
        let said = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
        assert_eq!(said.lines().count(), 3, "{said}");
    }
    let wrong = ["tune", "tiny", "--method", "naive", "--try", "optimiser.rate", "--benchmarks"];
    bench().args(wrong).arg(dir.path()).assert().code(2);
}

#[test]
fn every_tuned_value_that_is_shipped_belongs_to_a_preset_as_it_stands_and_resolves() {
    let library = neuromod_bench::definitions::shipped().expect("definitions");
    for ((paradigm, method, benchmark, arm), tuned) in &library.tuned {
        let benchmark = library.benchmark(benchmark).expect(benchmark);
        let preset = neuromod_bench::run::timing_preset(&library, benchmark, method)
            .unwrap_or_else(|| library.method(paradigm, method).cloned())
            .expect(method);
        let found = library.found(&preset, benchmark, *arm).expect("readable");
        let id = &benchmark.header.id;
        assert!(found.is_some(), "stale: run again `{}` ({arm:?})", tuned.command);
        assert!(tuned.restarts >= 4, "{method} on {id}: a verdict needs four restarts");
        let values = preset.with_values(id, &tuned.values).expect("values");
        protocol(paradigm).expect("protocol").resolve(benchmark, &values).expect("values that resolve");
    }
}

/// `tune` with its records in `folder/records`, not waited for.
fn tune_command(folder: &Path) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_bench"));
    command
        .args(["tune", "tiny", "--method", "two", "--jobs", "1", "--trials", "30", "--restarts", "2"])
        .args(["--seeds", "2", "--confirm", "2", "--benchmarks"])
        .arg(folder)
        .arg("--out")
        .arg(folder)
        .arg("--records")
        .arg(folder.join("records"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped());
    command
}

#[test]
fn a_search_that_is_killed_or_interrupted_goes_on_and_finds_the_same() {
    let (whole, stopped) = (definitions(), definitions());
    assert!(tune_command(whole.path()).status().expect("runs").success());
    let journal = |folder: &Path| folder.join("records").join("records.jsonl");
    let lines = |folder: &Path| fs::read_to_string(journal(folder)).unwrap_or_default().lines().count();
    let mut counted = 0;
    for (signal, code) in [("-KILL", None), ("-INT", Some(75)), ("-TERM", Some(75))] {
        let mut child = tune_command(stopped.path()).spawn().expect("starts");
        let begun = std::time::Instant::now();
        while lines(stopped.path()) < counted + 3 && begun.elapsed().as_secs() < 60 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        let id = child.id().to_string();
        assert!(std::process::Command::new("kill").args([signal, &id]).status().expect("kill").success());
        assert_eq!(child.wait().expect("ends").code(), code, "{signal}");
        assert!(!stopped.path().join("incremental.toml").exists(), "stopped before an answer was whole");
        counted = lines(stopped.path());
    }
    let output = tune_command(stopped.path()).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("runs are already in"), "{said}");
    let found = |folder: &Path| fs::read_to_string(folder.join("incremental.toml")).expect("found values");
    assert_eq!(found(whole.path()), found(stopped.path()));
    assert_eq!(lines(whole.path()), lines(stopped.path()), "nothing was lost, nothing was run twice");
}

#[test]
fn a_trial_that_fails_is_a_record_and_is_named() {
    let dir = definitions();
    let wrong = ["tune", "tiny", "--method", "naive", "--seeds", "1", "--try", "optimiser.rate=0.1,-1"];
    let output = bench()
        .args(wrong)
        .arg("--benchmarks")
        .arg(dir.path())
        .arg("--records")
        .arg(dir.path().join("records"))
        .assert()
        .code(2);
    let said = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(said.contains("optimiser.rate") && said.contains("-1"), "{said}");
}
