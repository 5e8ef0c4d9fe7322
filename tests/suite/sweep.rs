//! `bench sweep`: a curve on validation data, its best and plateau, and one look at test data.

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{TINY_DOMAIN, bench, definitions, folder, text};

fn tiny() -> tempfile::TempDir {
    definitions(&[(
        "tiny.toml",
        &TINY_DOMAIN.replace("methods = [\"naive\", \"two\"]", "methods = [\"naive\"]"),
    )])
}

fn sweep(definitions: &std::path::Path, out: &std::path::Path, over: &[&str]) -> Command {
    of_seeds(definitions, out, over, ["2", "2"])
}

/// With so many seeds on validation and on test data.
fn of_seeds(
    definitions: &std::path::Path,
    out: &std::path::Path,
    over: &[&str],
    seeds: [&str; 2],
) -> Command {
    let mut command = bench();
    command.args([
        "sweep",
        "tiny",
        "-m",
        "ewc",
        "--seeds",
        seeds[0],
        "--test",
        seeds[1],
        "--quiet",
        "--benchmarks",
    ]);
    command.arg(definitions);
    over.iter().for_each(|over| {
        command.args(["--over", over]);
    });
    command.arg("--out").arg(out);
    command
}

#[test]
fn one_setting_gives_a_curve_its_best_and_its_conventions() {
    let (definitions, out) = (tiny(), folder());
    let over = ["parameters.lambda=1e-2..1e8:log:3"];
    let first = sweep(definitions.path(), out.path(), &over).assert().success();
    let first = String::from_utf8(first.get_output().stdout.clone()).expect("a text");
    for told in [
        "ewc on tiny: average_accuracy on validation data",
        "lambda 0.01",
        "lambda 1e8",
        "plateau of lambda within one point:",
        "decades",
        "van de Ven",
        "λ Σ F Δ², factor 0.5",
        "test data, ewc@parameters.lambda=",
        "2 seeds",
    ] {
        assert!(first.contains(told), "{told}: {first}");
    }
    assert_eq!(first.matches(" * ").count(), 2, "one best, and what the mark means: {first}");
    let csv = text(&out.path().join("sweep.csv"));
    assert!(
        csv.starts_with("parameters.lambda,mean,low,high,seeds,diverged,within_one_point\n0.01,"),
        "{csv}"
    );
    assert_eq!(csv.lines().count(), 4);
    assert!(text(&out.path().join("sweep.svg")).contains("log₁₀ lambda"));
    // Three values on two validation seeds, and the best on two test seeds; none of them twice.
    let records = text(&out.path().join("records.jsonl"));
    let of = |text: &str| records.lines().filter(|line| line.contains(text)).count();
    assert_eq!((of("\"evaluate\":\"validation\""), of("\"evaluate\":\"test\"")), (6, 2));
    assert_eq!(of("\"seed\":100000"), 3, "validation has seeds of its own");
    let again = sweep(definitions.path(), out.path(), &over).assert().success();
    assert_eq!(again.get_output().stdout, first.as_bytes());
    assert_eq!(text(&out.path().join("records.jsonl")), records, "nothing was done again");
}

#[test]
fn two_settings_are_a_grid() {
    let (definitions, out) = (tiny(), folder());
    let over = ["optimiser.rate=0.01,0.1", "lambda=1,10"];
    of_seeds(definitions.path(), out.path(), &over, ["1", "0"]).assert().success().stdout(
        contains("plateau of rate").and(contains("plateau of lambda")).and(contains("test data").not()),
    );
    let csv = text(&out.path().join("sweep.csv"));
    assert!(csv.starts_with("optimiser.rate,parameters.lambda,mean,") && csv.contains("\n0.1,10,"), "{csv}");
}

#[test]
fn a_range_of_a_whole_number_setting_is_rounded_and_a_nested_key_is_a_parameter() {
    let (definitions, out) = (tiny(), folder());
    let of = |over: &str| {
        let mut command = bench();
        command.args(["sweep", "tiny", "-m", "er", "--seeds", "1", "--test", "0", "--quiet", "--over", over]);
        command.arg("--benchmarks").arg(definitions.path()).arg("--out").arg(out.path());
        command
    };
    of("memory.samples=10..40:log:3").assert().success().stdout(contains("samples 20"));
    // 10 · √6 = 24.49.
    of("parameters.memory.samples=10..60:log:3").assert().success().stdout(contains("samples 24"));
    assert!(text(&out.path().join("sweep.csv")).starts_with("parameters.memory.samples,"));
    of("memory.samples=1.2..1.4:lin:3").assert().code(2).stderr(contains("two whole numbers"));
    of("memory.samples=1.5,2").assert().code(2).stderr(contains("expected usize"));
}

#[test]
fn what_cannot_be_swept_is_told_before_anything_trains() {
    let (definitions, out) = (tiny(), folder());
    let refused = |over: &[&str], told: &str| {
        sweep(definitions.path(), out.path(), over).assert().code(2).stderr(contains(told));
        assert!(!out.path().join("records.jsonl").exists(), "{told}");
    };
    refused(&["lambda=1..9"], "needs its spacing and count");
    refused(&["lambda=-1,1"], "lambda");
    refused(&["lamda=1,2"], "lamda");
    refused(&["lambda=1,2", "parameters.lambda=3,4"], "parameters.lambda twice");
    refused(&["lambda=1,2", "optimiser.rate=1,2", "model.x=1,2"], "3 settings");
    let mut unknown = bench();
    unknown
        .args(["sweep", "tiny", "-m", "ewcc", "--over", "lambda=1,2", "--benchmarks"])
        .arg(definitions.path());
    unknown.assert().code(2).stderr(contains("did you mean `ewc`?"));
    sweep(definitions.path(), out.path(), &["lambda=1,2"])
        .arg("--dry-run")
        .assert()
        .success()
        .stdout(contains("4 runs"));
}
