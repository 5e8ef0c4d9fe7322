//! Nothing is lost or wrong without a word: incomplete grids, damaged journals, folders that go away, results that were
//! never on disk.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use assert_cmd::Command;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::Record;
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{
    Damage, Executor, Journal, Listener, Plan, Selection, environment as run_environment, read_records,
};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::{Value, json};

use crate::common::{TINY_DOMAIN, TWO, bench, definitions, folder, text};
use crate::damaged_records::recorded;

/// Ten seeds of a mechanism with all its controls: twice as many runs as a verdict needs.
const SUITE: &str = r#"
schema = 1
id = "grid"
title = "Grid"
summary = "For tests."
seeds = 10

[[cell]]
benchmarks = ["tiny"]
methods = ["naive", "two"]
controls = ["all"]
"#;

pub fn grid() -> tempfile::TempDir {
    let tiny = TINY_DOMAIN.replace("updates_per_task = 20", "updates_per_task = 6");
    definitions(&[("tiny.toml", &tiny), ("two.toml", TWO), ("grid.toml", SUITE)])
}

fn run(definitions: &Path, target: &str, out: &Path) -> Command {
    let mut command = bench();
    command.args(["run", target, "--quiet", "--benchmarks"]).arg(definitions).arg("--out").arg(out);
    command
}

pub fn report(from: &[&Path], out: &Path) -> std::process::Output {
    bench().arg("report").args(from).arg("--verbose").arg("--out").arg(out).output().expect("a report")
}

pub fn lines(dir: &Path) -> Vec<Value> {
    let whole = text(&dir.join("records.jsonl"));
    whole.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Takes away what is not deterministic.
fn timeless(dir: &Path) {
    let mut all = lines(dir);
    for record in &mut all {
        record["time"] = json!({ "wall_s": 1.0, "started_unix": 1 });
    }
    let all: String = all.iter().map(|record| format!("{record}\n")).collect();
    fs::write(dir.join("records.jsonl"), all).expect("write");
}

/// Every file of a report by name.
fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut paths: Vec<PathBuf> =
        ["report.html", "report.md", "verdicts.csv"].iter().map(|name| dir.join(name)).collect();
    paths.extend(fs::read_dir(dir.join("charts")).expect("charts").flatten().map(|entry| entry.path()));
    paths.sort();
    paths
        .iter()
        .map(|path| {
            (path.strip_prefix(dir).expect("inside").display().to_string(), fs::read(path).expect("readable"))
        })
        .collect()
}

#[test]
fn a_missing_shard_is_told_withholds_verdicts_and_all_shards_are_the_whole_byte_for_byte() {
    let (definitions, dir) = (grid(), folder());
    let out = |name: &str| dir.path().join(name);
    run(definitions.path(), "grid", &out("whole")).assert().success();
    for share in ["1", "2"] {
        let mut command = run(definitions.path(), "grid", &out(share));
        command.args(["--shard", &format!("{share}/2")]).assert().success();
    }
    for name in ["whole", "1", "2"] {
        timeless(&out(name));
    }
    let (whole, one, two) = (out("whole"), out("1"), out("2"));
    assert_eq!(report(&[&whole], &out("a")).status.code(), Some(0));
    assert_eq!(report(&[&one, &two], &out("b")).status.code(), Some(0));
    assert_eq!(report(&[&two, &one], &out("c")).status.code(), Some(0));
    assert!(files(&out("a")) == files(&out("b")) && files(&out("b")) == files(&out("c")));

    let half = report(&[&one], &out("d"));
    let told = String::from_utf8_lossy(&half.stdout).into_owned();
    assert_eq!(half.status.code(), Some(1), "{told}");
    let (runs, all) = (lines(&one).len(), lines(&whole).len());
    assert!(told.contains(&format!("{} of {all} planned runs have no record", all - runs)), "{told}");
    assert!(told.contains("tiny@1 two+shuffled: seeds "), "{told}");
    let page = text(&out("d").join("report.md"));
    assert!(page.contains("Missing runs") && page.contains("no verdict: "), "{page}");
    assert!(text(&out("d").join("verdicts.csv")).contains(",no verdict: "));
    // What the share's own session wrote says so too.
    assert!(text(&one.join("report.md")).contains("planned runs have no record"));
}

#[test]
fn an_interrupted_grid_is_told_of_by_session_and_report_and_a_damaged_plan_is_an_error() {
    let (definitions, out) = (grid(), folder());
    let mut command = run(definitions.path(), "tiny", out.path());
    command.args(["-m", "naive", "--seeds", "12"]).assert().success();
    let journal = out.path().join("records.jsonl");
    let kept: String = text(&journal).lines().take(10).map(|line| format!("{line}\n")).collect();
    fs::write(&journal, kept).expect("write");
    let told = report(&[out.path()], out.path());
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert_eq!(told.status.code(), Some(1));
    assert!(text.contains("2 of 12 planned runs have no record") && text.contains("10/12 ok"), "{text}");
    // Fewer seeds of the same selection replace the plan: nothing is missing then.
    run(definitions.path(), "tiny", out.path()).args(["-m", "naive", "--seeds", "5"]).assert().success();
    assert_eq!(report(&[out.path()], out.path()).status.code(), Some(0));
    fs::write(out.path().join("plan.json"), "{oops").expect("write");
    let told = report(&[out.path()], out.path());
    assert_eq!(told.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&told.stderr).contains("plan.json: not a plan"));
}

#[test]
fn a_share_without_a_seed_says_so() {
    let (definitions, out) = (grid(), folder());
    let mut command = bench();
    command.args(["run", "tiny", "-m", "naive", "--seeds", "2", "--shard", "3/3", "--benchmarks"]);
    command.arg(definitions.path()).arg("--out").arg(out.path());
    command.assert().success().stderr(contains("share 3 of 3 holds no run").and(contains("whole seeds")));
}

pub fn naive(definitions: &Path, out: &Path) -> Command {
    let mut command = run(definitions, "tiny", out);
    command.args(["-m", "naive", "--seeds", "3"]);
    command
}

/// Does something to the output folder when the first run is counted.
struct Meddling<'a>(Mutex<Option<&'a (dyn Fn() + Sync)>>);

impl Listener for Meddling<'_> {
    fn ended(&self, _slot: usize, _record: &Record) {
        if let Some(meddle) = self.0.lock().expect("one thread").take() {
            meddle();
        }
    }
}

/// How a session ends whose folder somebody meddles with, and where its records were rescued to.
fn meddled(out: &Path, meddle: &(dyn Fn() + Sync)) -> (String, Option<PathBuf>) {
    let mut library = crate::common::shipped().clone();
    let tiny = TINY_DOMAIN.replace(", \"two\"", "");
    library.add(Source { name: "tiny.toml".into(), text: tiny }).expect("valid");
    let selection = Selection {
        targets: vec!["tiny".into()],
        methods: Vec::new(),
        seeds: Some(80),
        ..Selection::default()
    };
    let plan = Plan::new(&library, &selection).expect("a plan");
    let (mut journal, _) = Journal::open(out).expect("a journal");
    let executor = Executor {
        data: &Data::new(DataFolder::choose(None)),
        jobs: 1,
        time_limit: None,
        env: run_environment(1),
        scorer: metric::score_all,
        traces: BTreeMap::new(),
        interrupt: &AtomicBool::new(false),
    };
    let listener = Meddling(Mutex::new(Some(meddle)));
    let outcome = executor.execute(&plan.runs, &mut journal, &listener);
    let error = outcome.expect_err("the folder is not what it was").to_string();
    (error, journal.rescue().expect("rescued or nothing to rescue"))
}

#[cfg(unix)]
#[test]
fn a_folder_that_goes_away_ends_the_session_and_its_records_are_rescued() {
    let dir = folder();
    let (out, elsewhere) = (dir.path().join("out"), dir.path().join("elsewhere"));
    let journal = out.join("records.jsonl");
    let (error, rescued) = meddled(&out, &|| fs::remove_dir_all(&out).expect("removed"));
    assert!(error.contains("was removed while"), "{error}");
    let rescued = rescued.expect("what was written is still there");
    assert!(!read_records(&rescued, Damage::Refuse).expect("whole").records.is_empty());

    let (error, rescued) = meddled(&out, &|| fs::rename(&out, &elsewhere).expect("moved"));
    assert!(error.contains("was moved away while") && rescued.is_none(), "{error}");
    assert!(!lines(&elsewhere).is_empty());

    let (error, _) = meddled(&out, &|| fs::write(&journal, "").expect("emptied"));
    assert!(error.contains("was changed by another program (0 bytes"), "{error}");

    let replace =
        || fs::write(dir.path().join("new"), "").and_then(|()| fs::rename(dir.path().join("new"), &journal));
    let (error, _) = meddled(&out, &|| replace().expect("replaced"));
    assert!(error.contains("was replaced by another file"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_deleted_lock_file_does_not_let_a_second_writer_in() {
    let out = folder();
    let (_journal, _) = Journal::open(out.path()).expect("a journal");
    fs::remove_file(out.path().join("records.lock")).expect("deleted");
    let second = Journal::open(out.path()).expect_err("one writer at a time").to_string();
    assert!(second.contains("in use by another process"), "{second}");
}

#[test]
fn a_report_of_runs_that_all_timed_out_does_not_end_as_fine() {
    let (definitions, out) = (grid(), folder());
    let mut command = naive(definitions.path(), out.path());
    command.args(["--time-limit", "0.000001s"]).assert().code(1);
    assert_eq!(report(&[out.path()], out.path()).status.code(), Some(1));
}

#[test]
fn an_output_folder_that_cannot_take_a_report_is_refused_before_training() {
    let (definitions, out) = (grid(), folder());
    fs::create_dir(out.path().join("report.html")).expect("create");
    naive(definitions.path(), out.path()).assert().code(2).stderr(contains("report.html"));
    assert_eq!(text(&out.path().join("records.jsonl")), "", "nothing was trained");
    let blocked = folder();
    fs::write(blocked.path().join("charts"), "").expect("write");
    naive(definitions.path(), blocked.path()).assert().code(2).stderr(contains("charts"));
}

#[test]
fn numbers_that_are_not_finite_are_refused_by_name_and_too_many_runs_too() {
    let (definitions, out) = (grid(), folder());
    for (methods, told) in [
        ("naive@optimiser.rate=inf", "optimiser.rate"),
        ("ewc@parameters.lambda=nan", "parameters.lambda"),
        ("two@modulation.modulators.noradrenaline.receptors.0.sensitivity=inf", "sensitivity"),
    ] {
        let mut command = run(definitions.path(), "tiny", &out.path().join("x"));
        command.args(["--seeds", "1", "-m", methods]).assert().code(2).stderr(contains(told));
    }
    let mut command = run(definitions.path(), "grid", &out.path().join("x"));
    let many = "a plan of at most 50000 runs";
    command
        .args(["--seeds", "100000", "--dry-run"])
        .assert()
        .code(2)
        .stderr(contains("`--seeds` = 100000").and(contains(many)));
    assert!(!out.path().join("x").exists());
    let mut command = run(definitions.path(), "grid", &out.path().join("x"));
    command.arg("--dry-run").assert().success().stdout(contains("plan and data take about 1 MiB"));
}

#[test]
fn a_report_leaves_no_chart_of_an_earlier_one_and_nothing_that_is_not_its_own() {
    let (definitions, out) = recorded();
    let charts = out.path().join("charts");
    let (chart, copy) = (charts.join("tiny-1-score.svg"), charts.join("other-1-score.svg"));
    fs::copy(&chart, &copy).expect("copy");
    fs::write(charts.join("other-1-score.csv"), "").expect("write");
    fs::write(charts.join("mine.svg"), "<svg>mine</svg>").expect("write");
    naive(definitions.path(), out.path()).arg("--fresh").assert().success();
    assert!(chart.exists() && charts.join("mine.svg").exists());
    assert!(!copy.exists() && !charts.join("other-1-score.csv").exists());
}

#[cfg(unix)]
#[test]
fn links_in_the_output_folder_are_not_followed() {
    let (definitions, out) = recorded();
    let victim = out.path().join("victim");
    fs::write(&victim, "mine").expect("write");
    for name in ["report.html", "report.md", "records-1.jsonl"] {
        let path = out.path().join(name);
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(&victim, &path).expect("link");
    }
    naive(definitions.path(), out.path()).arg("--fresh").assert().success();
    assert_eq!(text(&victim), "mine");
    assert_eq!(text(&out.path().join("records-2.jsonl")).lines().count(), 3);
}
