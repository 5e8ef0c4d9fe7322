//! The loops of `docs/bring-your-own-results.md` run where their Python is there; without it that is told and nothing is tested.

use std::process::Command;

use crate::common::{bench, folder, text};

/// A Python that has a package: `$NEUROMOD_PYTHON`, else `python3`.
fn python(package: &str) -> Option<Command> {
    let program = std::env::var("NEUROMOD_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&program).args(["-c", &format!("import {package}")]).output();
    let there = found.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: no Python with {package}");
    }
    there.then(|| Command::new(program))
}

/// The Python parts of the page.
fn parts() -> Vec<String> {
    let page = include_str!("../../docs/bring-your-own-results.md");
    let code = |part: &str| part.split("```").next().unwrap_or_default().to_owned();
    page.split("```python\n").skip(1).map(code).collect()
}

fn judged(mut python: Command, program: &str) {
    let dir = folder();
    std::fs::write(dir.path().join("loop.py"), program).expect("written");
    python.current_dir(dir.path()).args(["loop.py", "2"]).env("BENCH", env!("CARGO_BIN_EXE_bench"));
    python
        .env_remove("NEUROMOD_DATA")
        .env("XDG_CACHE_HOME", "/nonexistent-cache")
        .env("OMP_NUM_THREADS", "1");
    let output = python.output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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

#[test]
fn the_loop_of_the_page_is_short_and_its_numpy_twin_goes_from_stream_to_report() {
    let parts = parts();
    assert_eq!(parts.len(), 2);
    assert!(parts[0].lines().count() <= 60, "{}", parts[0].lines().count());
    let Some(python) = python("numpy") else { return };
    // The twin's `train` takes the place of the first.
    let (head, rest) = parts[0].split_once("def train(").expect("a function");
    let (_, tail) = rest.split_once("\nfollow = ").expect("what follows it");
    let program = format!("{head}{}\nfollow = {tail}", parts[1])
        .replace("import numpy as np, torch\nfrom torch import nn", "import numpy as np");
    judged(python, &program);
}

#[test]
fn the_loop_of_the_page_goes_from_stream_to_report_in_torch() {
    let Some(python) = python("torch") else { return };
    judged(python, &parts()[0]);
}
