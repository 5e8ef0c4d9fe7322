//! `bench export`: what leaves the program says what the report says, and nothing that a benchmark hides.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{TINY_DOMAIN, bench, definitions as folder_of, folder, text};

fn run_tiny(out: &Path, methods: &str, seeds: &str) {
    let dir = folder_of(&[("tiny.toml", &TINY_DOMAIN.replace("\"two\"", "\"ewc\""))]);
    let mut command = bench();
    command.args(["run", "tiny", "--quiet", "--method", methods, "--seeds", seeds, "--out"]).arg(out);
    command.arg("--benchmarks").arg(dir.path()).assert().success();
}

/// Rows of a CSV file without quoted cells, by column.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    let names: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let row =
        |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a row"))).collect()
}

/// The same tables again on demand, and the table for a paper.
fn check_exports(dir: &Path) {
    let out = folder();
    bench().args(["export", "csv"]).arg(dir).arg("--out").arg(out.path()).assert().success();
    for name in ["runs.csv", "raw-curves.csv"] {
        assert_eq!(text(&out.path().join(name)), text(&dir.join(name)), "{name}");
    }
    bench().args(["export", "latex"]).arg(dir).assert().success();
    let table = text(&dir.join("tables.tex"));
    for part in [
        "\\toprule",
        "\\midrule",
        "\\bottomrule",
        "Naive & $",
        "\\pm",
        "BWT",
        "forgetting",
        "chance & 0.5",
        "Holm",
    ] {
        assert!(table.contains(part), "{part}: {table}");
    }
    // Three seeds: nothing can be told apart, so nothing is bold.
    assert!(!table.contains("mathbf"), "{table}");
}

#[test]
fn every_report_has_its_runs_and_curves_beside_it_and_they_say_what_it_says() {
    let dir = folder();
    run_tiny(dir.path(), "naive,ewc", "3");
    let runs = rows(&dir.path().join("runs.csv"));
    assert_eq!(runs.len(), 6);
    let naive: Vec<f64> = runs
        .iter()
        .filter(|row| row["method"] == "naive")
        .map(|row| row["average_accuracy"].parse().expect("a number"))
        .collect();
    let mean = naive.iter().sum::<f64>() / 3.0;
    let report = text(&dir.path().join("report.md"));
    assert!(report.contains(&format!("| Naive | {mean:.3} |")), "{mean} {report}");
    assert!(runs.iter().all(|row| row["score"] == row["average_accuracy"] && row["status"] == "ok"));
    assert!(runs.iter().all(|row| row["origin"] == "native" && row["score_metric"] == "average_accuracy"));
    // The end of each run's matrix gives the same number again.
    bench().args(["export", "csv"]).arg(dir.path()).assert().success();
    let curves = rows(&dir.path().join("raw-curves.csv"));
    let last = |row: &&BTreeMap<String, String>| {
        row["kind"] == "matrix" && row["x"] == "5" && row["method"] == "naive"
    };
    let ends: Vec<f64> = curves
        .iter()
        .filter(last)
        .filter(|row| row["seed"] == "0")
        .map(|row| row["y"].parse().expect("a number"))
        .collect();
    assert_eq!(ends.len(), 5);
    assert!((ends.iter().sum::<f64>() / 5.0 - naive[0]).abs() < 1e-12);
    assert!(curves.iter().any(|row| row["kind"] == "curve" && row["curve"] == "accuracy/task0"));

    // Beside the report stands what its charts draw: each point is the mean over the runs that have it.
    let drawn = rows(&dir.path().join("curves.csv"));
    let line = |row: &&BTreeMap<String, String>| {
        row["chart"] == "tiny-1-accuracy-over-time" && row["line"] == "Naive" && row["benchmark"] == "tiny@1"
    };
    let line: Vec<_> = drawn.iter().filter(line).collect();
    assert_eq!(line.len(), 10, "{drawn:?}");
    for point in line {
        let at = |row: &&BTreeMap<String, String>| {
            (row["curve"].as_str(), row["method"].as_str(), &row["x"])
                == ("accuracy/seen", "naive", &point["x"])
        };
        let own: Vec<f64> = curves.iter().filter(at).map(|row| row["y"].parse().expect("a number")).collect();
        let number = |key: &str| -> f64 { point[key].parse().expect("a number") };
        assert_eq!((own.len(), point["n"].as_str()), (3, "3"));
        assert!((own.iter().sum::<f64>() / 3.0 - number("mean")).abs() < 1e-12, "{point:?}");
        assert!(number("low") <= number("mean") && number("mean") <= number("high"), "{point:?}");
    }
    assert!(drawn.iter().any(|row| row["panel"] == "Naive" && row["line"] == "task 1"));
    check_exports(dir.path());
}

#[test]
fn event_files_hold_curves_and_metrics_and_names_lead_nowhere_else() {
    let dir = folder();
    run_tiny(dir.path(), "naive", "1");
    bench().args(["export", "tensorboard"]).arg(dir.path()).assert().success();
    let path = dir.path().join("tensorboard/tiny@1/naive/seed0/events.out.tfevents.0.neuromod");
    let bytes = std::fs::read(path).expect("an event file");
    // A chain of lengths that ends where the file does.
    let (mut at, mut messages) = (0, Vec::new());
    while at < bytes.len() {
        let length = u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes")) as usize;
        messages.push(&bytes[at + 12..at + 12 + length]);
        at += 16 + length;
    }
    let holds = |message: &[u8], word: &str| message.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(holds(messages[0], "brain.Event:2"));
    for tag in ["accuracy/task0", "loss", "metric/average_accuracy"] {
        assert!(messages.iter().any(|message| holds(message, tag)), "{tag}");
    }
    std::fs::write(dir.path().join("a.csv"), "benchmark,method,seed,score\n../../b,../m,0,1\n")
        .expect("written");
    let out = dir.path().join("judged");
    bench().arg("judge").arg(dir.path().join("a.csv")).arg("--out").arg(&out).assert().success();
    bench().args(["export", "tensorboard"]).arg(&out).assert().success();
    assert!(out.join("tensorboard/_.._b@1/_m/seed0").is_dir());
}

#[test]
fn metadata_is_written_for_all_or_for_one_and_an_unknown_name_is_refused() {
    let dir = folder();
    bench().args(["export", "croissant", "digits", "--out"]).arg(dir.path()).assert().success();
    let value: serde_json::Value =
        serde_json::from_str(&text(&dir.path().join("digits.json"))).expect("JSON");
    assert_eq!(value["@type"], "sc:Dataset");
    assert!(value["rai:dataLimitations"].is_string() && value["citeAs"].is_string());
    assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 1);
    bench().args(["export", "croissant", "--out"]).arg(dir.path()).assert().success();
    assert!(std::fs::read_dir(dir.path()).expect("a folder").count() > 4);
    let error = bench().args(["export", "croissant", "digit"]).assert().code(2).get_output().stderr.clone();
    assert!(String::from_utf8_lossy(&error).contains("did you mean `digits`"));
}
