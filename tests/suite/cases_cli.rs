//! Inputs that once made the program say something wrong, or stop: each test stands for a class of faults.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{Record, Status};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{self, Executor, Journal, Listener, Plan, PlannedRun, Selection};
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, definitions, folder, text};

pub const TINY: &str = r#"schema = 1
id = "tiny"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = { metric = "average_accuracy", chance = 0.5, ceiling = "joint", reference = "naive" }
methods = ["naive", "ewc"]
data = "digits"
stream = { tasks = { kind = "split" }, scenario = "task", reveals = ["task-id", "boundary"] }
model = { kind = "mlp", hidden = [16] }
budget = { updates_per_task = 6, batch = 8 }
curve = { every = 6, samples = 20 }
"#;

pub const MINE: &str = r#"schema = 1
id = "mine"
title = "Mine"
paradigm = "incremental"
kind = "naive"
provenance = "none"
optimiser = { rate = 0.05 }
"#;

/// Two runs of `methods` on the benchmark of these definitions.
pub fn tiny(definitions: &Path, out: &Path, methods: &str) -> Command {
    let mut command = bench();
    command.args(["run", "tiny", "--jobs", "1", "--seeds", "2", "-m", methods]);
    command.arg("--benchmarks").arg(definitions).arg("--out").arg(out);
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_stream_that_nobody_reads_stops_no_session() {
    let definitions = definitions(&[("tiny.toml", TINY)]);
    let session = |redirected: &str| {
        let out = folder();
        let script = format!(
            "({} run tiny --seeds 8 --jobs 1 -m naive --benchmarks {} --out {}; echo code $? > {}/code) {redirected}",
            env!("CARGO_BIN_EXE_bench"),
            definitions.path().display(),
            out.path().display(),
            out.path().display()
        );
        assert!(Process::new("bash").args(["-c", &script]).status().expect("bash").success());
        assert_eq!(text(&out.path().join("records.jsonl")).lines().count(), 8, "{redirected}");
        text(&out.path().join("code")).trim().to_owned()
    };
    for redirected in
        ["2>/dev/full >/dev/null", "2>&- >/dev/null", "2>&1 | true", "2>&1 | head -1 >/dev/null"]
    {
        assert_eq!(session(redirected), "code 0", "{redirected}");
    }
    // What does not reach stdout is lost, and said with the code.
    assert_eq!(session("2>/dev/full >/dev/full"), "code 1");
}

/// A listener that fails whenever it is told something.
struct Broken;

impl Listener for Broken {
    fn started(&self, _slot: usize, _run: &PlannedRun) {
        panic!("not told")
    }

    fn progressed(&self, _slot: usize, _share: f64) {
        panic!("not told")
    }

    fn ended(&self, _slot: usize, _record: &Record) {
        panic!("not told")
    }
}

#[test]
fn a_listener_that_panics_changes_no_run() {
    let mut library = crate::common::shipped().clone();
    library.add(Source { name: "tiny.toml".into(), text: TINY.into() }).expect("valid");
    let selection = Selection {
        targets: vec!["tiny".into()],
        methods: vec!["naive".into()],
        seeds: Some(3),
        ..Selection::default()
    };
    let plan = Plan::new(&library, &selection).expect("a plan");
    let data = Data::new(DataFolder::choose(None));
    let out = folder();
    let (mut journal, _) = Journal::open(out.path()).expect("a journal");
    let executor = Executor {
        data: &data,
        jobs: 2,
        time_limit: None,
        env: run::environment(2),
        scorer: metric::score_all,
        traces: BTreeMap::new(),
        interrupt: &AtomicBool::new(false),
    };
    run::install_panic_hook();
    let outcome = executor.execute(&plan.runs, &mut journal, &Broken).expect("a session");
    assert_eq!(outcome.records.iter().filter(|record| record.status == Status::Ok).count(), 3);
}

/// `println!` and its like panic where their stream is closed or full.
#[test]
fn no_source_file_prints_in_a_way_that_can_panic() {
    fn search(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                search(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                for (line, code) in text(&path).lines().enumerate() {
                    let words = ["println!", "eprintln!", "print!", "eprint!", "dbg!"];
                    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
                    if code.split(|c| !word(c)).any(|one| words.contains(&one)) {
                        found.push(format!("{}:{}", path.display(), line + 1));
                    }
                }
            }
        }
    }
    let mut found = Vec::new();
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[cfg(unix)]
#[test]
fn a_folder_whose_name_is_no_text_works_and_its_command_can_be_repeated() {
    use std::os::unix::ffi::OsStrExt;
    let (definitions, dir) = (definitions(&[("tiny.toml", TINY)]), folder());
    let out = dir.path().join(std::ffi::OsStr::from_bytes(b"caf\xe9 \x1b[31m"));
    tiny(definitions.path(), &out, "naive").assert().success().stdout(contains("\u{1b}").not());
    let report = text(&out.join("report.md"));
    let command = report.lines().find(|line| line.starts_with("cargo run")).expect("the command");
    assert!(command.contains(r"caf\351 \033[31m'"), "{command}");
    // Pasted into a shell, with the program in the place of cargo, it finds its records again.
    let script = command.replacen("cargo run --release --bin bench --", env!("CARGO_BIN_EXE_bench"), 1);
    let again = Process::new("bash").args(["-c", &script]).output().expect("bash");
    let errors = String::from_utf8_lossy(&again.stderr);
    assert!(again.status.success() && errors.contains("2 of 2 runs are already in"), "{errors}");
}

#[test]
fn names_that_become_the_same_when_shortened_stay_distinct() {
    let (definitions, out) = (definitions(&[("tiny.toml", TINY)]), folder());
    let methods =
        "ewc@parameters.lambda=100@optimiser.rate=0.01,ewc@parameters.lambda=1000@optimiser.rate=0.01";
    tiny(definitions.path(), out.path(), methods)
        .arg("--verbose")
        .assert()
        .success()
        .stdout(contains("ewc@lambda=100 ").and(contains("ewc@lambda=1000 ")));
    let twins = ("twin.toml", &MINE.replace("\"mine\"", "\"twin\""));
    let twice = self::definitions(&[("tiny.toml", TINY), ("mine.toml", MINE), (twins.0, twins.1)]);
    let out = folder();
    tiny(twice.path(), out.path(), "mine,twin").assert().success();
    let csv = text(&out.path().join("charts/tiny-1-score.csv"));
    assert!(csv.contains("\nMine (mine),") && csv.contains("\nMine (twin),"), "{csv}");
}

#[test]
fn escape_sequences_and_line_breaks_in_free_text_reach_nobody() {
    const WILD: &str = r"first\nsecond \u001b[31mred \u001b]0;renamed\u0007 \u009b2J | \u202Eend";
    let wild = TINY.replace("\"Tiny\"", &format!("\"{WILD}\"")).replace("For tests.", WILD);
    let method = MINE.replace("\"Mine\"", &format!("\"{WILD}\"")).replace("\"none\"", &format!("\"{WILD}\""));
    let definitions = definitions(&[("tiny.toml", &wild), ("mine.toml", &method)]);
    let out = folder();
    let harmless = |name: &str, text: &str| {
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n' && *c != '\t') || *c == '\u{202e}');
        assert_eq!(bad, None, "{name}: {text}");
    };
    let mut printed = vec![tiny(definitions.path(), out.path(), "naive,mine")];
    printed.push(tiny(definitions.path(), out.path(), "naive,mine"));
    printed[1].args(["--format", "json"]);
    for arguments in [&["list"][..], &["show", "tiny"], &["show", "mine"], &["show", "tinny"]] {
        let mut command = bench();
        command.args(arguments).arg("--benchmarks").arg(definitions.path());
        printed.push(command);
    }
    for command in &mut printed {
        let output = command.output().expect("runs");
        harmless("stdout", &String::from_utf8_lossy(&output.stdout));
        harmless("stderr", &String::from_utf8_lossy(&output.stderr));
    }
    for file in ["report.md", "report.html", "charts/tiny-1-score.svg", "charts/tiny-1-score.csv"] {
        harmless(file, &text(&out.path().join(file)));
    }
    let report = text(&out.path().join("report.md"));
    assert!(!report.lines().any(|line| line.starts_with("second")), "a title is one line: {report}");
    assert!(report.lines().any(|line| line.starts_with("### first second")), "{report}");
    let csv = text(&out.path().join("charts/tiny-1-score.csv"));
    assert!(csv.lines().all(|line| line.split(',').count() == 5), "{csv}");
}
