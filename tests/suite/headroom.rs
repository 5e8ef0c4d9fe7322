//! Headroom from the command line: what it finds, that it goes on where it was, and what it refuses.

use std::fs;

use crate::common;
use crate::common::{bench, text};

const TINY: &str = r#"
schema = 1
id = "tiny"
version = 1
title = "Tiny"
paradigm = "online"
summary = "For tests."
score = { metric = "prequential_accuracy", chance = 0.5, ceiling = 1.0 }
methods = ["sgd"]
stream = { source = { kind = "sine" }, samples = 200, segments = 2 }
model = { kind = "mlp", hidden = [4] }
batch = 10
curve = { every = 50, window = 50 }
"#;

const SMALL: [&str; 12] = [
    "headroom",
    "tiny",
    "--target",
    "learning-rate",
    "--trials",
    "2",
    "--restarts",
    "2",
    "--seeds",
    "1",
    "--confirm",
    "1",
];

#[test]
fn headroom_is_the_same_for_any_number_of_jobs_goes_on_where_it_was_and_its_arms_run() {
    let dir = common::definitions(&[("tiny.toml", TINY)]);
    let find = |out: &str, jobs: &str| {
        let output = bench()
            .args(SMALL)
            .args(["--qualify", "10", "--method", "accumulator,observer", "--jobs", jobs, "--benchmarks"])
            .arg(dir.path())
            .arg("--out")
            .arg(dir.path().join(out))
            .assert()
            .success();
        String::from_utf8_lossy(&output.get_output().stdout).into_owned()
    };
    let said = find("one", "1");
    for words in ["2 × 2 trials on 1 seeds", "seeds 200000 to 200009 of test data", "H = S − C′", "confirmed"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let out = dir.path().join("one");
    let files = ["headroom.csv", "scores.csv", "headroom.json", "tuned/online.toml"];
    let first = files.map(|file| text(&out.join(file)));
    let records = text(&out.join("records.jsonl"));
    // Everything is there: nothing runs, and what is written is the same.
    find("one", "1");
    assert_eq!(text(&out.join("records.jsonl")), records);
    find("two", "2");
    assert_eq!(first, files.map(|file| text(&out.join(file))));
    assert_eq!(first, files.map(|file| text(&dir.path().join("two").join(file))));
    // What was found is in force once it stands among the definitions.
    fs::copy(out.join("tuned/online.toml"), dir.path().join("online.toml")).expect("copied");
    let arms = ["constant", "change-blind", "event-locked", "free"];
    let arms = arms.map(|arm| format!("latest+headroom:learning-rate:{arm}")).join(",");
    let run = dir.path().join("run");
    let mut command = bench();
    command
        .args(["run", "tiny", "--seeds", "2", "--quiet", "--method", &arms, "--benchmarks"])
        .arg(dir.path());
    command.arg("--out").arg(&run).assert().success();
    let report = text(&run.join("report.md"));
    assert!(
        report.contains("Can any gain help here?") && report.contains("event-locked against change-blind"),
        "{report}"
    );
    let records = text(&run.join("records.jsonl"));
    assert_eq!(records.lines().count(), 8);
    assert!(
        records.lines().all(|line| line.contains("\"search\":{\"trials\":2,\"restarts\":2")),
        "{records}"
    );
}

#[test]
fn wrong_questions_are_told_before_anything_trains() {
    let dir = common::definitions(&[("tiny.toml", TINY)]);
    let cases: [(&[&str], &str); 6] = [
        (&["hyperplane", "--target", "learning-rate"], "no changes"),
        (&["tiny", "--target", "replay"], "no replay"),
        (&["tiny", "--target", "learning-rat"], "did you mean `learning-rate`?"),
        (&["tiny", "--target", "learning-rate", "--trials", "0"], "--trials"),
        (&["tiny", "--target", "learning-rate", "--method", "noradrenaline"], "a receptor on learning-rate"),
        (&["tinny", "--target", "learning-rate"], "did you mean `tiny`?"),
    ];
    for (arguments, words) in cases {
        let out = dir.path().join("never");
        let mut command = bench();
        command.arg("headroom").args(arguments).arg("--benchmarks").arg(dir.path()).arg("--out").arg(&out);
        let output = command.assert().code(2);
        let said = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
        assert!(said.contains(words), "{arguments:?}: {said}");
        assert!(!out.exists(), "{arguments:?}");
    }
}

#[test]
fn shares_of_the_questions_are_the_whole_and_put_together_they_train_nothing_anew() {
    let dir = common::definitions(&[("tiny.toml", TINY)]);
    let find = |out: &str, more: &[&str]| {
        let mut command = bench();
        command.args([
            "headroom",
            "tiny",
            "--target",
            "learning-rate,bias",
            "--trials",
            "2",
            "--restarts",
            "1",
        ]);
        command.args(["--seeds", "1", "--confirm", "1", "--qualify", "10", "--quiet"]).args(more);
        command.arg("--benchmarks").arg(dir.path()).arg("--out").arg(dir.path().join(out));
        String::from_utf8_lossy(&command.assert().success().get_output().stdout).into_owned()
    };
    let planned = find("none", &["--dry-run"]);
    assert!(
        planned.contains("tiny × learning-rate: constant, change-blind, event-locked, free; at most"),
        "{planned}"
    );
    assert!(planned.contains("tiny × bias:") && !dir.path().join("none").exists(), "{planned}");
    find("whole", &[]);
    find("one", &["--shard", "1/2"]);
    find("two", &["--shard", "2/2"]);
    let read = |out: &str, file: &str| text(&dir.path().join(out).join(file));
    assert!(
        !read("one", "headroom.csv").contains(",bias,")
            && !read("two", "headroom.csv").contains(",learning-rate,")
    );
    let both = read("one", "records.jsonl") + &read("two", "records.jsonl");
    fs::create_dir(dir.path().join("both")).expect("a folder");
    fs::write(dir.path().join("both/records.jsonl"), &both).expect("written");
    find("both", &[]);
    assert_eq!(read("both", "records.jsonl"), both, "nothing was trained anew");
    for file in ["headroom.csv", "scores.csv", "headroom.json", "tuned/online.toml"] {
        assert_eq!(read("both", file), read("whole", file), "{file}");
    }
}
