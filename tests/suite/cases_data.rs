//! Small inputs on which the program once failed: tables without a header, rows that were searched and scored, and runs that
//! could not be stopped.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common;
use crate::common::{rows, table_folder};

pub fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

pub fn bench(dir: &Path) -> Command {
    let mut command = common::bench();
    command.current_dir(dir);
    command
}

/// A folder with this table and a definition of a stream made from it: `stream` in its table, `more` behind its last line.
fn folder(csv: &str, stream: &str, more: &str) -> tempfile::TempDir {
    let edit = |text: String| {
        let text = text.replace(", \"sgd-0-1\"", "").replace("every = 10,", "every = 1000,");
        text.replace("\" } }\n", &format!("\" }}{stream} }}\n")) + more + "\n"
    };
    table_folder(csv, edit)
}

fn run_mine(dir: &Path) -> Command {
    let mut command = bench(dir);
    command.args(["run", "mine", "--seeds", "1", "--quiet", "--data-dir", "."]);
    command.args(["--benchmarks", "definitions", "--out", "out"]);
    command
}

#[test]
fn a_table_without_a_header_is_refused_in_words_and_loses_no_row() {
    let dir = folder(&rows(), "", "");
    let words = "mine.csv: line 1 holds the number \"0\", so it is a row of data and not a header";
    run_mine(dir.path()).assert().code(2).stderr(contains(words).and(contains("x1,x2,class")));
    assert!(
        !dir.path().join("out/records.jsonl").exists() || {
            fs::read_to_string(dir.path().join("out/records.jsonl")).expect("readable").is_empty()
        }
    );
}

/// How many rows a run has scored: where its curves end.
fn scored(stream: &str, more: &str) -> f64 {
    let dir = folder(&format!("a,b,class\n{}", rows()), stream, more);
    run_mine(dir.path()).assert().success();
    let text = fs::read_to_string(dir.path().join("out/records.jsonl")).expect("records");
    let record: serde_json::Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    let curve = &record["curves"][0];
    assert_eq!(curve["name"], "accuracy/prequential");
    curve["x"].as_array().and_then(|x| x.last()?.as_f64()).expect("a curve")
}

#[test]
fn the_rows_for_tuning_and_the_rows_that_are_scored_are_all_rows_and_none_twice() {
    assert_eq!(scored("", "evaluate = \"validation\"") + scored("", ""), 40.0);
    assert_eq!((scored("", ""), scored(", scored = \"whole\"", "")), (36.0, 40.0));
    let dir = folder(&format!("a,b,class\n{}", rows()), ", scored = \"whole\"", "evaluate = \"validation\"");
    run_mine(dir.path()).assert().code(2).stderr(contains("`evaluate` = validation"));
}

#[test]
fn nothing_is_searched_on_a_table_that_is_scored_as_a_whole() {
    let dir = folder(&format!("a,b,class\n{}", rows()), ", scored = \"whole\"", "");
    let text = fs::read_to_string(dir.path().join("definitions/mine.toml")).expect("readable");
    fs::write(dir.path().join("definitions/mine.toml"), text.replace("no-change", "sgd-0-1")).expect("write");
    let mut command = bench(dir.path());
    command.args(["tune", "mine", "--method", "sgd-0-1", "--trials", "5"]);
    command.args(["--data-dir", ".", "--benchmarks", "definitions"]);
    command.assert().code(2).stderr(contains("none is left to search on"));
}

/// A benchmark with its settings changed, ready to run.
pub fn spec(benchmark: &str, method: &str, edits: &[(&str, &str)]) -> RunSpec {
    let library = crate::common::shipped();
    let mut text = library.benchmark(benchmark).expect("known").origin.text();
    for (from, to) in edits {
        assert!(text.contains(from), "{benchmark} has no {from}");
        text = text.replace(from, to);
    }
    let source = Source { name: format!("{benchmark}.toml"), text };
    let benchmark = neuromod_bench::contract::definition::Benchmark::parse(source).expect("parses");
    let paradigm = benchmark.header.paradigm.clone();
    let preset = library.method(&paradigm, method).expect("known");
    let settings = protocol(&paradigm).expect("known").resolve(&benchmark, preset).expect("valid");
    RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm,
        method: method.into(),
        seed: 0,
        settings,
        replays: None,
    }
}

/// The benchmark with these edits is refused for this method, in these words.
fn refused(benchmark: &str, method: &str, edits: &[(&str, &str)], words: &[&str]) {
    let library = crate::common::shipped();
    let mut text = library.benchmark(benchmark).expect("known").origin.text();
    for (from, to) in edits {
        assert!(text.contains(from), "{benchmark} has no {from}");
        text = text.replace(from, to);
    }
    let source = Source { name: "mine.toml".into(), text };
    let benchmark = neuromod_bench::contract::definition::Benchmark::parse(source).expect("parses");
    let preset = library.method(&benchmark.header.paradigm, method).expect("known");
    let protocol = protocol(&benchmark.header.paradigm).expect("known");
    let message = protocol.resolve(&benchmark, preset).expect_err("refused").to_string();
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
}

#[test]
fn a_split_per_seed_is_for_data_without_a_published_split_and_never_searched_on() {
    let mnist = [("curve = {", "split = \"per-seed\"\ncurve = {")];
    refused(
        "split-mnist-domain",
        "naive",
        &mnist,
        &["`split` = \"per-seed\"", "the authors of this data set"],
    );
    let searched = [("split = \"per-seed\"", "split = \"per-seed\"\nevaluate = \"validation\"")];
    let words = ["`evaluate` = validation", "a search would see what is scored"];
    refused("split-digits-domain-resampled", "ewc", &searched, &words);
    let dir = tempfile::tempdir().expect("temporary folder");
    let mut command = bench(dir.path());
    command.args(["tune", "split-digits-domain-resampled", "--method", "ewc", "--trials", "5"]);
    command.assert().code(2).stderr(contains("a search would see what is scored"));
}

#[test]
fn a_split_per_seed_changes_the_images_and_nothing_else_of_a_definition() {
    let short: &[(&str, &str)] = &[("updates_per_task = 200", "updates_per_task = 5")];
    let matrix = |benchmark: &str, seed: u64| {
        let spec = RunSpec { seed, ..spec(benchmark, "naive", short) };
        protocol("incremental").expect("known").run(&spec, &data(), &mut Unwatched).expect("runs").matrix
    };
    let (fixed, own) = (matrix("split-digits-domain", 0), matrix("split-digits-domain-resampled", 0));
    let tasks =
        |m: &Option<neuromod_bench::contract::AccuracyMatrix>| m.as_ref().expect("a matrix").tasks.clone();
    assert_eq!(tasks(&fixed), tasks(&own));
    assert_ne!(fixed, own);
    assert_eq!(own, matrix("split-digits-domain-resampled", 0));
}

#[test]
fn settings_that_could_not_be_stopped_in_time_are_refused_with_name_value_and_range() {
    let large = [("units = 96", "units = 4096"), ("steps = 100\n", "steps = 10000\n")];
    refused("opposed-light", "gain-100", &large, &["`trial.steps` = 10000", "at most 381"]);
    let trials = [("geometry = true", "geometry = true\ntest_trials = 1000000000")];
    refused("opposed-light", "gain-100", &trials, &["`test_trials` = 1000000000", "1 to 1000000"]);
    let updates = [("max_updates = 4000", "max_updates = 100000000000")];
    refused(
        "opposed-light",
        "gain-100",
        &updates,
        &["`training.max_updates` = 100000000000", "1 to 10000000"],
    );
    let wide = [("hidden = [100, 100]", "hidden = [9000, 9000]"), ("batch = 32", "batch = 65536")];
    refused("split-digits-domain", "naive", &wide, &["`budget.batch` = 65536", "at most 6"]);
    refused("digits-even-to-odd", "fine-tune", &wide, &["`budget.batch` = 65536", "at most 6"]);
    refused("digits-attributes", "equal", &wide, &["`budget.batch` = 196608", "at most 6"]);
    let stream = [("samples = 10000", "samples = 10000000"), ("features = 10", "features = 1000")];
    refused("hyperplane", "sgd-0-1", &stream, &["`stream.samples` = 10000000", "at most 100000"]);
}
