//! Data of one's own in a `[data]` table: every layout runs in all three scenarios from one file and without rebuilding, and
//! what is wrong is told before anything trains.

use std::fs;
use std::io::Write;
use std::path::Path;

use assert_cmd::Command;
use neuromod_bench::base::digest::sha256_hex;
use predicates::str::contains;

use crate::common::{bench, folder, text};

pub const CLASSES: usize = 4;
pub const PER_CLASS: usize = 20;

/// Sample `i` of a class: 4 × 4 bytes, one quarter of which is bright.
pub fn sample(class: usize, i: usize) -> Vec<u8> {
    let bright = |at: usize| (at / 8) * 2 + (at % 4) / 2 == class;
    (0..16)
        .map(|at| u8::try_from(if bright(at) { 200 + i } else { (at * 7 + i * 5) % 40 }).expect("a byte"))
        .collect()
}

/// All samples, classes in turn.
pub fn samples() -> (Vec<u8>, Vec<u8>) {
    let all = (0..PER_CLASS).flat_map(|i| (0..CLASSES).map(move |class| (class, i)));
    let labels = all.clone().map(|(class, _)| u8::try_from(class).expect("a byte")).collect();
    (all.flat_map(|(class, i)| sample(class, i)).collect(), labels)
}

pub fn npy(descr: &str, shape: &str, body: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).expect("short").to_le_bytes();
    [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), body].concat()
}

/// An archive of stored entries, as `numpy.savez` writes it.
pub fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let number = |n: usize| u32::try_from(n).expect("small").to_le_bytes();
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let sizes = [number(bytes.len()), number(bytes.len())].concat();
        let names = [u16::try_from(name.len()).expect("short").to_le_bytes(), [0; 2]].concat();
        let (start, mut sum) = (body.len(), flate2::Crc::new());
        sum.update(bytes);
        let sum = sum.sum().to_le_bytes();
        body.extend(
            [b"PK\x03\x04".as_slice(), &[20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sum, &sizes, &names].concat(),
        );
        body.extend([name.as_bytes(), bytes].concat());
        directory.extend(
            [b"PK\x01\x02".as_slice(), &[20, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0], &sum, &sizes].concat(),
        );
        directory.extend([names.as_slice(), &[0; 10], &number(start), name.as_bytes()].concat());
    }
    let count = u16::try_from(files.len()).expect("few").to_le_bytes();
    let end = [
        b"PK\x05\x06".as_slice(),
        &[0; 4],
        &count,
        &count,
        &number(directory.len()),
        &number(body.len()),
        &[0; 2],
    ];
    [body, directory, end.concat()].concat()
}

pub fn idx(dimensions: &[u32], body: &[u8]) -> Vec<u8> {
    let magic = 0x0800 + u32::try_from(dimensions.len()).expect("few");
    let header = std::iter::once(magic).chain(dimensions.iter().copied()).flat_map(u32::to_be_bytes);
    header.chain(body.iter().copied()).collect()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("in memory");
    packer.finish().expect("in memory")
}

/// Three benchmarks in one file, whose data stand beside it.
pub fn definition(table: &str) -> String {
    format!(
        r#"schema = 1
id = "mine-task"
version = 1
title = "Mine, the task known"
paradigm = "incremental"
summary = "For tests."
score = {{ metric = "average_accuracy", chance = 0.5, ceiling = 1.0, reference = "naive" }}
methods = ["naive"]
stream = {{ tasks = {{ kind = "split", classes_per_task = 2 }}, scenario = "task", reveals = ["task-id", "boundary"] }}
model = {{ kind = "mlp", hidden = [16] }}
optimiser = {{ kind = "adam", rate = 0.01 }}
budget = {{ updates_per_task = 20, batch = 8 }}
curve = {{ every = 10, samples = 20 }}

[data]
{table}

[variant.mine-domain]
title = "Mine, the task hidden"
summary = "For tests."
stream = {{ scenario = "domain", reveals = ["boundary"] }}

[variant.mine-class]
title = "Mine, all classes compete"
summary = "For tests."
score.chance = 0.25
stream = {{ scenario = "class", reveals = ["boundary"] }}
"#
    )
}

pub fn written(table: &str, files: &[(&str, Vec<u8>)]) -> tempfile::TempDir {
    let dir = folder();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("create");
        fs::write(path, bytes).expect("write");
    }
    fs::write(dir.path().join("mine.toml"), definition(table)).expect("write");
    dir
}

pub fn run(dir: &Path, targets: &[&str]) -> Command {
    let mut command = bench();
    command.arg("run").args(targets).args(["--seeds", "1", "--quiet"]);
    command.arg("--benchmarks").arg(dir).arg("--out").arg(dir.join("out"));
    command
}

pub fn npz() -> Vec<u8> {
    let (pixels, labels) = samples();
    archive(&[("x.npy", npy("|u1", "(80, 4, 4)", &pixels)), ("y.npy", npy("|u1", "(80,)", &labels))])
}

/// Runs in all three scenarios, learns, and every record names its data.
pub fn runs(table: &str, files: &[(&str, Vec<u8>)], name: &str) {
    let dir = written(table, files);
    run(dir.path(), &["mine-task", "mine-domain", "mine-class"]).assert().success();
    let records = text(&dir.path().join("out/records.jsonl"));
    assert!(!records.contains(&dir.path().display().to_string()), "no path of the machine is in a record");
    let records: Vec<serde_json::Value> =
        records.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(records.len(), 3, "{name}");
    for record in &records {
        let sum = record["data"][name].as_str().expect("a checksum");
        assert_eq!((sum.len(), &record["spec"]["settings"]["data"]["sha256"]), (64, &record["data"][name]));
    }
    let task = records.iter().find(|record| record["spec"]["benchmark"] == "mine-task").expect("there");
    let learned = task["metrics"]["learning_accuracy"].as_f64().expect("a number");
    assert!(learned > 0.9, "{name}: {learned}");
}

#[test]
fn an_archive_of_arrays_runs_in_all_three_scenarios() {
    runs("layout = \"npz\"\ntrain = \"mine.npz\"", &[("mine.npz", npz())], "mine.npz");
}

#[test]
fn a_pair_of_idx_files_runs_in_all_three_scenarios() {
    let (pixels, labels) = samples();
    let files = [("a/images.gz", gzip(&idx(&[80, 4, 4], &pixels))), ("a/labels", idx(&[80], &labels))];
    let table = "layout = \"idx\"\ntrain = { inputs = \"a/images.gz\", labels = \"a/labels\" }\nclasses = [\"nw\", \"ne\", \"sw\", \"se\"]";
    runs(table, &files, "a/images.gz");
}

#[test]
fn a_folder_of_images_runs_in_all_three_scenarios() {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for (class, name) in ["nw", "ne", "sw", "se"].into_iter().enumerate() {
        for i in 0..PER_CLASS {
            let image = image::GrayImage::from_raw(4, 4, sample(class, i)).expect("an image");
            let mut bytes = std::io::Cursor::new(Vec::new());
            image.write_to(&mut bytes, image::ImageFormat::Png).expect("in memory");
            files.push((format!("photos/{name}/{i}.png"), bytes.into_inner()));
        }
    }
    let files: Vec<(&str, Vec<u8>)> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    runs("layout = \"images\"\ntrain = \"photos\"", &files, "photos");
}

/// Rows of sixteen numbers and a word.
pub fn table() -> String {
    let (pixels, labels) = samples();
    let row = |(pixels, label): (&[u8], &u8)| {
        let numbers: Vec<String> =
            pixels.iter().map(|value| format!("{}", f64::from(*value) / 255.0)).collect();
        format!("{};\"class {label}\"\n", numbers.join(";"))
    };
    pixels.chunks_exact(16).zip(&labels).map(row).collect()
}

#[test]
fn rows_of_a_table_run_in_all_three_scenarios() {
    let header: String = (0..16).map(|i| format!("p{i};")).collect();
    let csv = format!("\u{feff}{header}kind\r\n{}", table().replace('\n', "\r\n"));
    let tables = "layout = \"csv\"\ntrain = \"mine.csv.gz\"\nlabel = \"kind\"\nshape = [1, 4, 4]\nnormalise = \"columns\"";
    runs(tables, &[("mine.csv.gz", gzip(csv.as_bytes()))], "mine.csv.gz");
}

#[test]
fn arrays_in_files_of_their_own_and_the_files_of_cifar_run() {
    let (pixels, labels) = samples();
    let floats: Vec<u8> = pixels.iter().flat_map(|byte| (f64::from(*byte) / 255.0).to_le_bytes()).collect();
    let labels64: Vec<u8> = labels.iter().flat_map(|label| i64::from(*label).to_le_bytes()).collect();
    let files = [("x.npy", npy("<f8", "(80, 16)", &floats)), ("y.npy", npy("<i8", "(80, 1)", &labels64))];
    runs("layout = \"npy\"\ntrain = { inputs = \"x.npy\", labels = \"y.npy\" }", &files, "x.npy");
    // A class lights a quarter of every plane.
    let record = |class: usize, i: usize| {
        let plane = (0..1024).map(|at| if (at / 512) * 2 + (at % 32) / 16 == class { 200 } else { i as u8 });
        let planes: Vec<u8> = plane.collect::<Vec<u8>>().repeat(3);
        [vec![class as u8], planes].concat()
    };
    let batch = |range: std::ops::Range<usize>| -> Vec<u8> {
        range.flat_map(|i| (0..CLASSES).flat_map(move |class| record(class, i))).collect()
    };
    let files = [("a.bin", batch(0..10)), ("b.bin", batch(10..16)), ("t.bin", batch(16..20))];
    runs("layout = \"cifar-10\"\ntrain = [\"a.bin\", \"b.bin\"]\ntest = \"t.bin\"", &files, "a.bin");
}

#[test]
fn a_file_is_looked_into_and_the_table_that_is_printed_runs() {
    let dir = written("layout = \"npz\"\ntrain = \"mine.npz\"", &[("mine.npz", npz())]);
    let output = bench().args(["data", "check"]).arg(dir.path().join("mine.npz")).output().expect("runs");
    let told = String::from_utf8(output.stdout).expect("a text");
    for part in [
        "1 x 4 x 4",
        "4: 0, 1, 2, 3",
        "train      56 samples, 14 per class",
        "bytes from 0 to 219",
        &sha256_hex(&npz()),
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let (_, table) = told.split_once("[data]\n").expect("a table");
    let (table, _) = table.split_once("\nPaths count from").expect("a hint");
    fs::write(dir.path().join("mine.toml"), definition(table)).expect("write");
    run(dir.path(), &["mine-task"]).arg("--strict").assert().success();
    bench().args(["data", "check", "no-such-file"]).assert().code(2).stderr(contains("no-such-file"));
    bench()
        .args(["data", "check"])
        .arg(dir.path().join("mine.toml"))
        .assert()
        .code(2)
        .stderr(contains("known are .npz"));
}

#[test]
fn a_set_of_the_manifest_is_normalised_padded_and_cut_short() {
    let dir = folder();
    let table = "set = \"digits\"\nnormalise = [0.3, 0.4]\npad = 1\nlimit = 600\nskip = 100";
    fs::write(dir.path().join("mine.toml"), definition(table)).expect("write");
    run(dir.path(), &["mine-task"]).assert().success();
    let record: serde_json::Value =
        serde_json::from_str(text(&dir.path().join("out/records.jsonl")).lines().next().expect("a record"))
            .expect("JSON");
    // 10 x 10 inputs, 16 hidden units, 10 outputs.
    assert_eq!(record["footprint"]["parameters"], 101 * 16 + 17 * 10);
    assert_eq!(record["spec"]["settings"]["data"]["normalise"], serde_json::json!([0.3, 0.4]));
    fs::write(dir.path().join("mine.toml"), definition("set = \"digits\"\nlimit = 5000")).expect("write");
    run(dir.path(), &["mine-task"]).assert().code(2).stderr(contains("has 1077 training samples"));
}
