//! The binary as a user meets it: the first try, wrong input, damage, resume.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common;
use crate::common::{bench, folder, text};

/// A definition folder with one quick benchmark, optionally edited.
pub fn definitions(edit: impl Fn(String) -> String) -> tempfile::TempDir {
    let benchmark = r#"schema = 1
id = "tiny"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = { metric = "average_accuracy", chance = 0.5, ceiling = "joint", reference = "naive" }
methods = ["naive", "ewc", "joint"]
data = "digits"
stream = { tasks = { kind = "split" }, scenario = "task", reveals = ["task-id", "boundary"] }
model = { kind = "mlp", hidden = [16] }
budget = { updates_per_task = 20, batch = 8 }
curve = { every = 10, samples = 20 }
"#;
    common::definitions(&[("tiny.toml", &edit(benchmark.to_owned()))])
}

pub fn tiny(definitions: &Path, out: &Path) -> Command {
    let mut command = bench();
    command.arg("run").arg("tiny").arg("--benchmarks").arg(definitions).arg("--out").arg(out);
    command.args(["--seeds", "2"]);
    command
}

#[test]
fn a_run_prints_a_table_and_writes_records_report_and_charts() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path())
        .arg("--verbose")
        .assert()
        .success()
        .stdout(
            contains("tiny@1").and(contains("joint")).and(contains("too few seeds for a verdict (2 of 10)")),
        )
        .stdout(
            predicate::function(|text: &str| text.lines().all(|line| line.chars().count() <= 80))
                .name("80 columns"),
        );
    assert_eq!(text(&out.path().join("records.jsonl")).lines().count(), 6);
    for file in
        ["report.html", "report.md", "charts/overview.svg", "charts/overview.png", "charts/overview.csv"]
    {
        assert!(out.path().join(file).metadata().expect(file).len() > 0, "{file}");
    }
}

#[test]
fn law_8_merging_does_not_depend_on_the_order_and_warns_of_two_definitions() {
    let (one, two) = (definitions(|text| text), definitions(|text| text.replace("[16]", "[17]")));
    let (first, second, merged) = (folder(), folder(), folder());
    tiny(one.path(), first.path()).assert().success();
    std::thread::sleep(std::time::Duration::from_millis(1100)); // start times have a resolution of one second
    tiny(two.path(), second.path()).assert().success();
    let report = |from: [&Path; 3]| {
        let mut command = bench();
        command
            .arg("report")
            .args(from)
            .arg("--out")
            .arg(merged.path())
            .assert()
            .success()
            .stderr(contains("two definitions").and(contains("[16]")).and(contains("[17]")));
        let charts = merged.path().join("charts");
        let mut files: Vec<_> = fs::read_dir(&charts).expect("charts").flatten().map(|e| e.path()).collect();
        files.sort();
        let charts: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).expect("a chart")).collect();
        (text(&merged.path().join("report.md")), charts)
    };
    let (a, b) = (first.path(), second.path());
    assert_eq!(report([a, b, a]), report([b, a, b]));
}

#[test]
fn report_rebuilds_from_records_alone() {
    let (definitions, out, again) = (definitions(|text| text), folder(), folder());
    tiny(definitions.path(), out.path()).assert().success();
    bench()
        .arg("report")
        .arg(out.path())
        .arg("--out")
        .arg(again.path())
        .arg("-v")
        .assert()
        .success()
        .stdout(contains("tiny@1"));
    for chart in fs::read_dir(out.path().join("charts")).expect("charts").flatten() {
        let name = chart.file_name();
        let read = |path: &Path| fs::read(path).expect("readable");
        assert!(read(&chart.path()) == read(&again.path().join("charts").join(&name)), "{name:?}");
    }
}

#[test]
fn wrong_names_find_their_neighbours_and_end_with_code_2() {
    let dir = folder();
    let wrong = |arguments: &[&str], message: &str| {
        bench().args(arguments).current_dir(dir.path()).assert().code(2).stderr(contains(message));
    };
    wrong(&["run", "split-digts-task"], "did you mean `split-digits-task`?");
    wrong(&["run", "core", "--method", "ewcc"], "did you mean `ewc`?");
    wrong(
        &["run", "sinusoid-10shot-quick", "-m", "naive@optimiser.rate=1"],
        "is a method of none of the chosen",
    );
    wrong(&["show", "forgeting"], "did you mean `forgetting`?");
    wrong(&["run", "core", "--jobs", "0"], "--jobs");
    wrong(&["run", "core", "--seeds", "none"], "--seeds");
    wrong(&["run", "core", "--time-limit", "5d"], "unknown unit `d`");
    wrong(&["frobnicate-everything"], "unknown suite or benchmark");
    assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 0, "nothing was written");
}

#[test]
fn a_typo_in_a_definition_names_file_line_key_and_neighbour_before_anything_runs() {
    let cases: [(&str, &str, &str); 14] = [
        ("hidden = [16]", "hiden = [16]", "tiny.toml:11: `model.hiden`: unknown key; did you mean `hidden`?"),
        ("kind = \"mlp\"", "kind = \"mpl\"", "did you mean `mlp`?"),
        (
            "data = \"digits\"",
            "data = \"digit\"",
            "tiny.toml:9: `data` = digit: unknown data set; did you mean `digits`?",
        ),
        ("batch = 8", "batch = 0", "tiny.toml:12: `budget.batch` = 0: out of range"),
        ("\"ewc\"", "\"ewk\"", "tiny.toml:8: `methods` = ewk"),
        ("paradigm = \"incremental\"", "paradigm = \"incremantal\"", "did you mean `incremental`?"),
        ("chance = 0.5", "chance = nan", "tiny.toml:7: `score.chance` = NaN: out of range"),
        (
            "average_accuracy",
            "average_acuracy",
            "`score.metric` = average_acuracy: unknown metric; did you mean `average_accuracy`?",
        ),
        (
            "ceiling = \"joint\"",
            "ceiling = \"jont\"",
            "`score.ceiling` = jont: unknown method; did you mean `joint`?",
        ),
        (
            "reference = \"naive\"",
            "reference = \"naiv\"",
            "`score.reference` = naiv: unknown method; did you mean `naive`?",
        ),
        ("[16]", "[65536, 65536]", "tiny.toml:11: `model` = up to"),
        ("kind = \"mlp\", hidden = [16]", "kind = \"rnn\", steps = 7", "tiny.toml:11: `model.steps` = 7"),
        ("kind = \"mlp\", hidden = [16]", "kind = \"cnn\", pool = 31", "tiny.toml:11: `model.pool` = 31"),
        ("schema = 1", "schema = = 1", "tiny.toml:1: not valid TOML"),
    ];
    for (old, new, message) in cases {
        let (definitions, out) = (definitions(|text| text.replace(old, new)), folder());
        let target = out.path().join("results");
        tiny(definitions.path(), &target).assert().code(2).stderr(contains(message));
        assert!(!target.exists(), "{new}: nothing may be written");
    }
}

#[test]
fn missing_data_says_what_to_do_before_anything_runs() {
    let (empty, out) = (folder(), folder());
    bench()
        .args(["run", "split-mnist-task", "--data-dir"])
        .arg(empty.path())
        .arg("--out")
        .arg(out.path().join("x"))
        .assert()
        .code(2)
        .stderr(contains("train-images-idx3-ubyte.gz not found in").and(contains("chosen by --data-dir")));
    assert!(!out.path().join("x").exists());
}

#[test]
fn a_corrupted_idx_file_is_named_with_its_checksum() {
    let (data, out) = (folder(), folder());
    fs::create_dir(data.path().join("mnist")).expect("create");
    fs::write(data.path().join("mnist/train-images-idx3-ubyte.gz"), vec![7u8; 9_912_422]).expect("write");
    bench()
        .args(["run", "split-mnist-task", "--data-dir"])
        .arg(data.path())
        .arg("--out")
        .arg(out.path())
        .assert()
        .code(2)
        .stderr(contains("wrong checksum: SHA-256"));
}

#[test]
fn an_output_folder_that_cannot_be_written_is_an_error() {
    let (definitions, out) = (definitions(|text| text), folder());
    let file = out.path().join("file");
    fs::write(&file, "not a folder").expect("write");
    tiny(definitions.path(), &file.join("below"))
        .assert()
        .code(2)
        .stderr(contains("create the output folder"));
}

#[test]
fn json_output_is_one_record_per_line() {
    let (definitions, out) = (definitions(|text| text), folder());
    let output = tiny(definitions.path(), out.path()).args(["--format", "json"]).output().expect("runs");
    let lines = String::from_utf8(output.stdout).expect("text");
    assert_eq!(lines.lines().count(), 6);
    for line in lines.lines() {
        let record: neuromod_bench::contract::Record = serde_json::from_str(line).expect("a record");
        assert_eq!(record.hash().expect("hash"), record.result_sha256);
    }
}

#[test]
fn records_follow_their_published_schema_whether_fine_or_diverged() {
    let schema = crate::record_schema::Published::read();
    let wild = |text: String| text + "optimiser = { kind = \"sgd\", rate = 1e30 }\n";
    for (definitions, code) in [(definitions(|text| text), 0), (definitions(wild), 1)] {
        let out = folder();
        tiny(definitions.path(), out.path()).assert().code(code);
        for line in text(&out.path().join("records.jsonl")).lines() {
            let record = serde_json::from_str(line).expect("JSON");
            schema.check(&record).unwrap_or_else(|problems| panic!("{problems}"));
        }
    }
}

#[test]
fn a_dry_run_trains_nothing() {
    let dir = folder();
    bench()
        .args(["--dry-run"])
        .current_dir(dir.path())
        .assert()
        .success()
        .stdout(contains("split-digits-task"));
    assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 0);
}

#[test]
fn a_method_can_be_varied_by_its_name_and_variations_make_a_frontier() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path())
        .args([
            "-m",
            "naive,naive@optimiser.rate=0.01,naive@optimiser.rate=0.1,ewc@parameters.lambda=3",
            "-v",
        ])
        .assert()
        .success()
        .stdout(contains("naive@rate=0.01").and(contains("ewc@lambda=3")));
    let records = text(&out.path().join("records.jsonl"));
    assert_eq!(records.lines().count(), 8);
    let rates: Vec<&str> = records.lines().filter(|line| line.contains("rate=0.01\"")).collect();
    assert!(!rates.is_empty() && rates.iter().all(|line| line.contains("\"rate\":0.01")), "{records}");
    bench()
        .args(["show", "split-digits-task", "--method", "naive@model.hidden=[8,9]"])
        .assert()
        .success()
        .stdout(contains("9"));
    tiny(definitions.path(), out.path())
        .args(["--dry-run", "-m", "naive@model.hidden=[8,9],ewc"])
        .assert()
        .success()
        .stdout(contains("naive@model.hidden=[8,9]").and(contains("ewc")));
    let csv = text(&out.path().join("charts/tiny-1-frontier.csv"));
    assert!(csv.lines().any(|line| line.starts_with("0.01,mean")), "{csv}");
    for (method, told) in [
        ("naive@rate=0.1", "TABLE.KEY=VALUE"),
        ("naive@optimiser.rte=0.1", "rate"),
        ("naive@optimiser.rate=1e+1@optimiser.rate=2", "one value per key"),
        ("noradrenaline@optimiser.rate=1+shuffled", "preset of its own"),
        ("naive@optimiser.rate=-1", "optimiser.rate"),
        ("nave@optimiser.rate=1", "naive"),
    ] {
        let mut command = tiny(definitions.path(), out.path());
        command.args(["-m", method]).assert().code(2).stderr(contains(told));
    }
}
