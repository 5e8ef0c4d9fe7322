//! Searches from the command line: what they write, that they find it again, and what runs make of it.

use std::fs;
use std::path::Path;

use neuromod_bench::registry::protocol;
use neuromod_bench::tune::{Budget, Search};

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

pub fn definitions() -> tempfile::TempDir {
    common::definitions(&[("tiny.toml", TINY_DOMAIN), ("two.toml", MECHANISM)])
}

/// The records of one seed of `tiny`, with the definitions of a folder.
fn ran(folder: &Path, more: &[&str]) -> Vec<serde_json::Value> {
    let out = folder.join("out");
    bench()
        .args(["run", "tiny", "--seeds", "1", "--quiet"])
        .args(more)
        .arg("--benchmarks")
        .arg(folder)
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let records = fs::read_to_string(out.join("records.jsonl")).expect("records");
    records.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

pub fn tune(folder: &Path, more: &[&str]) -> String {
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
    let methods = "two,two+tuned-constant,two+tuned-optimiser,naive";
    let records = ran(dir.path(), &["--method", methods]);
    let of = |method: &str| -> serde_json::Value {
        let of = records.iter().find(|record| record["spec"]["method"] == method);
        of.unwrap_or_else(|| panic!("no record of {method}")).clone()
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
    let library = crate::common::shipped();
    for ((paradigm, method, benchmark, arm), tuned) in &library.tuned {
        let benchmark = library.benchmark(benchmark).expect(benchmark);
        let preset = neuromod_bench::run::timing_preset(library, benchmark, method)
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

/// A range whose end a method refuses would end the documented command before its first run.
#[test]
fn every_search_that_ships_can_start() {
    let library = crate::common::shipped();
    let budget = Budget { trials: 2, restarts: 1, seeds: 1, confirm: 1 };
    let mut refused = Vec::new();
    for benchmark in library.benchmarks.values() {
        let search = Search { library, benchmark, budget, estimator: false };
        for method in &benchmark.header.methods {
            let preset = library.method(&benchmark.header.paradigm, method).expect("a listed method");
            if preset.header.control.is_some() {
                continue;
            }
            for question in search.questions(method).expect("questions") {
                // A benchmark whose split is drawn per seed has no validation data to search on, and says so.
                if let Err(error) = search.check(&question)
                    && !error.to_string().contains("`evaluate` = validation")
                {
                    refused.push(format!("{method} on {}: {error}", benchmark.header.id));
                }
            }
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// `bench tune` with everything below one folder: what it says on stderr, and its code.
pub fn refused(folder: &Path, arguments: &[&str]) -> (String, Option<i32>) {
    let mut command = bench();
    command.arg("tune").args(arguments).arg("--benchmarks").arg(folder).arg("--records");
    let output = command.arg(folder.join("records")).output().expect("runs");
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

pub const SMALL: [&str; 8] = ["--trials", "2", "--restarts", "1", "--seeds", "1", "--confirm", "1"];

#[test]
fn what_a_search_needs_is_checked_before_anything_trains() {
    let unknown = TINY_DOMAIN.replace("average_accuracy", "average_acuracy");
    let wide = r#"
schema = 1
id = "wide"
title = "Wide"
paradigm = "incremental"
kind = "ewc"
provenance = "for tests"
space."parameters.lambda" = { low = -10.0, high = 10.0, scale = "linear" }
"#;
    let dir = definitions();
    fs::write(dir.path().join("wide.toml"), wide).expect("write");
    fs::write(dir.path().join("file"), "").expect("write");
    // Not among the definitions, of which it would be a broken one.
    let elsewhere = common::folder();
    let broken = elsewhere.path().display().to_string();
    fs::write(elsewhere.path().join("incremental.toml"), "schema = 1\ntuned = \"online\"\n").expect("write");
    let path = |name: &str| dir.path().join(name).display().to_string();
    let (file, fine) = (path("file"), path("fine"));
    let cases: [(&[&str], &str); 6] = [
        (&["tiny", "-m", "ewc,wide", "--out", &fine], "lambda` = -10: out of range"),
        (&["tiny", "-m", "ewc", "--out", &file], "file"),
        (&["tiny", "-m", "ewc", "--out", &broken], "`tuned` = online"),
        (&["tiny", "-m", "ewc", "--out", &fine, "--part", "constant"], "`--part` = constant"),
        (
            &["tiny", "-m", "ewc", "--out", &fine, "--trials", "10000", "--restarts", "100"],
            "at most 50000 runs",
        ),
        (&["tiny", "-m", "ewc,naive", "--try", "lambda=1"], "lambda"),
    ];
    for (arguments, told) in cases {
        let (said, code) = refused(dir.path(), arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(told), "{arguments:?}: {said}");
    }
    let trained =
        |folder: &Path| fs::read_to_string(folder.join("records/records.jsonl")).unwrap_or_default();
    assert_eq!(trained(dir.path()), "", "something was trained");
    let dir = common::definitions(&[("tiny.toml", &unknown)]);
    let (said, code) = refused(dir.path(), &["tiny", "-m", "ewc", "--out", &fine]);
    assert!(code == Some(2) && said.contains("average_accuracy"), "{said}");
    assert_eq!(trained(dir.path()), "", "something was trained");
}

#[test]
fn values_that_no_longer_hold_are_left_aside_and_told() {
    let dir = definitions();
    tune(dir.path(), &[]);
    let changed = MECHANISM.replace("sensitivity = 0.5", "sensitivity = 0.25");
    fs::write(dir.path().join("two.toml"), changed).expect("write");
    let mut command = bench();
    command.args(["run", "tiny", "--seeds", "1", "--method", "two", "--out"]).arg(dir.path().join("out"));
    let output = command.arg("--benchmarks").arg(dir.path()).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("what a search found for two on tiny is left aside"), "{said}");
}

#[test]
fn decays_on_what_a_mechanism_acts_on_serve_others_too_and_required_controls_bring_them_in() {
    let dir = definitions();
    let arms = ["learning-rate", "slope"].map(|target| format!("naive+headroom:{target}:change-blind"));
    let said = tune(dir.path(), &["--part", "decay"]);
    assert!(
        arms.iter().all(|arm| said.contains(&format!("method of {arm} on tiny: 2 × 3 trials"))),
        "{said}"
    );
    assert!(!said.contains("tuned-constant"), "{said}");
    let output = bench()
        .args(["tune", "tiny", "--method", "noradrenaline", "--part", "decay", "--benchmarks"])
        .arg(dir.path())
        .arg("--out")
        .arg(dir.path())
        .arg("--records")
        .arg(dir.path().join("records"))
        .args(["--trials", "3", "--restarts", "2", "--seeds", "1", "--confirm", "1"])
        .assert()
        .success();
    let said = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    let stays = "slope:change-blind: stays as found by bench tune tiny --method two --part decay --trials 3";
    assert!(said.contains(stays) && said.contains("method of naive+headroom:temperature"), "{said}");
    let records = ran(dir.path(), &["--method", "two", "--controls", "required"]);
    let methods: Vec<&str> = records.iter().filter_map(|record| record["spec"]["method"].as_str()).collect();
    for method in arms.iter().map(String::as_str).chain(["two", "two+mean-gain", "two+shuffled"]) {
        assert!(methods.contains(&method), "{method} is not among {methods:?}");
    }
    assert_eq!(methods.len(), 5, "{methods:?}");
}
