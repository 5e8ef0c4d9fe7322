//! The short programs in `examples/` compile with the tests; here they run and say what they promise.

use std::path::PathBuf;
use std::process::Command;

/// Cargo builds examples beside the tests: `target/PROFILE/examples`, next to `deps`.
fn run(name: &str) -> String {
    let mut path: PathBuf = std::env::current_exe().expect("a test has a path");
    path.pop();
    path.pop();
    let output = Command::new(path.join("examples").join(name)).output().expect(
        "`cargo test` builds examples; with `--test suite` alone, run `cargo build --examples` first",
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_benchmark_runs_from_code() {
    let text = run("run_benchmark");
    assert!(text.contains("ewc      average accuracy 0.9") && text.contains("over 3 seeds"), "{text}");
}

#[test]
fn two_sets_of_scores_are_judged() {
    // Ten differences of one sign: 2/2¹⁰.
    let text = run("judge_scores");
    assert!(text.contains("p 0.0020 (the smallest that ten pairs can give is 0.0020)"), "{text}");
}

#[test]
fn a_learner_of_ones_own_is_scored_by_the_suite() {
    // Class means do not forget: what was learned stays.
    let text = run("own_learner");
    let value = |name: &str| -> f64 {
        let line = text.lines().find(|line| line.starts_with(name)).expect(name);
        line.split_whitespace().nth(1).expect("a value").parse().expect("a number")
    };
    assert!(value("average_accuracy") > 0.8, "{text}");
}
