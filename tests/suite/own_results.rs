//! The loops of `docs/bring-your-own-results.md` run where their Python is there; without it that is told and nothing is tested.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

/// A Python that has a package: `$NEUROMOD_PYTHON`, else `python3`.
fn python(package: &str) -> Option<Command> {
    let program = std::env::var("NEUROMOD_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&program).args(["-c", &format!("import {package}")]).output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        // Past the harness, which shows what a passing test prints to no one.
        let told = format!("skipped, not tested: no Python with {package}; NEUROMOD_PYTHON names one\n");
        std::io::stderr().write_all(told.as_bytes()).expect("told");
    }
    there.then(|| Command::new(program))
}

/// The Python parts of the page.
fn parts() -> Vec<String> {
    let page = include_str!("../../docs/bring-your-own-results.md");
    let code = |part: &str| part.split("```").next().unwrap_or_default().to_owned();
    page.split("```python\n").skip(1).map(code).collect()
}

/// Runs a program in a folder; returns what it printed.
fn run(mut python: Command, program: &str, dir: &Path) -> String {
    std::fs::write(dir.join("loop.py"), program).expect("written");
    python.current_dir(dir).args(["loop.py", "2"]).env("BENCH", env!("CARGO_BIN_EXE_bench"));
    python.env_remove("NEUROMOD_DATA").env("XDG_CACHE_HOME", "/nonexistent-cache");
    let output = python.output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !errors.contains("Warning"), "{errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What `train` of the page makes of an unmodulated run, beside the native one: surprise update by update, then the last row of
/// the accuracy matrix.
fn as_native(python: Command, program: &str) {
    let own = TINY_DOMAIN.replace("\"two\"", "\"ewc\"").replace("every = 10", "every = 1");
    let (own, dir) = (definitions(&[("tiny.toml", &own)]), folder());
    let (head, _) = program.split_once("\nfollow = ").expect("what follows the function");
    let head = head
        .replace("\"split-digits-domain\"", "\"tiny\"")
        .replace("\"--out\"", &format!("\"--benchmarks\", {:?}, \"--out\"", own.path()));
    let tail = "\nseen = []\nmatrix, _ = train(*load(0), lambda u, surprise: seen.append(surprise) or 1)\n\
                print(json.dumps([seen, matrix[-1]]))\n";
    let told = run(python, &format!("{head}{tail}"), dir.path());
    let told: Value = serde_json::from_str(told.trim()).expect("JSON");
    let floats = |value: &Value| -> Vec<f64> {
        value.as_array().expect("a list").iter().map(|one| one.as_f64().expect("a number")).collect()
    };
    let mut command = bench();
    command.args(["run", "tiny", "--quiet", "--method", "naive", "--seeds", "1", "--benchmarks"]);
    command.arg(own.path()).arg("--out").arg(dir.path()).assert().success();
    let record: Value =
        serde_json::from_str(text(&dir.path().join("records.jsonl")).trim()).expect("a record");
    let curves = record["curves"].as_array().expect("curves");
    let losses = floats(&curves.iter().find(|curve| curve["name"] == "loss").expect("a loss an update")["y"]);
    let surprises = floats(&told[0]);
    assert_eq!((losses.len(), surprises.len()), (100, 100));
    let mut mean = losses[0];
    for (update, (loss, surprise)) in losses.iter().zip(&surprises).enumerate().take(50) {
        assert!((loss - mean - surprise).abs() < 1e-4, "update {update}: {} and {surprise}", loss - mean);
        mean = 0.9 * mean + 0.1 * loss;
    }
    let rows = record["matrix"]["rows"].as_array().expect("rows");
    for (native, theirs) in floats(rows.last().expect("a row")).iter().zip(floats(&told[1])) {
        assert!((native - theirs).abs() < 0.03, "{native} and {theirs}");
    }
}

fn judged(python: Command, program: &str) {
    let dir = folder();
    run(python, program, dir.path());
    let out = dir.path().join("out");
    bench().arg("judge").arg(dir.path().join("mine.jsonl")).arg("--out").arg(&out).assert().success();
    let report = text(&out.join("report.md"));
    assert!(
        report.contains("surprise on Split digits, domain-incremental: too few seeds for a verdict"),
        "{report}"
    );
    assert!(!report.contains("stream not declared") && !report.contains("missing controls"), "{report}");
    let learned = text(&out.join("runs.csv"));
    assert_eq!(learned.lines().count(), 1 + 2 * 6, "{learned}");
}

/// The whole loop with the NumPy `train` in the place of the first.
fn twin() -> String {
    let parts = parts();
    let (head, rest) = parts[0].split_once("def train(").expect("a function");
    let (_, tail) = rest.split_once("\nfollow = ").expect("what follows it");
    let lines = format!("{head}{}\nfollow = {tail}", parts[1]);
    let torch = |line: &&str| line.starts_with("torch.") || *line == "from torch import nn";
    let lines: Vec<&str> = lines.lines().filter(|line| !torch(line)).collect();
    lines.join("\n").replace("import numpy as np, torch", "import numpy as np")
}

#[test]
fn the_loop_of_the_page_is_short_and_its_numpy_twin_goes_from_stream_to_report() {
    let parts = parts();
    assert_eq!(parts.len(), 2);
    assert!(parts[0].lines().count() <= 60, "{}", parts[0].lines().count());
    let Some(python) = python("numpy") else { return };
    judged(python, &twin());
}

#[test]
fn without_modulation_the_numpy_twin_learns_as_the_native_network_does() {
    let Some(python) = python("numpy") else { return };
    as_native(python, &twin());
}

#[test]
fn the_loop_of_the_page_goes_from_stream_to_report_in_torch() {
    let Some(python) = python("torch") else { return };
    judged(python, &parts()[0]);
}

#[test]
fn without_modulation_the_loop_of_the_page_learns_as_the_native_network_does() {
    let Some(python) = python("torch") else { return };
    as_native(python, &parts()[0]);
}
