//! Input that cannot be used is named, with what is allowed, before anything runs.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use predicates::str::contains;

use crate::cases_cli::{MINE, TINY, tiny};
use crate::common::{bench, definitions, folder, text};

#[test]
fn an_error_in_what_the_command_line_asks_for_names_the_command_line() {
    let definitions = definitions(&[("tiny.toml", TINY), ("mine.toml", MINE)]);
    for (methods, told) in [
        ("naive, ewc", "error: `--method` = \" ewc\": unknown method"),
        ("naive,", "error: `--method` = \"\": unknown method"),
        ("noradrenaline+shufled", "error: --method noradrenaline+shufled: "),
        ("mine+shuffled", "error: --method mine+shuffled: `modulation`: "),
        ("mine@optimiser.rte=1", "error: --method mine@optimiser.rte=1: `optimiser.rte`: unknown key"),
        ("mine@model.hidden=[65536,65536]", "error: --method mine@model.hidden=[65536,65536]: `model"),
        ("mine@rate=1", "error: --method mine@rate=1: "),
    ] {
        let out = folder();
        let target = out.path().join("results");
        let assert = tiny(definitions.path(), &target, methods).assert().code(2).stderr(contains(told));
        let errors = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert!(!errors.contains(".toml"), "{methods}: {errors}");
        assert!(!target.exists(), "{methods}: nothing may be written");
    }
    for command in ["show", "tune"] {
        let mut process = bench();
        process.args([command, "tiny", "--method", "ewcc", "--benchmarks"]).arg(definitions.path());
        process.assert().code(2).stderr(contains("error: `--method` = \"ewcc\": unknown method"));
    }
}

#[test]
fn an_error_in_what_a_suite_asks_for_names_the_suite_and_its_line() {
    let suite = r#"schema = 1
id = "small"
title = "Small"
summary = "For tests."
seeds = 1
[[cell]]
benchmarks = ["tiny"]
methods = ["naive", "ewc"]
controls = []
"#;
    for (old, new, told) in [
        ("\"ewc\"", "\"ewk\"", "small.toml:8: `cell.methods` = ewk: unknown method"),
        (
            "\"ewc\"",
            "\"ewc@optimiser.rte=1\"",
            "small.toml:8: ewc@optimiser.rte=1: `optimiser.rte`: unknown key",
        ),
        ("[\"tiny\"]", "[\"tinny\"]", "small.toml:7: `cell.benchmarks` = tinny: unknown benchmark"),
        ("\"ewc\"", "\"naive+shuffled\"", "small.toml:8: naive+shuffled: `modulation`"),
    ] {
        let suite = suite.replace(old, new);
        let definitions = definitions(&[("tiny.toml", TINY), ("small.toml", &suite)]);
        let mut command = bench();
        command.args(["run", "small", "--dry-run", "--benchmarks"]).arg(definitions.path());
        command.assert().code(2).stderr(contains(told).and(contains("tiny.toml").not()));
    }
}

#[test]
fn input_that_cannot_be_used_ends_with_code_2_before_anything_runs() {
    let good = definitions(&[("tiny.toml", TINY)]);
    let out = folder();
    let target = out.path().join("results");
    let refused = |definitions: &Path, told: &str| {
        tiny(definitions, &target, "naive").assert().code(2).stderr(contains(told));
        assert!(!target.exists(), "{told}: nothing may be written");
    };
    let wrong = folder();
    let file = wrong.path().join("wrong.toml");
    fs::write(&file, b"schema = 1\ntitle = \"caf\xe9\"\n").expect("write");
    refused(wrong.path(), "wrong.toml:2: not a text in UTF-8: byte 0xe9");
    fs::write(&file, "<html>\n").expect("write");
    refused(wrong.path(), "wrong.toml:1: not valid TOML");
    fs::remove_file(&file).expect("remove");
    fs::create_dir(&file).expect("a folder that looks like a definition is only a folder");
    tiny(wrong.path(), &target, "naive")
        .args(["--dry-run"])
        .assert()
        .code(2)
        .stderr(contains("unknown suite"));
    refused(&wrong.path().join("missing"), "read the folder of definitions");
    refused(&good.path().join("tiny.toml"), "read the folder of definitions");

    let taken = out.path().join("taken");
    fs::write(&taken, "a file").expect("write");
    tiny(good.path(), &taken, "naive").assert().code(2).stderr(contains("create the output folder"));
    tiny(good.path(), &target, "naive").assert().success();
    bench().arg("report").arg(&target).arg("--out").arg(&taken).assert().code(2).stderr(contains("taken"));
    bench()
        .arg("report")
        .arg(out.path().join("nothing"))
        .assert()
        .code(2)
        .stderr(contains("read the records"));
}

#[test]
fn a_damaged_last_record_is_told_of_whether_torn_or_tampered_with() {
    let (definitions, out) = (definitions(&[("tiny.toml", TINY)]), folder());
    tiny(definitions.path(), out.path(), "naive").assert().success();
    let journal = out.path().join("records.jsonl");
    let whole = text(&journal);
    let report = || bench().arg("report").arg(out.path()).assert();
    // Torn: no end.
    fs::write(&journal, &whole[..whole.len() - 10]).expect("tear");
    let bytes = whole.lines().last().expect("a record").len() - 9;
    let told = format!("is torn: its {bytes} bytes are left out");
    report().code(1).stderr(contains(told)).stdout(contains("1 of 2 planned runs has no record"));
    // Whole but for its line end: a record like any other, and the next one does not stand on its line.
    fs::write(&journal, whole.trim_end()).expect("write");
    report().success().stderr(contains("torn").not());
    tiny(definitions.path(), out.path(), "naive,ewc")
        .assert()
        .success()
        .stderr(contains("2 of 4 runs are already"));
    assert_eq!(text(&journal).lines().count(), 4);
    // Tampered with, or not a record, although the line has an end.
    for last in
        [whole.lines().last().expect("a record").replacen("\"updates\":30", "\"updates\":31", 1), "{}".into()]
    {
        let first = whole.lines().next().expect("a record");
        fs::write(&journal, format!("{first}\n{last}\n")).expect("write");
        report().code(2).stderr(contains("records.jsonl:2: not a record"));
        tiny(definitions.path(), out.path(), "naive").assert().code(2).stderr(contains("records.jsonl:2"));
    }
}
