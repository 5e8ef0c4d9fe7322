//! `bench report`: tables, charts and HTML from records.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use super::arguments::ReportArguments;
use super::exit;
use super::output::{colour, print};
use super::session::default_out;
use crate::report::{self, Options};
use crate::run::{Record, Status, read_records};

pub fn run(arguments: &ReportArguments) -> anyhow::Result<u8> {
    let mut merged: BTreeMap<String, Record> = BTreeMap::new();
    let mut order = Vec::new();
    for path in &arguments.from {
        for record in read_records(path)?.records {
            // The better-ended record of a key wins, so that merging does not depend on the order of folders.
            let replace = merged.get(&record.key).is_none_or(|old| rank(&record) < rank(old));
            if !merged.contains_key(&record.key) {
                order.push((record.spec.seed, record.key.clone()));
            }
            if replace {
                merged.insert(record.key.clone(), record);
            }
        }
    }
    let records: Vec<Record> = order.iter().filter_map(|(_, key)| merged.remove(key)).collect();
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.from));
    let suites: std::collections::BTreeSet<&str> =
        records.iter().map(|record| record.suite.as_str()).collect();
    let options = Options {
        title: suites.into_iter().collect::<Vec<_>>().join(", "),
        color: colour(),
        ..Options::default()
    };
    print(&write(&records, &out, &options)?);
    Ok(exit::OK)
}

fn rank(record: &Record) -> (Status, u64, &str) {
    (record.status, record.time.started_unix, &record.result_sha256)
}

/// Writes the report and returns what goes to the terminal.
pub fn write(records: &[Record], out: &Path, options: &Options) -> anyhow::Result<String> {
    let written = report::write(records, out, options)
        .with_context(|| "the records are safe; `bench report` writes the report again")?;
    Ok(format!("{}\nreport: {}\n", written.terminal.trim_end(), written.html.display()))
}
