//! Methods that replay, distil or project, from outside: what bad input gets, and what their records say.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

const METHODS: &str = "naive,rwalk,generative-replay,generative-replay-soft,lwf,er,er-balanced,der,der-pp,a-gem,gem,stable-sgd,serotonin-replay";

/// The small benchmark, and one whose stream hides boundaries.
fn benchmarks() -> tempfile::TempDir {
    let tiny = TINY_DOMAIN.replace(r#", "two""#, "");
    let hidden =
        tiny.replace("\"tiny\"", "\"tiny-hidden\"").replace(r#"reveals = ["boundary"]"#, "reveals = []");
    let hidden = hidden.replace("batch = 8 }", "batch = 8, reset_optimiser = false }");
    definitions(&[("tiny.toml", &tiny), ("hidden.toml", &hidden)])
}

fn run(definitions: &Path, out: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = bench();
    command.arg("run").args(arguments).args(["--seeds", "1", "--benchmarks"]).arg(definitions);
    command.arg("--out").arg(out).output().expect("runs")
}

/// Every record's hash and footprint, by method.
fn records(out: &Path) -> BTreeMap<String, (Value, Value)> {
    let lines = text(&out.join("records.jsonl"));
    let records = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    records
        .map(|record| {
            assert_eq!(record["status"], "ok", "{record}");
            let method = record["spec"]["method"].as_str().expect("a method").to_owned();
            (method, (record["result_sha256"].clone(), record["footprint"].clone()))
        })
        .collect()
}

#[test]
fn bad_input_is_refused_by_its_key_before_anything_trains() {
    let (definitions, out) = (benchmarks(), folder());
    let cases = [
        ("tiny", "er@parameters.memory.samples=0", "`parameters.memory.samples` = 0", "1 to"),
        ("tiny", "er@parameters.memory.samples=1078", "`parameters.memory.samples` = 1078", "1 to 1077"),
        ("tiny", "der@parameters.memory.size=3", "size", "samples"),
        ("tiny", "er@parameters.memory.policy=herd", "herd", "class-balanced"),
        ("tiny", "a-gem@parameters.strength=2.0", "`parameters.strength` = 2", "0 to 1"),
        ("tiny", "lwf@parameters.temperature=0.0", "`parameters.temperature` = 0", "above 0"),
        (
            "tiny",
            "generative-replay@parameters.generator.latent=0",
            "`parameters.generator.latent` = 0",
            "1 to 4096",
        ),
        ("tiny-hidden", "generative-replay", "method `generative-replay` needs `boundary`", "hides"),
        ("tiny-hidden", "gem", "method `gem` needs `boundary`", "hides"),
        ("tiny-hidden", "lwf", "method `lwf` needs `boundary`", "hides"),
        ("tiny-hidden", "er-balanced", "`parameters.weighing`: this value needs `boundary`", "hides"),
        ("tiny-hidden", "a-gem", "`parameters.memory.fill`: this value needs `boundary`", "hides"),
    ];
    for (benchmark, method, key, allowed) in cases {
        let output = run(definitions.path(), &out.path().join("out"), &[benchmark, "-m", method]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{method}: {message}");
        assert!(message.contains(key) && message.contains(allowed), "{method}: {message}");
    }
    assert!(!out.path().join("out/records.jsonl").exists(), "something was trained");
}

#[test]
fn every_method_runs_with_the_same_bytes_whatever_the_jobs_and_says_what_it_holds() {
    let (definitions, out) = (benchmarks(), folder());
    let of = |jobs: &str| {
        let out = out.path().join(jobs);
        let output = run(definitions.path(), &out, &["tiny", "-m", METHODS, "--jobs", jobs]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        records(&out)
    };
    let (one, two) = (of("1"), of("2"));
    assert_eq!(one, two);
    assert_eq!(one.len(), METHODS.split(',').count());
    // 100 samples of 64 inputs, a label, a task and a mask of two outputs; with scores two numbers more.
    let entry = 64 * 4 + 4 + 4 + 2;
    for (method, bytes) in [("naive", 0), ("lwf", 0), ("er", 100 * entry), ("der-pp", 100 * (entry + 2 * 4))]
    {
        assert_eq!(one[method].1["replay_bytes"], bytes, "{method}");
    }
    let work = |method: &str| one[method].1["multiply_adds"].as_u64().expect("a count");
    let (naive, er) = (work("naive"), work("er"));
    assert!(
        er > 19 * naive / 10 && er < 2 * naive,
        "{er} beside {naive}: a batch of the past beside each but the first"
    );
    assert!(work("lwf") > naive && work("der-pp") > er);
    let hash = |method: &str| one[method].0.as_str().expect("a hash");
    assert_ne!(hash("er"), hash("serotonin-replay"), "modulation of the replay's weight does something");
}

#[test]
fn a_stream_that_hides_boundaries_can_be_replayed() {
    let (definitions, out) = (benchmarks(), folder());
    let output = run(definitions.path(), out.path(), &["tiny-hidden", "-m", "naive,er,der-pp"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let records = records(out.path());
    assert_ne!(records["naive"].0, records["er"].0);
}
