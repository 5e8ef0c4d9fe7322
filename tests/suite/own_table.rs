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

/// The same rows with names for classes and another separator, as a `[data]` table.
fn named() -> String {
    let row = |line: &str| {
        let (inputs, class) = line.rsplit_once(',').expect("a class");
        format!("{};{}\r\n", if class == "1" { "high" } else { "low" }, inputs.replace(',', ";"))
    };
    "\u{feff}kind;a;b\r\n".to_owned() + &rows().lines().map(row).collect::<String>()
}

/// The definition with the source in a `[data]` table.
fn in_data(text: String, data: &str, stream: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("stream ="));
    lines.collect::<Vec<_>>().join("\n") + &format!("\n{stream}\n[data]\n{data}\n")
}

const DATA: &str = "layout = \"csv\"\ntrain = \"mine.csv\"\nlabel = \"kind\"";

#[test]
fn a_data_table_is_a_stream_in_the_order_of_its_rows() {
    // The same rows either way, so the same stream: of the accuracies, not of the names.
    let accuracies = |dir: &Path| {
        let lines = fs::read_to_string(dir.join("out/records.jsonl")).expect("records");
        let records =
            lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let of = |record: serde_json::Value| {
            (record["spec"]["method"].to_string(), record["metrics"]["prequential_accuracy"].to_string())
        };
        records.map(of).collect::<std::collections::BTreeMap<_, _>>()
    };
    let plain = table_folder(&table(), |text| text);
    run(plain.path()).assert().success();
    for stream in ["", "stream = { source = { kind = \"data\" } }"] {
        // Classes in the order of the numbers that they stand for.
        let data = format!("{DATA}\nclasses = [\"low\", \"high\"]");
        let dir = table_folder(&named(), |text| in_data(text, &data, stream));
        run(dir.path()).assert().success();
        assert_eq!(accuracies(dir.path()), accuracies(plain.path()));
        let records = fs::read_to_string(dir.path().join("out/records.jsonl")).expect("records");
        let sum = sha256_hex(named().as_bytes());
        assert!(records.contains(&sum) && !records.contains(&dir.path().display().to_string()));
    }
}

#[test]
fn what_a_data_table_cannot_be_as_a_stream_is_told_by_key() {
    let refuse = |data: &str, stream: &str, message: &str| {
        let dir = table_folder(&named(), |text| in_data(text, data, stream));
        run(dir.path()).assert().code(2).stderr(contains(message));
        assert!(!dir.path().join("out/records.jsonl").exists(), "{message}");
    };
    refuse(
        &format!("{DATA}\nsplit = {{ test = 0.2 }}"),
        "",
        "`data.split`: has no meaning where rows come in the order of time",
    );
    refuse(&format!("{DATA}\nnormalise = \"columns\""), "", "`data.normalise`: has no meaning");
    refuse("set = \"digits\"", "", "`data.layout` = a set of the manifest");
    refuse("layout = \"npz\"\ntrain = \"mine.npz\"", "", "`data.layout` = another layout");
    refuse(DATA, "stream = { source = { kind = \"sea\" }, samples = 100 }", "`stream.source.kind` = sea");
    refuse(
        &DATA.replace("kind", "sort"),
        "",
        "`data.label` = \"sort\": no such column; there are kind, a, b",
    );
    let dir = table_folder(&named(), |text| in_data(text, DATA, ""));
    run(dir.path()).arg("--strict").assert().code(2).stderr(contains("`data.sha256`: is missing"));
}

#[test]
fn paradigms_that_read_no_files_of_ones_own_say_which_do() {
    let dir = table_folder(&named(), |text| {
        in_data(text, DATA, "").replace("paradigm = \"online\"", "paradigm = \"transfer\"")
    });
    let told = contains("`data`: files of your own are not read in the paradigm `transfer`")
        .and(contains("`task.source.data`: the id of a set of the manifest"));
    run(dir.path()).assert().code(2).stderr(told);
    let dir = table_folder(&named(), |text| {
        let tasks = "tasks = { kind = \"attributes\", data = { set = \"digits\" } }";
        let text = in_data(text, DATA, tasks).replace("paradigm = \"online\"", "paradigm = \"multi-task\"");
        text.split("[data]").next().unwrap_or_default().to_owned()
    });
    run(dir.path()).assert().code(2).stderr(contains("`tasks.data`: files of your own are not read"));
}
