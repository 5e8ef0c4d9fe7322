//! Reading a journal: what is a record, what was torn by a crash, and what was damaged by something else.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::IgnoredAny;
use serde_json::Value;

use base::error::{Error, Result};
use contract::{RECORD_SCHEMA, Record, Status};

/// File name of the journal inside an output folder.
pub(super) const FILE: &str = "records.jsonl";

/// What opening a journal found.
#[derive(Debug, Default)]
pub struct Recovery {
    /// Valid records, the latest per key and version of the program, in the order of their first appearance.
    pub records: Vec<Record>,
    /// The last line was torn: it has no end and is no JSON, as a crash or a full disk leaves it. So many bytes are no
    /// record.
    pub torn_bytes: usize,
    /// Where the torn line is kept, if it was cut off.
    pub torn: Option<PathBuf>,
    /// Lines that were written whole and are no records now, each with its problem; only where salvaging was asked for.
    pub damaged: Vec<String>,
    /// Where a damaged journal is kept, if its readable lines were salvaged.
    pub original: Option<PathBuf>,
    /// Keys that appear with different results on the same machine: a run that is not deterministic.
    pub nondeterministic: Vec<String>,
}

/// What is done about a line that was written whole and is no record now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It is an error, and nothing is read.
    Refuse,
    /// It is told and left out.
    Salvage,
}

/// Reads the records of a folder (or of one file), whoever else may be writing: a torn last line is left out and counted.
/// Traces are left out: they are long, and only controls that are still to run need them.
///
/// # Errors
/// I/O errors; [`Error::Journal`] for any other damage, unless it is to be salvaged.
pub fn read_records(path: &Path, damage: Damage) -> Result<Recovery> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    parse(&path, damage, |record| record.log.trace.clear()).map(|parsed| parsed.recovery)
}

/// A journal, line by line.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub recovery: Recovery,
    /// Where the good lines stand, in bytes, their ends included.
    pub good: Vec<Range<u64>>,
    /// Bytes before a torn line.
    pub whole: u64,
    /// The last line, torn or good, has its end.
    pub ended: bool,
}

/// Parses a journal; `each` may change a record that was found good.
pub(super) fn parse(path: &Path, damage: Damage, each: impl Fn(&mut Record)) -> Result<Parsed> {
    let file = File::open(path).map_err(Error::input("read the records", path))?;
    let mut file = BufReader::new(file);
    let mut parsed = Parsed { ended: true, ..Parsed::default() };
    let mut place: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let bytes = file.read_until(b'\n', &mut line).map_err(Error::input("read the records", path))?;
        if bytes == 0 {
            break;
        }
        let range = parsed.whole..parsed.whole + bytes as u64;
        parsed.ended = line.ends_with(b"\n");
        match record(line.trim_ascii()) {
            Ok(mut record) => {
                each(&mut record);
                parsed.good.push(range.clone());
                take(record, &mut parsed.recovery, &mut place);
            }
            // No end and half a record: the writing was cut short. What is whole JSON was not, whoever took its end away.
            Err(_) if !parsed.ended && serde_json::from_slice::<IgnoredAny>(&line).is_err() => {
                parsed.recovery.torn_bytes = bytes;
                break;
            }
            Err(problem) if damage == Damage::Refuse => {
                return Err(Error::Journal { path: path.into(), line: number, problem });
            }
            Err(problem) => parsed.recovery.damaged.push(format!("{}:{number}: {problem}", path.display())),
        }
        parsed.whole = range.end;
    }
    Ok(parsed)
}

/// A line as a record that this program can read and that nobody has changed.
fn record(line: &[u8]) -> std::result::Result<Record, String> {
    let parsed = Record::read(line).map_err(|error| {
        // Of a newer layout that, and not the first field that is new in it.
        let schema = serde_json::from_slice::<Value>(line).ok().and_then(|value| value["schema"].as_u64());
        match schema {
            Some(schema) if schema != u64::from(RECORD_SCHEMA) => {
                format!("record schema {schema}, this program reads {RECORD_SCHEMA}")
            }
            _ => error.to_string(),
        }
    });
    parsed.and_then(|record| record.verify().map(|()| record))
}

fn take(record: Record, recovery: &mut Recovery, place: &mut BTreeMap<(String, String), usize>) {
    match place.entry((record.key.clone(), record.env.version.clone())) {
        std::collections::btree_map::Entry::Occupied(at) => {
            let old = &mut recovery.records[*at.get()];
            let both_ok = old.status == Status::Ok && record.status == Status::Ok;
            if both_ok && old.result_sha256 != record.result_sha256 && old.env.cpu == record.env.cpu {
                recovery.nondeterministic.push(record.key.clone());
            }
            *old = record;
        }
        std::collections::btree_map::Entry::Vacant(free) => {
            free.insert(recovery.records.len());
            recovery.records.push(record);
        }
    }
}
