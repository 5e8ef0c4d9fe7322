//! Data of one's own that cannot be used, told with line, key or name; checksums.

use std::fs;
use std::path::Path;

use neuromod_bench::base::digest::sha256_hex;
use predicates::prelude::*;
use predicates::str::contains;

use crate::common::{bench, text};
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

/// Forty rows of two numbers and one of four words, whose columns come in this order.
fn rows(order: [&str; 3]) -> Vec<u8> {
    let row = |i: usize| {
        let of = |name: &&str| match *name {
            "a" => format!("{}", i * 7 % 10),
            "b" => format!("{}", 100 + i % 13),
            _ => ["v", "x", "y", "z"][i % 4].to_owned(),
        };
        order.iter().map(of).collect::<Vec<_>>().join(",") + "\n"
    };
    (order.join(",") + "\n" + &(0..40).map(row).collect::<String>()).into_bytes()
}

#[test]
fn columns_in_another_order_are_one_table_and_other_columns_are_refused() {
    let parts = "layout = \"csv\"\ntrain = \"m.csv\"\ntest = \"t.csv\"";
    let (first, turned) = (rows(["a", "b", "kind"]), rows(["kind", "b", "a"]));
    let ran = |test: &[u8]| {
        let dir = written(parts, &[("m.csv", first.clone()), ("t.csv", test.to_vec())]);
        run(dir.path(), &["mine-task"]).assert().success();
        let record: serde_json::Value =
            serde_json::from_str(text(&dir.path().join("out/records.jsonl")).trim()).expect("a record");
        record["matrix"].clone()
    };
    assert_eq!(ran(&turned), ran(&first), "the same rows give the same answers");
    let list = parts.replace("\"m.csv\"\ntest =", "[\"m.csv\", \"t.csv\"]\n# =");
    for table in [parts, &list] {
        let other = rows(["a", "c", "kind"]);
        refused(
            table,
            &[("m.csv", first.clone()), ("t.csv", other)],
            "data set `t.csv`: has no column `b`, which m.csv has; there are a, c, kind",
        );
    }
    let bare: Vec<u8> = first.splitn(2, |byte| *byte == b'\n').last().expect("rows").to_vec();
    refused(parts, &[("m.csv", first), ("t.csv", bare)], "t.csv`: has no header, but m.csv has one");
}

#[test]
fn a_column_without_a_name_is_left_out_or_refused() {
    let with = |text: String| {
        text.lines()
            .enumerate()
            .map(|(i, line)| if i == 0 { format!(",{line}\n") } else { format!("{i},{line}\n") })
            .collect::<String>()
            .into_bytes()
    };
    let indexed = with(String::from_utf8(rows(["a", "b", "kind"])).expect("a text"));
    let csv = "layout = \"csv\"\ntrain = \"m.csv\"";
    refused(csv, &[("m.csv", indexed.clone())], "line 1: column 1 has no name");
    refused(csv, &[("m.csv", indexed.clone())], "say `ignore = [1]`");
    let dir = written(&format!("{csv}\nignore = [1]"), &[("m.csv", indexed)]);
    run(dir.path(), &["mine-task"]).assert().success();
    bench()
        .args(["data", "check"])
        .arg(dir.path().join("m.csv"))
        .assert()
        .success()
        .stdout(contains("left out").and(contains("ignore = [1]")).and(contains("1 x 1 x 2")));
}

#[test]
fn a_damaged_array_and_one_file_in_two_parts_are_told() {
    let mut damaged = npz();
    let at = damaged.len() / 2;
    damaged[at] ^= 1;
    refused(
        "layout = \"npz\"\ntrain = \"mine.npz\"",
        &[("mine.npz", damaged)],
        "mine.npz`: x.npy: damaged: CRC-32",
    );
    let twice = "layout = \"npz\"\ntrain = \"mine.npz\"\ntest = \"./mine.npz\"";
    refused(twice, &[("mine.npz", npz())], "the file that `data.train` and `data.test` name; it holds x, y");
    let csv = "layout = \"csv\"\ntrain = \"m.csv\"\ntest = \"./m.csv\"";
    refused(csv, &[("m.csv", rows(["a", "b", "kind"]))], "stands in `data.train` and in `data.test`");
    let other = "layout = \"npz\"\ntrain = \"mine.npz\"\ntest = \"other.npz\"";
    let dir = written(other, &[("mine.npz", npz()), ("other.npz", npz())]);
    run(dir.path(), &["mine-task"]).assert().success();
}

#[test]
fn inputs_that_a_generator_of_pixels_cannot_draw_are_told_before_anything_trains() {
    let dir = written("layout = \"npz\"\ntrain = \"mine.npz\"\nscale = 1.0", &[("mine.npz", npz())]);
    let told =
        "data set `mine.npz`: inputs from 0 to 219, and method `generative-replay` needs them from 0 to 1";
    let asked = |dir: &Path| {
        let mut command = run(dir, &["mine-task"]);
        command.args(["-m", "generative-replay"]);
        command
    };
    asked(dir.path()).assert().code(2).stderr(contains(told));
    assert!(!dir.path().join("out/records.jsonl").exists());
}

#[test]
fn what_is_not_inputs_of_a_known_layout_is_told_by_data_check() {
    let (pixels, labels) = samples();
    let files = [
        ("i-images-idx3-ubyte", idx(&[80, 4, 4], &pixels)),
        ("i-labels-idx1-ubyte", idx(&[80], &labels)),
        ("y.npy", npy("|u1", "(80,)", &labels)),
        ("short.bin", vec![0; 3 * 3073 - 100]),
        ("odd.bin", [vec![77], vec![0; 3072]].concat()),
    ];
    let dir = written("layout = \"npz\"\ntrain = \"mine.npz\"", &files);
    let told = |name: &str, message: &str| {
        bench().args(["data", "check"]).arg(dir.path().join(name)).assert().code(2).stderr(contains(message));
    };
    bench().args(["data", "check"]).arg(dir.path().join(files[0].0)).assert().success();
    told(files[1].0, "one number per sample, as labels are; look into the file of inputs");
    told("y.npy", "one number per sample, as labels are");
    told("short.bin", "9119 bytes, neither a multiple of 3073 (CIFAR-10) nor of 3074 (CIFAR-100)");
    told("odd.bin", "label 77 of sample 0; allowed are 0 to 9");
}

#[test]
fn a_key_that_only_the_parent_says_is_told_with_the_way_to_drop_it() {
    let dir = written("layout = \"npz\"\ntrain = \"mine.npz\"", &[("mine.npz", npz())]);
    let variant = |more: &str| {
        let text = definition("layout = \"npz\"\ntrain = \"mine.npz\"");
        let text = format!(
            "{text}\n[variant.mine-permuted]\ntitle = \"Permuted\"\nsummary = \"For tests.\"\n{more}stream = {{ tasks = {{ kind = \"permuted\", tasks = 2 }}, scenario = \"domain\", reveals = [\"boundary\"] }}\n"
        );
        fs::write(dir.path().join("mine.toml"), text).expect("write");
        run(dir.path(), &["mine-permuted"])
    };
    let hint = "unknown key, said by a parent; `drop = [\"stream.tasks.classes_per_task\"]` leaves it out";
    variant("").assert().code(2).stderr(contains(hint));
    variant("drop = [\"stream.tasks.classes_per_task\"]\n").assert().success();
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
