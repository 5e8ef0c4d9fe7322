//! Sessions on one folder: a second run, damage, two processes, a full disk, an interrupt.

use std::fs;
use std::process::Command as Process;

use predicates::prelude::*;
use predicates::str::contains;

use crate::cli::{definitions, tiny};
use crate::common::{bench, folder, text};

#[test]
fn a_second_run_does_nothing_again_and_fresh_keeps_the_old_records() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path()).assert().success();
    let before = text(&out.path().join("records.jsonl"));
    tiny(definitions.path(), out.path()).assert().success().stderr(contains("6 of 6 runs are already"));
    assert_eq!(text(&out.path().join("records.jsonl")), before);
    tiny(definitions.path(), out.path())
        .arg("--fresh")
        .assert()
        .success()
        .stderr(contains("records-1.jsonl"));
    assert_eq!(text(&out.path().join("records-1.jsonl")), before);
}

#[test]
fn jobs_change_no_deterministic_byte() {
    let hashes = |jobs: &str| {
        let (definitions, out) = (definitions(|text| text), folder());
        tiny(definitions.path(), out.path()).args(["--jobs", jobs]).assert().success();
        let mut hashes: Vec<(String, String)> = text(&out.path().join("records.jsonl"))
            .lines()
            .map(|line| {
                let record: serde_json::Value = serde_json::from_str(line).expect("JSON");
                (record["key"].to_string(), record["result_sha256"].to_string())
            })
            .collect();
        hashes.sort();
        hashes
    };
    assert_eq!(hashes("1"), hashes("2"));
}

#[test]
fn a_torn_last_line_is_cut_off_kept_and_run_again() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path()).assert().success();
    let journal = out.path().join("records.jsonl");
    let whole = text(&journal);
    fs::write(&journal, &whole[..whole.len() - 100]).expect("tear");
    tiny(definitions.path(), out.path()).assert().success().stderr(contains("torn").and(contains("5 of 6")));
    assert_eq!(text(&journal).lines().count(), 6);
    assert!(out.path().join("records-1.torn").exists());
    let sorted = |text: &str| {
        let mut hashes: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).expect("JSON")["result_sha256"].to_string()
            })
            .collect();
        hashes.sort();
        hashes
    };
    assert_eq!(sorted(&text(&journal)), sorted(&whole));
}

#[test]
fn damage_in_the_middle_of_a_journal_is_an_error_with_its_line() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path()).assert().success();
    let journal = out.path().join("records.jsonl");
    let whole = text(&journal);
    let damaged: String = whole
        .lines()
        .enumerate()
        .map(|(i, l)| if i == 1 { "{oops\n".into() } else { format!("{l}\n") })
        .collect();
    fs::write(&journal, &damaged).expect("damage");
    tiny(definitions.path(), out.path()).assert().code(2).stderr(contains("records.jsonl:2: not a record"));
    assert_eq!(text(&journal), damaged, "a damaged journal is not touched");
}

#[test]
fn fresh_works_even_when_the_old_journal_is_damaged() {
    let (definitions, out) = (definitions(|text| text), folder());
    fs::write(out.path().join("records.jsonl"), "{oops\n{oops\n").expect("write");
    tiny(definitions.path(), out.path()).assert().code(2);
    tiny(definitions.path(), out.path()).arg("--fresh").assert().success();
    assert_eq!(text(&out.path().join("records-1.jsonl")), "{oops\n{oops\n");
}

#[test]
fn an_edited_record_is_refused() {
    let (definitions, out) = (definitions(|text| text), folder());
    tiny(definitions.path(), out.path()).assert().success();
    let journal = out.path().join("records.jsonl");
    let honest = text(&journal);
    let edited = honest.replacen("\"updates\":100", "\"updates\":99", 1);
    assert_ne!(honest, edited);
    fs::write(&journal, edited).expect("write");
    bench()
        .arg("report")
        .arg(out.path())
        .assert()
        .code(2)
        .stderr(contains("does not match its result_sha256"));
}

#[test]
fn two_processes_on_one_folder_do_not_interleave() {
    let (definitions, out) = (definitions(|text| text), folder());
    let lock = fs::File::create(out.path().join("records.lock")).expect("create");
    lock.lock().expect("lock");
    tiny(definitions.path(), out.path()).assert().code(2).stderr(contains("in use by another process"));
    drop(lock);
    tiny(definitions.path(), out.path()).assert().success();
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_nothing_that_was_written() {
    // A file-size limit makes writes fail half-way as a full disk does.
    let (definitions, out) = (definitions(|text| text), folder());
    let script = format!(
        "trap '' XFSZ; ulimit -f 12; exec {} run tiny --benchmarks {} --out {} --seeds 20 --jobs 1 --quiet",
        env!("CARGO_BIN_EXE_bench"),
        definitions.path().display(),
        out.path().display()
    );
    let output = Process::new("bash").args(["-c", &script]).output().expect("bash");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    assert!(errors.contains("the records before this one are safe"), "{errors}");
    let journal = text(&out.path().join("records.jsonl"));
    assert!(journal.ends_with('\n') && journal.lines().count() >= 1, "half a line stayed");
    assert!(journal.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    tiny(definitions.path(), out.path()).assert().success();
    assert_eq!(text(&out.path().join("records.jsonl")).lines().count(), 6.max(journal.lines().count()));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_valid_results_and_says_how_to_go_on() {
    let (definitions, out) =
        (definitions(|text| text.replace("updates_per_task = 20", "updates_per_task = 100000")), folder());
    let mut child = Process::new(env!("CARGO_BIN_EXE_bench"))
        .args(["run", "tiny", "--quiet", "--benchmarks"])
        .arg(definitions.path())
        .arg("--out")
        .arg(out.path())
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("start");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !out.path().join("records.jsonl").exists() && std::time::Instant::now() < deadline {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    std::thread::sleep(std::time::Duration::from_millis(500));
    let stopped = Process::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(stopped.success());
    let status = child.wait().expect("ends");
    let mut errors = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("piped"), &mut errors).expect("text");
    assert_eq!(status.code(), Some(75), "{errors}");
    assert!(errors.contains("repeat the command to go on"), "{errors}");
}
