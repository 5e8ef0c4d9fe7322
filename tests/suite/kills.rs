//! No finished and counted run is lost, whenever the process is killed and however slow the disk is.
//!
//! The hundred kills take some minutes and are not run by default:
//! `cargo test -p neuromod-bench --test suite -- --ignored a_hundred_kills`.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use neuromod_bench::base::source::Source;
use neuromod_bench::contract::Record;
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::report::metric;
use neuromod_bench::run::{self, Damage, Executor, Journal, Listener, Plan, Selection, read_records};

use crate::common::{TINY_DOMAIN, folder};

/// Names the output folder for the process that is to be killed.
const OUT: &str = "NEUROMOD_TEST_KILLED_OUT";
const RUNS: u64 = 400;

/// Says of every counted run its key, as soon as it is counted.
struct Counting;

impl Listener for Counting {
    fn ended(&self, _slot: usize, record: &Record) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "counted {}", record.key).and_then(|()| out.flush());
    }
}

/// The process that is killed: this test in a process of its own. Without the variable it has nothing to do.
#[test]
fn the_process_that_is_killed() {
    let Some(out) = std::env::var_os(OUT).map(PathBuf::from) else { return };
    let tiny = TINY_DOMAIN.replace("updates_per_task = 20", "updates_per_task = 1");
    let mut library = crate::common::shipped().clone();
    library.add(Source { name: "tiny.toml".into(), text: tiny.replace(", \"two\"", "") }).expect("valid");
    let selection = Selection {
        targets: vec!["tiny".into()],
        methods: Vec::new(),
        seeds: Some(RUNS),
        ..Selection::default()
    };
    let plan = Plan::new(&library, &selection).expect("a plan");
    let (mut journal, recovery) = Journal::open(&out).expect("a journal");
    let done: Vec<&str> = recovery.records.iter().map(|record| record.key.as_str()).collect();
    let left: Vec<_> = plan.runs.iter().filter(|run| !done.contains(&run.key.as_str())).cloned().collect();
    let executor = Executor {
        data: &Data::new(DataFolder::choose(None)),
        jobs: 2,
        time_limit: None,
        env: run::environment(2),
        scorer: metric::score_all,
        traces: BTreeMap::new(),
        interrupt: &AtomicBool::new(false),
    };
    executor.execute(&left, &mut journal, &Counting).expect("a session");
}

/// A library that makes every sync take so long, where there is a C compiler.
fn slow_syncs(dir: &Path, milliseconds: u64) -> Option<PathBuf> {
    let (source, library) = (dir.join("slow.c"), dir.join("slow.so"));
    let text = format!(
        "#include <time.h>\n#include <unistd.h>\n#include <sys/syscall.h>\n\
         static void late(void) {{ struct timespec t = {{0, {milliseconds}000000}}; nanosleep(&t, 0); }}\n\
         int fdatasync(int f) {{ late(); return syscall(SYS_fdatasync, f); }}\n\
         int fsync(int f) {{ late(); return syscall(SYS_fsync, f); }}\n"
    );
    fs::write(&source, text).expect("write");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status();
    compiled.is_ok_and(|status| status.success()).then_some(library)
}

fn start(out: &Path, preload: Option<&Path>) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command.args(["--exact", "kills::the_process_that_is_killed", "--nocapture", "--test-threads", "1"]);
    command.env(OUT, out).stdout(Stdio::piped()).stderr(Stdio::null());
    if let Some(library) = preload {
        command.env("LD_PRELOAD", library);
    }
    command.spawn().expect("start")
}

/// Kills a session so long after its first run was counted; returns the keys that were counted.
fn killed(out: &Path, preload: Option<&Path>, after: Duration) -> Vec<String> {
    let mut child = start(out, preload);
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (tell, first) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || -> Vec<String> {
        // A line that was cut off has no key that can be missed: keys have 32 digits.
        let key = |line: String| Some(line.split("counted ").nth(1)?.trim().to_owned());
        let keys = lines.map_while(Result::ok).filter_map(key).filter(|key| key.len() == 32);
        // Nobody may be waiting any more.
        let told = |_: &String| tell.send(()).unwrap_or_default();
        keys.inspect(told).collect()
    });
    // Where nothing is left to do the process ends without a word, and the channel with it.
    let _ = first.recv_timeout(Duration::from_secs(60));
    std::thread::sleep(after);
    child.kill().expect("kill -9");
    child.wait().expect("ends");
    reader.join().expect("read")
}

fn nothing_counted_is_lost(kills: u64, preload: Option<&Path>) {
    let mut counted_at_all = 0;
    let (mut out, mut counted) = (folder(), Vec::new());
    for kill in 0..kills {
        counted.extend(killed(out.path(), preload, Duration::from_millis(37 * kill % 200)));
        let there = match read_records(out.path(), Damage::Refuse) {
            Ok(recovery) => recovery.records,
            Err(error) => panic!("{error}"),
        };
        for key in &counted {
            assert!(
                there.iter().any(|record| record.key == *key),
                "kill {kill}: {key} was counted and is lost"
            );
        }
        if there.len() as u64 == RUNS {
            counted_at_all += counted.len();
            (out, counted) = (folder(), Vec::new());
        }
    }
    assert!(counted_at_all + counted.len() > 0, "no session came far enough to be counted");
}

#[test]
fn five_kills_lose_nothing_that_was_counted_also_on_a_slow_disk() {
    let dir = folder();
    let slow = slow_syncs(dir.path(), 50);
    nothing_counted_is_lost(5, slow.as_deref());
}

#[test]
#[ignore = "takes some minutes"]
fn a_hundred_kills_lose_nothing_that_was_counted() {
    nothing_counted_is_lost(100, None);
    let dir = folder();
    let slow = slow_syncs(dir.path(), 50).expect("a C compiler");
    nothing_counted_is_lost(100, Some(&slow));
}

#[test]
fn a_slow_disk_does_not_keep_a_session_from_ending() {
    let (dir, definitions) = (folder(), folder());
    let Some(slow) = slow_syncs(dir.path(), 300) else { return };
    let tiny = TINY_DOMAIN.replace("updates_per_task = 20", "updates_per_task = 1");
    fs::write(definitions.path().join("tiny.toml"), tiny.replace(", \"two\"", "")).expect("write");
    let out = dir.path().join("out");
    let mut child = Command::new(env!("CARGO_BIN_EXE_bench"))
        .args(["run", "tiny", "--seeds", "2000", "--quiet", "--benchmarks"])
        .arg(definitions.path())
        .arg("--out")
        .arg(&out)
        .env("LD_PRELOAD", &slow)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("start");
    while !fs::metadata(out.join("records.jsonl")).is_ok_and(|file| file.len() > 0) {
        std::thread::sleep(Duration::from_millis(50));
        assert!(child.try_wait().expect("asked").is_none(), "it ended by itself");
    }
    std::thread::sleep(Duration::from_secs(1));
    let asked = std::time::Instant::now();
    let term = || Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    // Twice, as GNU `timeout` does: to the process and to its group.
    assert!(term().success() && term().success());
    let status = child.wait().expect("ends");
    let took = asked.elapsed();
    assert_eq!(status.code(), Some(75));
    // Syncs: two groups of records, and the files of a small report.
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(out.join("report.md").exists(), "the second signal cost the report");
}
