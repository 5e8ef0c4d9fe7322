//! Reading the records that a command is given: folders and files, merged by key, scored anew.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use super::output::tell;
use super::written::{rescore, tell_damage, tell_nondeterminism};
use crate::run::{Damage, read_plan, read_records};
use base::error::Result;
use contract::{PlannedCell, Record, Status};

/// What stands in folders of records.
pub struct Loaded {
    /// One per key and version of the program.
    pub records: Vec<Record>,
    pub planned: Vec<PlannedCell>,
    /// Lines that were left out.
    pub damaged: usize,
}

/// Reads folders or files and tells of whatever is wrong with them.
///
/// # Errors
/// I/O errors; damaged records, unless they are to be salvaged; damaged plans.
pub fn load(from: &[PathBuf], salvage: bool) -> Result<Loaded> {
    let mut found = Vec::new();
    let mut planned = Vec::new();
    let mut damaged = 0;
    let damage = if salvage { Damage::Salvage } else { Damage::Refuse };
    for path in from {
        let own = read_plan(path)?;
        if own.is_empty() {
            let text = "has no plan beside its records: what is missing there cannot be said";
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
    Ok(Loaded { records, planned, damaged })
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
