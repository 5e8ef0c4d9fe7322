//! `bench report`: tables, charts and HTML from records.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::arguments::ReportArguments;
use super::exit;
use super::output::{colour, print_styled, tell};
use super::written::{default_out, rescore, tell_damage, tell_nondeterminism, write};
use crate::registry;
use crate::run::{Damage, read_plan, read_records};
use ::report::Options;
use base::error::Error;
use contract::{Record, Status};

pub fn run(arguments: &ReportArguments) -> anyhow::Result<u8> {
    let mut found = Vec::new();
    let mut planned = Vec::new();
    let mut damaged = 0;
    let damage = if arguments.salvage { Damage::Salvage } else { Damage::Refuse };
    for path in &arguments.from {
        let own = read_plan(path)?;
        if own.is_empty() {
            let text = "has no plan beside its records: the report cannot say what is missing there";
            tell(&format!("{} {text}", path.display()));
        }
        planned.extend(own);
        let recovery = read_records(path, damage)?;
        damaged += recovery.damaged.len();
        tell_damage(&recovery);
        tell_nondeterminism(&recovery.nondeterministic);
        if recovery.torn_bytes > 0 {
            tell(&format!(
                "warning: the last line of {} is torn: its {} bytes are left out; `bench run` does its run again",
                path.display(),
                recovery.torn_bytes
            ));
        }
        found.extend(recovery.records);
    }
    let mut records = merge(found);
    records.iter_mut().for_each(rescore);
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.from));
    let suites: std::collections::BTreeSet<&str> =
        records.iter().map(|record| record.suite.as_str()).collect();
    let options = Options {
        title: suites.into_iter().collect::<Vec<_>>().join(", "),
        color: colour(),
        tables: arguments.verbose,
        paradigms: registry::paradigms(),
        planned,
        ..Options::default()
    };
    std::fs::create_dir_all(&out).map_err(Error::input("create the output folder", &out))?;
    let written = write(&records, &out, &options)?;
    print_styled(&written.text)?;
    let fine = written.missing + damaged == 0 && records.iter().all(|record| record.status == Status::Ok);
    Ok(if fine { exit::OK } else { exit::FAILED })
}

/// Unites records: one per key and version of the program, whatever the order in which they come.
fn merge(records: Vec<Record>) -> Vec<Record> {
    let mut by_key: BTreeMap<(String, String), Record> = BTreeMap::new();
    let mut differing = Vec::new();
    for record in records {
        match by_key.entry((record.key.clone(), record.env.version.clone())) {
            Entry::Vacant(entry) => drop(entry.insert(record)),
            Entry::Occupied(mut entry) => {
                let old = entry.get();
                let both_ok = old.status == Status::Ok && record.status == Status::Ok;
                if both_ok && old.result_sha256 != record.result_sha256 && old.env.cpu == record.env.cpu {
                    differing.push(record.key.clone());
                }
                if rank(&record) < rank(old) {
                    entry.insert(record);
                }
            }
        }
    }
    tell_nondeterminism(&differing);
    by_key.into_values().collect()
}

/// The better-ended record of a key wins, then the older one.
fn rank(record: &Record) -> (Status, u64, &str) {
    (record.status, record.time.started_unix, &record.result_sha256)
}
