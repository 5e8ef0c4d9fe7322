//! Small inputs on which the program once failed: tables without a header, rows that were searched and scored, and runs that
//! could not be stopped.

use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{RunSpec, Unwatched, Watch};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common;
use crate::common::{rows, table_folder};

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn bench(dir: &Path) -> Command {
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

/// Counts how often it is asked; stops the run at one question, if told to.
struct Counter {
    asked: usize,
    stop_at: usize,
}

impl Watch for Counter {
    fn progress(&mut self, _share: f64) -> Option<StopReason> {
        self.asked += 1;
        (self.asked >= self.stop_at).then_some(StopReason::TimeLimit)
    }
}

/// A benchmark with its settings changed, ready to run.
fn spec(benchmark: &str, method: &str, edits: &[(&str, &str)]) -> RunSpec {
    let library = neuromod_bench::definitions::shipped().expect("embedded definitions");
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

fn asked(spec: &RunSpec) -> usize {
    let mut counter = Counter { asked: 0, stop_at: usize::MAX };
    protocol(&spec.paradigm).expect("known").run(spec, &data(), &mut counter).expect("runs");
    counter.asked
}

/// Benchmark, method, edits that make the run short, and the setting of one phase (of the test, where there is one) in two
/// sizes, with the questions that the larger size must add at least: one per piece of work that it adds.
type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], [&'static str; 3], usize);

const QUICK_OPPOSED: &[(&str, &str)] = &[
    ("max_updates = 4000", "max_updates = 2"),
    ("min_updates = 300", "min_updates = 1"),
    ("units = 96", "units = 16"),
];

const CASES: &[Case] = &[
    // 4 conditions, 8 trials at once: 400 more trials are 50 more groups of each.
    (
        "opposed-light",
        "gain-100",
        QUICK_OPPOSED,
        ["geometry = true", "geometry = false\ntest_trials = 80", "geometry = false\ntest_trials = 480"],
        200,
    ),
    // Noise-free lines, the components' states and iterations, the states of noisy trials.
    (
        "opposed-light",
        "gain-100",
        QUICK_OPPOSED,
        ["geometry = true", "geometry = false", "geometry = true"],
        500,
    ),
    // 300 more test trials of a binding task are 18 more groups of 16.
    (
        "cue-binding-light",
        "plastic",
        &[("updates = 300", "updates = 1")],
        ["test_trials = 128", "test_trials = 16", "test_trials = 320"],
        18,
    ),
    // 900 more episodes.
    (
        "sinusoid-10shot-quick",
        "fomaml",
        &[("outer_steps = 1000", "outer_steps = 1")],
        ["episodes = 300", "episodes = 20", "episodes = 920"],
        900,
    ),
    // One update on 80 more episodes.
    (
        "sinusoid-10shot-quick",
        "fomaml",
        &[("outer_steps = 1000", "outer_steps = 1")],
        ["episodes_per_step = 25", "episodes_per_step = 20", "episodes_per_step = 100"],
        80,
    ),
    // 10,000 more samples, asked every 256.
    ("change-point", "fixed-rate", &[], ["trials = 1000", "trials = 1000", "trials = 11000"], 39),
    ("change-point", "told", &[], ["trials = 1000", "trials = 1000", "trials = 11000"], 39),
    ("change-point", "observer-rotated", &[], ["trials = 1000", "trials = 1000", "trials = 11000"], 39),
    // A step of the exact observer may cost as much as there were trials.
    ("change-point", "exact-observer", &[], ["trials = 1000", "trials = 100", "trials = 1100"], 1000),
    // Ten more points of the curve, of one look at a test set each for three heads.
    (
        "digits-attributes",
        "equal",
        &[("updates = 400", "updates = 20")],
        ["every = 20", "every = 20", "every = 2"],
        27,
    ),
    (
        "digits-even-to-odd",
        "fine-tune",
        &[("source_updates = 300", "source_updates = 2"), ("target_updates = 200", "target_updates = 20")],
        ["every = 10", "every = 20", "every = 2"],
        36,
    ),
    (
        "split-digits-domain",
        "naive",
        &[("updates_per_task = 200", "updates_per_task = 20")],
        ["every = 20", "every = 20", "every = 2"],
        100,
    ),
    (
        "sea",
        "sgd-0-1",
        &[("segments = 4", "segments = 1")],
        ["samples = 5000", "samples = 100", "samples = 1100"],
        200,
    ),
];

#[test]
fn every_phase_asks_whether_to_stop_as_often_as_its_work_grows() {
    for (benchmark, method, edits, [from, small, large], least) in CASES {
        let with = |to: &'static str| {
            let edits: Vec<(&str, &str)> = edits.iter().copied().chain([(*from, to)]).collect();
            asked(&spec(benchmark, method, &edits))
        };
        let (few, many) = (with(small), with(large));
        assert!(
            many >= few + least,
            "{benchmark}, {method}, {large}: asked {many} times, with {small} {few} times"
        );
    }
}

#[test]
fn a_fisher_estimate_and_a_dose_response_ask_between_their_batches() {
    let short = [("updates_per_task = 200", "updates_per_task = 2"), ("every = 20", "every = 100")];
    let naive = asked(&spec("split-digits-domain", "naive", &short));
    // 1,077 samples in tasks of about 215: two batches of 128 per task.
    assert!(asked(&spec("split-digits-domain", "ewc", &short)) >= naive + 2 * 5);
    let dose = "[dose]\nlevels = [0.5, 0.6, 0.8, 1.0]\ntrials = 16\n\n[[behaviour]]\nname = \"go-to-plus\"";
    let plain = [QUICK_OPPOSED, &[("geometry = true", "geometry = false")]].concat();
    let with = [&plain[..], &[("[[behaviour]]\nname = \"go-to-plus\"", dose)]].concat();
    let (without, with) =
        (asked(&spec("opposed-light", "gain-100", &plain)), asked(&spec("opposed-light", "gain-100", &with)));
    // Four levels and two stimuli of two groups of 8 trials.
    assert!(with >= without + 16, "{with} {without}");
}

#[test]
fn a_run_ends_at_the_first_question_that_says_so_whatever_its_phase() {
    for (benchmark, method, edits, ..) in CASES {
        let spec = spec(benchmark, method, edits);
        let all = asked(&spec);
        // At the start, in the middle, and at the last question, which belongs to the test phase where there is one.
        for stop_at in [1, all / 2, all] {
            let mut counter = Counter { asked: 0, stop_at: stop_at.max(1) };
            let outcome = protocol(&spec.paradigm).expect("known").run(&spec, &data(), &mut counter);
            assert!(
                matches!(outcome, Err(Error::Stopped(_))),
                "{benchmark}, {method}: not stopped at {stop_at}"
            );
            assert_eq!(
                counter.asked,
                stop_at.max(1),
                "{benchmark}, {method}: asked again after being told to stop"
            );
        }
    }
    let spec = spec("sea", "no-change", &[("samples = 5000", "samples = 100")]);
    protocol("online")
        .expect("known")
        .run(&spec, &data(), &mut Unwatched)
        .expect("runs when nobody stops it");
}

/// A copy of the dose–response benchmark with a short training and these settings.
fn dose_response(edits: &[(&str, &str)]) -> tempfile::TempDir {
    let library = neuromod_bench::definitions::shipped().expect("embedded definitions");
    let mut text = library.benchmark("dose-response").expect("known").origin.text();
    let training = "[training]\nmax_updates = 1\nmin_updates = 1\nevaluate_every = 1\nevaluation_trials = 1";
    text = text.replace("id = \"dose-response\"", "id = \"long\"").replace("[training]", training);
    for (from, to) in edits {
        assert!(text.contains(from), "no {from}");
        text = text.replace(from, to);
    }
    let dir = tempfile::tempdir().expect("temporary folder");
    fs::create_dir(dir.path().join("definitions")).expect("create");
    fs::write(dir.path().join("definitions/long.toml"), text).expect("write");
    dir
}

const LONG_TESTS: [&[(&str, &str)]; 3] = [
    &[("geometry = true", "geometry = false\ntest_trials = 1000000")],
    &[("geometry = true", "geometry = false\ntest_trials = 1"), ("trials = 20", "trials = 1000000")],
    &[(
        "geometry = true",
        "geometry = true\ntest_trials = 1\nnetwork = { units = 400 }\ntrial = { steps = 4000 }",
    )],
];

#[test]
fn a_time_limit_ends_test_phases_that_would_take_hours() {
    for edits in LONG_TESTS {
        let dir = dose_response(edits);
        let begin = Instant::now();
        let mut command = bench(dir.path());
        command.args(["run", "long", "-m", "gain-100", "--seeds", "1", "--jobs", "1", "--time-limit", "2s"]);
        command.args(["--quiet", "--benchmarks", "definitions", "--out", "out"]);
        command.timeout(Duration::from_secs(300)).assert().code(predicate::ne(0));
        assert!(begin.elapsed() < Duration::from_secs(120), "{edits:?}: {:?}", begin.elapsed());
        let records = fs::read_to_string(dir.path().join("out/records.jsonl")).expect("records");
        assert!(records.contains(r#""status":"timeout""#), "{edits:?}: {records}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_test_phase_that_would_take_hours() {
    for signal in ["-TERM", "-INT"] {
        let dir = dose_response(LONG_TESTS[1]);
        let mut child = Process::new(env!("CARGO_BIN_EXE_bench"))
            .args(["run", "long", "-m", "gain-100", "--seeds", "1", "--jobs", "1", "--quiet"])
            .args(["--benchmarks", "definitions", "--out", "out"])
            .current_dir(dir.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_secs(3));
        let begin = Instant::now();
        Process::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
        while child.try_wait().expect("a child").is_none() {
            assert!(begin.elapsed() < Duration::from_secs(60), "{signal}: still running after a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(child.wait().expect("ended").code(), Some(75), "{signal}");
    }
}

/// The benchmark with these edits is refused for this method, in these words.
fn refused(benchmark: &str, method: &str, edits: &[(&str, &str)], words: &[&str]) {
    let library = neuromod_bench::definitions::shipped().expect("embedded definitions");
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
