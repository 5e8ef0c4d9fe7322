//! Methods that give tasks parts of the network, let units compete, project gradients or train on exemplars, from outside: what bad
//! input gets, and that each runs where it may.

use std::path::Path;

use serde_json::Value;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

/// A preset that takes what a method sets.
const MINE: &str = r#"
schema = 1
id = "mine"
title = "Mine"
paradigm = "incremental"
kind = "naive"
provenance = "for tests"

[model]
dendrites = { segments = 2, contexts = 5 }
"#;

/// The small benchmark in three scenarios, and the task scenario with other networks.
fn benchmarks() -> tempfile::TempDir {
    let tiny = TINY_DOMAIN.replace(r#", "two""#, "");
    let as_scenario = |id: &str, scenario: &str, reveals: &str| {
        tiny.replace("\"tiny\"", &format!("\"{id}\""))
            .replace(r#"scenario = "domain""#, &format!("scenario = \"{scenario}\""))
            .replace(r#"reveals = ["boundary"]"#, &format!("reveals = {reveals}"))
    };
    let task = as_scenario("tiny-task", "task", r#"["task-id", "boundary"]"#);
    let class = as_scenario("tiny-class", "class", r#"["boundary"]"#);
    let other = |id: &str, model: &str| {
        let own = task.replace("\"tiny-task\"", &format!("\"{id}\""));
        let lines = own.lines().filter(|line| !line.starts_with("model ="));
        lines.collect::<Vec<_>>().join("\n") + &format!("\n{model}\n")
    };
    let cnn = other("tiny-cnn", r#"model = { kind = "cnn", channels = [2], hidden = [8] }"#);
    let linear = other("tiny-linear", r#"model = { kind = "mlp", hidden = [] }"#);
    let fixed = other("tiny-fixed", "model = { kind = \"mlp\", hidden = [16] }\nfreeze_biases = true");
    definitions(&[
        ("tiny.toml", &tiny),
        ("task.toml", &task),
        ("class.toml", &class),
        ("cnn.toml", &cnn),
        ("linear.toml", &linear),
        ("fixed.toml", &fixed),
        ("mine.toml", MINE),
    ])
}

fn run(definitions: &Path, out: &Path, benchmark: &str, methods: &str) -> std::process::Output {
    let mut command = bench();
    command.args(["run", benchmark, "-m", methods, "--seeds", "1", "--benchmarks"]).arg(definitions);
    command.arg("--out").arg(out).output().expect("runs")
}

#[test]
fn what_does_not_fit_is_refused_by_its_key_before_anything_trains() {
    let (definitions, out) = (benchmarks(), folder());
    let hides = "needs `task-id`, which this stream hides";
    let cases = [
        ("tiny", "packnet", "stream.reveals", hides),
        ("tiny", "progressive", "stream.reveals", hides),
        ("tiny", "xdg", "stream.reveals", hides),
        ("tiny", "active-dendrites", "stream.reveals", hides),
        ("tiny", "learned-biases", "stream.reveals", hides),
        ("tiny", "icarl", "stream.scenario", "needs the scenario `class`"),
        ("tiny-class", "icarl@parameters.memory.samples=0", "parameters.memory.samples", "1 to"),
        ("tiny-class", "icarl@parameters.memory.samples=9", "parameters.memory.samples", "at least 10"),
        ("tiny-class", "icarl@parameters.memory.samples=1078", "parameters.memory.samples", "1 to 1077"),
        ("tiny-class", "icarl@parameters.memory.policy=greedy", "policy", "samples"),
        ("tiny-class", "gdumb@parameters.memory.samples=0", "parameters.memory.samples", "1 to"),
        ("tiny-class", "gdumb@parameters.memory.samples=1078", "parameters.memory.samples", "1 to 1077"),
        ("tiny-class", "gdumb@parameters.strength=1.5", "parameters.strength", "0 to 1"),
        ("tiny", "k-wta@parameters.winners=1.5", "parameters.winners", "at most 1"),
        ("tiny", "k-wta@parameters.winners=0.0", "parameters.winners", "above 0"),
        ("tiny", "k-wta@parameters.winners=0.01", "parameters.winners", "at least one of 16 units"),
        ("tiny-task", "active-dendrites@parameters.winners=0.01", "parameters.winners", "at least one of 16"),
        ("tiny-task", "active-dendrites@parameters.segments=0", "parameters.segments", "1 to 4096"),
        ("tiny-task", "packnet@parameters.share=1.0", "parameters.share", "below 1"),
        ("tiny-task", "packnet@parameters.share=0.0", "parameters.share", "above 0"),
        ("tiny-task", "packnet@parameters.share=0.001", "parameters.share", "leaves task 3 of 5 no weight"),
        ("tiny-task", "packnet@parameters.retrain=1.0", "parameters.retrain", "below 1"),
        ("tiny", "gpm@parameters.threshold=1.5", "parameters.threshold", "0 to 1"),
        ("tiny", "gpm@parameters.samples=0", "parameters.samples", "1 to 1000"),
        ("tiny-cnn", "gpm", "model.kind", "needs an `mlp`"),
        ("tiny-cnn", "progressive", "model.kind", "needs an `mlp`"),
        ("tiny-cnn", "active-dendrites", "model.kind", "needs an `mlp`"),
        ("tiny-cnn", "k-wta", "model.kind", "needs an `mlp`"),
        ("tiny-linear", "k-wta", "model.hidden", "needs a hidden layer"),
        ("tiny-fixed", "learned-biases", "freeze_biases", "stay fixed here"),
        ("tiny-task", "mine", "model.dendrites", "the method `active-dendrites` sets it"),
    ];
    for (benchmark, method, key, allowed) in cases {
        let output = run(definitions.path(), &out.path().join("out"), benchmark, method);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{method}: {message}");
        assert!(message.contains(key) && message.contains(allowed), "{method}: {message}");
    }
    assert!(!out.path().join("out/records.jsonl").exists(), "something was trained");
}

/// Every record of a run, by method.
fn records(out: &Path) -> std::collections::BTreeMap<String, Value> {
    let lines = text(&out.join("records.jsonl"));
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    records
        .map(|record| {
            assert_eq!(record["status"], "ok", "{record}");
            (record["spec"]["method"].as_str().expect("a method").to_owned(), record)
        })
        .collect()
}

/// Accuracies of the matrix: a row per task reached, a column per task tested.
fn matrix(record: &Value) -> Vec<Vec<f64>> {
    serde_json::from_value(record["matrix"]["rows"].clone()).expect("a matrix")
}

#[test]
fn what_a_task_owns_is_as_good_at_its_test_as_when_it_was_learned() {
    let (definitions, out) = (benchmarks(), folder());
    let methods = "naive,packnet,learned-biases,progressive,active-dendrites,xdg";
    let output = run(definitions.path(), out.path(), "tiny-task", methods);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let records = records(out.path());
    assert_eq!(records.len(), methods.split(',').count());
    for method in ["packnet", "learned-biases", "progressive"] {
        let rows = matrix(&records[method]);
        for task in 0..rows.len() {
            let over_time: Vec<f64> = rows[task..].iter().map(|row| row[task]).collect();
            assert!(over_time.iter().all(|now| *now == over_time[0]), "{method}: {over_time:?}");
        }
    }
    let held = |method: &str| records[method]["footprint"]["state_bytes"].as_u64().expect("a count");
    // One owner of two bytes per scalar; five tasks' biases of four bytes; a column keeps nothing beside the network.
    let scalars = records["packnet"]["footprint"]["parameters"].as_u64().expect("a count");
    assert_eq!(
        (held("packnet"), held("learned-biases"), held("progressive")),
        (2 * scalars, 5 * 4 * (16 + 10), 0)
    );
    let count = |method: &str| records[method]["footprint"]["parameters"].as_u64().expect("a count");
    assert_eq!(count("packnet"), count("naive"));
    assert!(count("progressive") > 4 * count("naive"), "a column per task");
    assert!(count("active-dendrites") > count("naive"), "segments are parameters");
}

#[test]
fn every_method_runs_on_every_scenario_that_it_may_and_winners_can_be_modulated_and_controlled() {
    let (definitions, out) = (benchmarks(), folder());
    for (benchmark, methods) in [
        ("tiny", "naive,k-wta,gdumb,gpm"),
        (
            "tiny-task",
            "naive,k-wta,gdumb,gpm,xdg,xdg-acetylcholine,xdg-noradrenaline,xdg-noradrenaline+mean-gain,xdg-noradrenaline+shuffled,active-dendrites,active-dendrites-acetylcholine,active-dendrites-noradrenaline",
        ),
        (
            "tiny-class",
            "naive,k-wta,gdumb,gpm,icarl,k-wta-acetylcholine,k-wta-noradrenaline,k-wta-noradrenaline+mean-gain,k-wta-noradrenaline+shuffled",
        ),
    ] {
        let out = out.path().join(benchmark);
        let output = run(definitions.path(), &out, benchmark, methods);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let records = records(&out);
        let hashes: std::collections::BTreeSet<&str> =
            records.values().map(|record| record["result_sha256"].as_str().expect("a hash")).collect();
        assert_eq!(hashes.len(), methods.split(',').count(), "{benchmark}: two methods do the same");
        let replayed = |method: &str| records[method]["footprint"]["replay_bytes"].as_u64().expect("a count");
        assert!(replayed("gdumb") > 0 && replayed("gpm") == 0);
    }
}
