//! How long a report of many records takes, and how much memory. Not run by default:
//! `cargo test --release -p neuromod-bench --test suite -- --ignored --nocapture a_report_scales`.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use neuromod_bench::contract::Record;
use neuromod_bench::run::{Damage, read_records};

use crate::common::{bench, folder};

/// Real records of the smoke suite under as many seeds as make so many, in one folder.
fn multiplied(from: &[Record], count: usize, out: &Path) {
    let file = fs::File::create(out.join("records.jsonl")).expect("create");
    let mut file = BufWriter::new(file);
    for n in 0..count {
        let mut record = from[n % from.len()].clone();
        record.spec.seed = (n / from.len()) as u64;
        // Scores that are all the same would make statistics too easy.
        if let Some(matrix) = &mut record.log.matrix {
            let shift = 1e-4 * (n as f64 * 0.618).fract();
            matrix.rows.iter_mut().flatten().for_each(|value| *value = (*value - shift).max(0.0));
        }
        record.key = Record::key_of(&record.spec, &record.data).expect("a key");
        record.result_sha256 = record.hash().expect("a hash");
        serde_json::to_writer(&mut file, &record).expect("write");
        file.write_all(b"\n").expect("write");
    }
}

/// Seconds and peak bytes of `bench report`.
fn measured(out: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_bench"))
        .arg("report")
        .arg(out)
        .stdout(Stdio::null())
        .spawn()
        .expect("start");
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        peak = peak.max(1024 * kilobytes.unwrap_or(0));
        if let Some(status) = child.try_wait().expect("asked") {
            assert!(status.success());
            return (started.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
#[ignore = "measures: needs a release build and a quiet machine"]
fn a_report_scales() {
    let real = folder();
    bench().args(["run", "smoke", "--seeds", "2", "--quiet", "--out"]).arg(real.path()).assert().success();
    let records = read_records(real.path(), Damage::Refuse).expect("records").records;
    for (count, seconds, bytes) in [(10_000, 10, 300 << 20), (50_000, 40, 1 << 30)] {
        let out = folder();
        multiplied(&records, count, out.path());
        let size = fs::metadata(out.path().join("records.jsonl")).expect("written").len() >> 20;
        let (took, peak) = measured(out.path());
        let text = format!("{count} records ({size} MiB): {:.1} s, {} MiB\n", took.as_secs_f64(), peak >> 20);
        std::io::stdout().write_all(text.as_bytes()).expect("told");
        assert!(took <= Duration::from_secs(seconds) && peak <= bytes, "{text}");
    }
}
