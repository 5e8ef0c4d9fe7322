//! A user's own table as a stream, and everything that can be wrong with one: told before anything trains.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use neuromod_bench::base::digest::sha256_hex;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, rows, table_folder};

fn table() -> String {
    format!("a,b,class\n{}", rows())
}

fn run(dir: &Path) -> Command {
    let mut command = bench();
    command.args(["run", "mine", "--seeds", "1"]).arg("--data-dir").arg(dir);
    command.arg("--benchmarks").arg(dir.join("definitions")).arg("--out").arg(dir.join("out"));
    command
}

/// Refused with code 2 and this message, and nothing trained.
fn refused(csv: &str, edit: impl Fn(String) -> String, message: &str) {
    let dir = table_folder(csv, edit);
    run(dir.path()).assert().code(2).stderr(contains(message));
    let records = fs::read_to_string(dir.path().join("out/records.jsonl")).unwrap_or_default();
    assert!(records.is_empty(), "{message}: {records}");
}

#[test]
fn a_table_of_ones_own_is_a_stream() {
    let dir = table_folder(&table(), |text| text);
    run(dir.path()).assert().success().stdout(contains("mine@1"));
    let records = fs::read_to_string(dir.path().join("out/records.jsonl")).expect("records");
    assert_eq!(records.lines().count(), 2);
    // Nothing of the machine is in the record.
    assert!(!records.contains(&dir.path().display().to_string()));
}

#[test]
fn a_missing_value_is_named_with_line_and_column() {
    refused(
        &table().replacen("0.4,2,0", "0.4,,0", 1),
        |text| text,
        "mine.csv: line 4, column `b`: missing value",
    );
    refused(
        &table().replacen("0.4,2,0", "?,2,0", 1),
        |text| text,
        "mine.csv: line 4, column `a`: missing value",
    );
}

#[test]
fn a_label_out_of_range_is_named_with_what_is_allowed() {
    let message = "mine.csv: line 4, column `class`: label \"2\"; allowed are 0 to 1";
    refused(&table().replacen("0.4,2,0", "0.4,2,2", 1), |text| text, message);
}

#[test]
fn a_stream_with_one_class_is_refused_whether_read_cut_short_or_generated() {
    let one = "a,b,class\n1,2,1\n2,3,1\n";
    refused(one, |text| text, "mine.csv: holds only the class 1; a stream needs at least two");
    // Rows 1 to 12 belong to class 0; the first two are for tuning.
    let late: String = std::iter::once("a,b,class\n".to_owned())
        .chain((0..20).map(|i| format!("1,2,{}\n", u32::from(i > 11))))
        .collect();
    let short = |text: String| text.replace("stream = {", "stream = { samples = 10,");
    refused(&late, short, "holds only the class 0; a stream needs at least two");
    let sea = |text: String| {
        let (before, rest) = text.split_once("stream = ").expect("a stream");
        let (_, after) = rest.split_once('\n').expect("a line");
        let source = "{ kind = \"sea\", thresholds = [0.01], noise = 0.0 }";
        format!("{before}stream = {{ source = {source}, samples = 100 }}\n{after}")
    };
    refused(&table(), sea, "holds only the class 0; a stream needs at least two");
}

#[test]
fn a_file_that_is_missing_or_not_the_one_described_is_refused() {
    let dir = table_folder(&table(), |text| text);
    fs::remove_file(dir.path().join("mine.csv")).expect("remove");
    run(dir.path()).assert().code(2).stderr(contains("mine.csv not found in").and(contains("--data-dir")));
    refused(&table(), |text| text.replace("features = 2", "features = 3"), "2 columns before the class, but");
    let other = |text: String| {
        let (before, rest) = text.split_once("sha256 = \"").expect("a sum");
        format!("{before}sha256 = \"{}{}", "0".repeat(64), &rest[64..])
    };
    let sum = sha256_hex(table().as_bytes());
    refused(&table(), other, &format!("SHA-256 {sum}, but the definition says 000"));
    let rows = |text: String| text.replace("stream = {", "stream = { samples = 41,");
    refused(&table(), rows, "has 36 rows after the 4 for tuning, fewer than the 41 asked for");
}

#[test]
fn settings_that_a_table_cannot_have_name_their_line() {
    let refuse = |from: &'static str, to: &'static str, message: &str| {
        refused(&table(), move |text| text.replace(from, to), message);
    };
    refuse("classes = 2", "classes = 1", "mine.toml:9: `stream.source.classes` = 1");
    refuse("stream = {", "stream = { transition = 5,", "`stream.transition` = 5");
    refuse("sha256 = \"", "sha256 = \"x", "64 digits");
}
