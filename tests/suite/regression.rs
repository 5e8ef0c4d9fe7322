//! Numbers as answers in the incremental paradigm: a table of one's own and the embedded digits, what is measured, and what
//! refuses them in words.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use neuromod_bench::base::error::Error;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::{Benchmark, MethodPreset};
use neuromod_bench::contract::{MethodInfo, RunLog, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::own_data;
use neuromod_bench::paradigms::method::METHODS;
use neuromod_bench::registry::protocol;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;

use crate::common::{bench, folder, shipped, text};

/// Three sites of 40 rows: y = 20 + 10 a − 10 b, and 10 more for each further site, which stands in the inputs too.
fn table() -> String {
    let row = |i: usize| {
        let (a, b, site) = (i * 7 % 10, i * 3 % 11, i % 3);
        let (a, b) = (a as f64 / 10.0, b as f64 / 11.0);
        format!("{a};{b:.4};{};site {site};{:.4}\n", site as f64 / 2.0, 20.0 + 10.0 * (a - b + site as f64))
    };
    "a;b;where;site;y\n".to_owned() + &(0..120).map(row).collect::<String>()
}

const DATA: &str = "layout = \"csv\"\ntrain = \"mine.csv\"\ntarget = \"y\"\nlabel = \"site\"";
const STREAM: &str =
    r#"{ tasks = { kind = "split", classes_per_task = 1 }, scenario = "domain", reveals = ["boundary"] }"#;

fn written(data: &str, stream: &str) -> tempfile::TempDir {
    let dir = folder();
    let definition = format!(
        r#"schema = 1
id = "mine"
version = 1
title = "Mine"
paradigm = "incremental"
summary = "For tests."
score = {{ metric = "average_rmse", chance = 10.0, ceiling = "joint", reference = "naive" }}
methods = ["naive"]
stream = {stream}
model = {{ kind = "mlp", hidden = [16] }}
optimiser = {{ kind = "adam", rate = 0.01 }}
budget = {{ updates_per_task = 60, batch = 8 }}
curve = {{ every = 20, samples = 20 }}

[data]
{data}
"#
    );
    fs::write(dir.path().join("mine.toml"), definition).expect("write");
    fs::write(dir.path().join("mine.csv"), table()).expect("write");
    dir
}

fn run(dir: &Path, methods: &str) -> Command {
    let mut command = bench();
    command.args(["run", "mine", "--seeds", "2", "--quiet", "--method", methods]);
    command.arg("--benchmarks").arg(dir).arg("--out").arg(dir.join("out"));
    command
}

fn records(dir: &Path) -> Vec<Value> {
    let lines = text(&dir.join("out/records.jsonl"));
    lines.lines().map(|line| serde_json::from_str(line).expect("a record")).collect()
}

fn metric(record: &Value, name: &str) -> f64 {
    record["metrics"][name].as_f64().unwrap_or_else(|| panic!("{name} in {}", record["metrics"]))
}

#[test]
fn a_table_whose_answers_are_numbers_is_learned_and_reported() {
    let dir = written(DATA, STREAM);
    run(dir.path(), "naive,ewc@parameters.lambda=100,si,er@parameters.memory.samples=30,joint")
        .assert()
        .success();
    let records = records(dir.path());
    assert_eq!(records.len(), 10);
    let of = |method: &str| {
        let found = records.iter().filter(|record| record["spec"]["method"] == method);
        found.map(|record| metric(record, "average_rmse")).sum::<f64>() / 2.0
    };
    let (naive, joint) = (of("naive"), of("joint"));
    // The answers' standard deviation is about 9.5; what is linear is learned to a tenth of it, and forgotten.
    assert!(joint < 1.5 && naive > 2.0 * joint, "joint {joint}, naive {naive}");
    let naive = records.iter().find(|record| record["spec"]["method"] == "naive").expect("a run");
    assert_eq!(naive["matrix"]["regression"], true);
    // Each seed deals the groups out in an order of its own.
    let mut sites: Vec<&str> =
        naive["matrix"]["tasks"].as_array().expect("tasks").iter().filter_map(Value::as_str).collect();
    sites.sort_unstable();
    assert_eq!(sites, ["site 0", "site 1", "site 2"]);
    assert!(metric(naive, "average_r2") < 1.0 && metric(naive, "forgetting") > 0.0);
    assert!(naive["metrics"]["average_accuracy"].as_f64().is_none(), "no accuracy of numbers");
    let page = text(&dir.path().join("out/report.md"));
    assert!(page.contains("R² on the tasks seen so far") && page.contains("Matrices of R²"), "{page}");
    // Lower is better: joint training stands above the reference.
    let best =
        page.lines().find(|line| line.starts_with("| 1 ") || line.contains("joint")).unwrap_or_default();
    assert!(best.to_lowercase().contains("joint"), "{best}");
}

/// A preset of the kind and its defaults on a benchmark, if it may run there.
fn run_of_kind(info: &MethodInfo, benchmark: &Benchmark, data: &Data) -> Result<RunLog, Error> {
    let kind = info.kind;
    let memory = info.parameters.iter().any(|parameter| parameter.key() == "memory.samples");
    let parameters = if memory { "[parameters]\nmemory = { samples = 20 }\n" } else { "" };
    let text = format!(
        "schema = 1\nid = \"own-{kind}\"\ntitle = \"Own {kind}\"\nparadigm = \"incremental\"\nkind = \"{kind}\"\nprovenance = \"for tests\"\n{parameters}"
    );
    let preset = MethodPreset::parse(Source { name: "own.toml".into(), text })?;
    let incremental = protocol("incremental")?;
    let spec = RunSpec {
        benchmark: "mine".into(),
        version: 1,
        paradigm: "incremental".into(),
        method: preset.header.id.clone(),
        seed: 1,
        settings: incremental.resolve(benchmark, &preset)?,
        replays: None,
    };
    incremental.run(&spec, data, &mut Unwatched)
}

#[test]
fn every_method_runs_on_numbers_or_says_in_words_why_not() {
    let dir = written(DATA, &STREAM.replace("[\"boundary\"]", "[\"boundary\", \"task-id\"]"));
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    let mut library = shipped().clone();
    library.add_folder(dir.path()).expect("valid");
    own_data::complete(&mut library, &["mine".into()], &data, false).expect("complete");
    let benchmark = library.benchmark("mine").expect("known");
    let mut ran = Vec::new();
    for entry in METHODS {
        let kind = entry.info.kind;
        match run_of_kind(&entry.info, benchmark, &data) {
            Ok(log) => {
                assert!(log.matrix.is_some_and(|matrix| matrix.regression), "{kind}");
                ran.push(kind);
            }
            Err(error) => assert!(error.to_string().contains("here numbers are answered"), "{kind}: {error}"),
        }
    }
    for kind in [
        "naive",
        "joint",
        "ewc",
        "online-ewc",
        "si",
        "mas",
        "l2",
        "er",
        "der",
        "a-gem",
        "gem",
        "gpm",
        "rwalk",
        "xdg",
    ] {
        assert!(ran.contains(&kind), "{kind} does not run; {ran:?}");
    }
    for kind in ["lwf", "icarl", "generative-replay", "gdumb"] {
        assert!(!ran.contains(&kind), "{kind} runs, and has no meaning on numbers");
    }
}

#[test]
fn a_score_that_is_undefined_for_these_answers_is_refused() {
    let refused = |data: &str, from: &str, to: &str, told: &str| {
        let dir = written(data, STREAM);
        let file = dir.path().join("mine.toml");
        fs::write(&file, text(&file).replace(from, to)).expect("write");
        run(dir.path(), "naive").assert().code(2).stderr(contains("`score.metric`").and(contains(told)));
        assert!(!dir.path().join("out/records.jsonl").exists());
    };
    let numbers = "numbers are answered (`data.target`)\n  allowed: average_r2, average_rmse";
    refused(DATA, "average_rmse", "average_accuracy", numbers);
    let classes = "classes are answered\n  allowed: average_accuracy";
    refused("set = \"digits\"", "classes_per_task = 1", "classes_per_task = 2", classes);
}

#[test]
fn what_numbers_cannot_be_is_refused_by_key() {
    let refused = |data: &str, stream: &str, methods: &str, said: &str| {
        let dir = written(data, stream);
        run(dir.path(), methods).assert().code(2).stderr(contains(said).and(contains("panicked").not()));
        assert!(!dir.path().join("out/records.jsonl").exists());
    };
    let class = STREAM.replace("\"domain\"", "\"class\"");
    refused(DATA, &class, "naive", "`stream.scenario` = class");
    let whole = DATA.replace("\nlabel = \"site\"", "\nignore = [\"site\"]");
    refused(&whole, STREAM, "naive", "at least two tasks of the 1 groups of `data.label`");
    refused(
        &DATA.replace("target = \"y\"", "target = \"z\""),
        STREAM,
        "naive",
        "`data.target` = \"z\": no such column",
    );
    refused(&DATA.replace("target = \"y\"", "target = \"site\""), STREAM, "naive", "name the same column");
    refused("set = \"digits\"\ntarget = \"y\"", STREAM, "naive", "\"class\", the number of the class");
    refused("layout = \"npz\"\ntrain = \"mine.npz\"\ntarget = \"y\"", STREAM, "naive", "it belongs to csv");
    refused(DATA, STREAM, "lwf", "method `lwf` needs classes to answer, and here numbers are answered");
    refused(
        DATA,
        STREAM,
        "er-balanced@parameters.memory.samples=20",
        "`parameters.memory.policy`: needs classes",
    );
    refused(
        DATA,
        STREAM,
        "ewc@parameters.fisher.estimator=\"sampled\"",
        "`parameters.fisher.estimator`: needs classes",
    );
    refused(DATA, STREAM, "noradrenaline", "temperature");
}

#[test]
fn a_table_without_groups_has_tasks_of_its_parts() {
    let whole = DATA.replace("\nlabel = \"site\"", "\nignore = [\"site\"]");
    let dir =
        written(&whole, r#"{ tasks = { kind = "shards", tasks = 2 }, scenario = "domain", reveals = [] }"#);
    let path = dir.path().join("mine.toml");
    let edited = text(&path).replace("batch = 8", "batch = 8, reset_optimiser = false");
    fs::write(&path, edited).expect("write");
    run(dir.path(), "naive,er@parameters.memory.samples=30").assert().success();
    assert!(records(dir.path()).iter().all(|record| metric(record, "average_rmse") < 5.0));
}

#[test]
fn the_digits_can_be_answered_by_their_number() {
    let dir = folder();
    let mut command = bench();
    command.args(["run", "split-digits-number", "--seeds", "1", "--quiet", "-m", "naive,er"]);
    command.arg("--out").arg(dir.path().join("out")).assert().success();
    let records = records(dir.path());
    let of = |method: &str| {
        let record = records.iter().find(|record| record["spec"]["method"] == method).expect("a run");
        metric(record, "average_rmse")
    };
    let (naive, er) = (of("naive"), of("er"));
    assert!(er < 2.0 && er < naive, "er {er}, naive {naive}");
}
