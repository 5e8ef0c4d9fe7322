//! Every phase of every protocol asks whether to stop as often as its work grows, and ends where it is told to.

use std::fs;
use std::process::Command as Process;
use std::time::{Duration, Instant};

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::contract::{RunSpec, Unwatched, Watch};
use neuromod_bench::registry::protocol;
use predicates::prelude::*;

use crate::cases_data::{bench, data, spec};

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
        // At the start, in the middle, and at the last question, which belongs to the test phase where there is one; after it
        // comes the word that all is done.
        for stop_at in [1, all / 2, all - 1] {
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
    let library = crate::common::shipped();
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
