//! Data of one's own that cannot be used, told with line, key or name; checksums.

use std::fs;
use std::path::Path;

use neuromod_bench::base::digest::sha256_hex;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::text;
use crate::own_data::{archive, definition, idx, npy, npz, run, samples, table, written};

/// Refused with code 2 and this message, and nothing trained.
fn refused(table: &str, files: &[(&str, Vec<u8>)], message: &str) {
    let dir = written(table, files);
    run(dir.path(), &["mine-task"]).assert().code(2).stderr(contains(message));
    assert!(!dir.path().join("out/records.jsonl").exists(), "{message}");
}

#[test]
fn a_table_that_cannot_be_is_told_with_its_line_or_key() {
    let file = [("mine.npz", npz())];
    let with = |line: &str| format!("layout = \"npz\"\ntrain = \"mine.npz\"\n{line}");
    refused(
        "layout = \"npz\"\ntrian = \"mine.npz\"",
        &file,
        "mine.toml:17: `data.trian`: unknown key; did you mean `train`?",
    );
    refused("layout = \"npz\"", &file, "`data.train`: is missing");
    refused(&with("set = \"mnist\""), &file, "one of `set` (a data set of the manifest) and `layout`");
    refused(
        &with("label = \"kind\""),
        &file,
        "`data.label`: has no meaning with this `layout`; it belongs to csv",
    );
    refused(&with("split = { test = 0.7, validation = 0.4 }"), &file, "less than 1 in all");
    refused(&with("split = { test = 1.5 }"), &file, "mine.toml:18: `data.split.test` = 1.5: out of range");
    refused(&with("classes = [\"a\"]"), &file, "2 to 256 names");
    refused(&with("normalise = [0.1, 0.0]"), &file, "`data.normalise` = 0: out of range");
    refused(&with("sha256 = \"abc\""), &file, "64 digits");
    refused(&with("pad = 65"), &file, "`data.pad` = 65: out of range");
    refused("layout = \"idx\"\ntrain = \"mine.npz\"", &file, "this layout keeps them in two files");
    refused("layout = \"npz\"\ntrain = 3", &file, "expected a path, a list of paths, or { inputs");
    refused("layout = \"npzz\"\ntrain = \"mine.npz\"", &file, "did you mean `npz`?");
    refused("set = \"digits\"\ntarget = \"y\"", &file, "`data.target`");
    refused("set = \"minst\"", &file, "unknown data set; did you mean `mnist`?");
}

#[test]
fn files_that_cannot_be_are_told_by_name() {
    let npz_table = "layout = \"npz\"\ntrain = \"mine.npz\"";
    refused(npz_table, &[], "mine.npz`: not found in");
    refused("layout = \"npz\"\ntrain = \"../mine.npz\"", &[], "leaves the data folder");
    let whole = npz();
    refused(npz_table, &[("mine.npz", whole[..whole.len() - 30].to_vec())], "not a ZIP archive");
    let other = archive(&[("pictures.npy", npy("|u1", "(1,)", &[1]))]);
    refused(npz_table, &[("mine.npz", other)], "it holds pictures. Say which: train =");
    let (pixels, labels) = samples();
    let short = archive(&[
        ("x.npy", npy("|u1", "(80, 4, 4)", &pixels)),
        ("y.npy", npy("|u1", "(79,)", &labels[1..])),
    ]);
    refused(npz_table, &[("mine.npz", short)], "80 inputs, but 79 labels");
    let pair = "layout = \"idx\"\ntrain = { inputs = \"i\", labels = \"l\" }";
    let images = idx(&[80, 4, 4], &pixels);
    refused(
        pair,
        &[("i", images[..99].to_vec()), ("l", idx(&[80], &labels))],
        "truncated: 83 of 1280 data bytes",
    );
    refused(pair, &[("i", images.clone()), ("l", idx(&[3], &labels[..3]))], "3 labels, but 80 inputs in i");
    refused(
        &pair.replace("\"i\"", "\"i.gz\""),
        &[("i.gz", images), ("l", idx(&[80], &labels))],
        "broken gzip",
    );
    let csv = "layout = \"csv\"\ntrain = \"m.csv\"";
    let damaged = table().replacen("0;", "much;", 1);
    refused(csv, &[("m.csv", damaged.into_bytes())], "\"much\" is not a finite number");
    refused("layout = \"cifar-100\"\ntrain = \"m.bin\"", &[("m.bin", vec![0; 3073])], "a multiple of 3074");
    refused("layout = \"images\"\ntrain = \"mine.toml\"", &[], "is a file, expected a folder");
}

#[test]
fn classes_that_cannot_be_dealt_out_and_broken_files_are_told_with_the_way_out() {
    let two = "a;b;kind\r\n".to_owned()
        + &(0..80).map(|i| format!("{i};{};{}\r\n", i % 7, ["x", "y"][i % 2])).collect::<String>();
    let csv = "layout = \"csv\"\ntrain = \"m.csv\"";
    refused(
        csv,
        &[("m.csv", two.clone().into_bytes())],
        "cannot be dealt out evenly over tasks of two or more",
    );
    refused(csv, &[("m.csv", two.replace("3;3;y", "3,5;3;y").into_bytes())], "write decimals with a point");
    let half = npz();
    refused("layout = \"npz\"\ntrain = \"m.npz\"", &[("m.npz", half[..200].to_vec())], "cut short");
}

#[test]
fn a_checksum_is_recorded_always_and_demanded_by_strict() {
    let dir = written("layout = \"npz\"\ntrain = \"mine.npz\"", &[("mine.npz", npz())]);
    let sum = sha256_hex(&npz());
    let strict = |dir: &Path| {
        let mut command = run(dir, &["mine-task"]);
        command.arg("--strict");
        command
    };
    strict(dir.path())
        .assert()
        .code(2)
        .stderr(contains("`data.sha256`: is missing").and(contains(sum.clone())));
    let table = |sum: &str| format!("layout = \"npz\"\ntrain = \"mine.npz\"\nsha256 = \"{sum}\"");
    fs::write(dir.path().join("mine.toml"), definition(&table(&sum))).expect("write");
    strict(dir.path()).assert().success();
    assert!(text(&dir.path().join("out/records.jsonl")).contains(&format!("\"mine.npz\":\"{sum}\"")));
    fs::write(dir.path().join("mine.toml"), definition(&table(&"0".repeat(64)))).expect("write");
    run(dir.path(), &["mine-task"])
        .assert()
        .code(2)
        .stderr(contains(format!("SHA-256 {sum}, but `data.sha256` says 000")));
}
