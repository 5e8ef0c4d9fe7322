//! Records that were changed, are newer, older or damaged: never taken for what they are not.

use std::fs;

use neuromod_bench::contract::Record;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, folder, text};
use crate::nothing_silent::{grid, lines, naive, report};

/// A journal of three records of `naive`, and its folder.
pub fn recorded() -> (tempfile::TempDir, tempfile::TempDir) {
    let (definitions, out) = (grid(), folder());
    naive(definitions.path(), out.path()).assert().success();
    (definitions, out)
}

#[test]
fn a_last_record_that_was_changed_or_is_newer_is_not_taken_for_torn() {
    let (definitions, out) = recorded();
    let journal = out.path().join("records.jsonl");
    let whole = text(&journal);
    let changed = |from: &str, to: &str| {
        let at = whole.rfind(from).expect("there");
        let text = format!("{}{to}{}", &whole[..at], &whole[at + from.len()..]);
        // Without the line's end, as some editors leave it.
        text.trim_end().to_owned()
    };
    for (damaged, told) in [
        (changed("\"status\":\"ok\"", "\"status\":\"failed\""), "does not match its result_sha256"),
        (changed("\"schema\":1", "\"schema\":2"), "record schema 2, this program reads 1"),
        (changed("\"status\":\"ok\"", "\"status\":\"odd\""), "records.jsonl:3: not a record"),
    ] {
        fs::write(&journal, &damaged).expect("write");
        naive(definitions.path(), out.path()).assert().code(2).stderr(contains(told));
        assert_eq!(report(&[out.path()], out.path()).status.code(), Some(2));
        assert_eq!(text(&journal), damaged, "nothing was touched");
    }
    fs::write(&journal, whole.trim_end().strip_suffix('}').expect("an object")).expect("write");
    naive(definitions.path(), out.path()).assert().success();
    assert_eq!(lines(out.path()).len(), 3, "half a record is torn, and done again");
}

#[test]
fn a_key_that_is_not_that_of_the_content_is_refused_though_the_hash_is_right() {
    let (definitions, out) = recorded();
    let mut record: Record = serde_json::from_value(lines(out.path()).remove(1)).expect("a record");
    record.spec.seed = 77;
    record.result_sha256 = record.hash().expect("hash");
    fs::write(out.path().join("records.jsonl"), serde_json::to_string(&record).expect("JSON") + "\n")
        .expect("write");
    let told = "is not that of its content";
    naive(definitions.path(), out.path()).assert().code(2).stderr(contains(told).and(contains("--salvage")));
}

#[test]
fn salvage_keeps_what_can_be_read_and_the_whole_beside_it() {
    let (definitions, out) = recorded();
    let journal = out.path().join("records.jsonl");
    let damaged: String = text(&journal)
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 1 { "{oops\n".into() } else { format!("{line}\n") })
        .collect();
    fs::write(&journal, &damaged).expect("write");
    let mut salvaging = bench();
    salvaging.arg("report").arg(out.path()).arg("--salvage");
    salvaging.assert().code(1).stderr(contains("records.jsonl:2"));
    let mut again = bench();
    again.args(["run", "tiny", "-m", "naive", "--seeds", "3", "--salvage", "--benchmarks"]);
    again.arg(definitions.path()).arg("--out").arg(out.path());
    again.assert().success().stderr(contains("2 of 3 runs are already").and(contains("records-1.jsonl")));
    assert_eq!(text(&out.path().join("records-1.jsonl")), damaged);
    assert_eq!(lines(out.path()).len(), 3);
}

#[test]
fn records_of_another_version_of_the_program_do_not_count_and_stand_apart() {
    let (definitions, out) = recorded();
    let journal = out.path().join("records.jsonl");
    let version = format!("\"version\":\"{}\"", env!("CARGO_PKG_VERSION"));
    fs::write(&journal, text(&journal).replace(&version, "\"version\":\"0.0.1\"")).expect("write");
    let mut again = bench();
    again.args(["run", "tiny", "-m", "naive", "--seeds", "3", "--benchmarks"]);
    again.arg(definitions.path()).arg("--out").arg(out.path());
    again.assert().success().stderr(contains("3 records were made by version 0.0.1"));
    assert_eq!(lines(out.path()).len(), 6);
    let both = report(&[out.path()], out.path());
    assert!(String::from_utf8_lossy(&both.stderr).contains("program version 0.0.1"), "{both:?}");
}
