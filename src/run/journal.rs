//! The journal: an append-only file of records, one JSON line each, safe against crashes and full disks.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use base::error::{Error, Result};
use contract::Record;
use contract::Status;

/// File name of the journal inside an output folder.
const FILE: &str = "records.jsonl";
const LOCK: &str = "records.lock";

/// An output folder's journal, open for appending by this process alone.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Held until drop.
    _lock: File,
}

/// What opening a journal found.
#[derive(Debug, Default)]
pub struct Recovery {
    /// Valid records, the latest per key, in the order of their first appearance.
    pub records: Vec<Record>,
    /// The last line was torn: it has no end, as a crash or a full disk leaves it. So many bytes are no record.
    pub torn_bytes: usize,
    /// Where the torn line is kept, if it was cut off.
    pub torn: Option<PathBuf>,
    /// Keys that appear with different results on the same machine: a run that is not deterministic.
    pub nondeterministic: Vec<String>,
}

impl Journal {
    /// Opens or creates the journal in `dir`, locks it, and recovers from a torn last line.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it; I/O errors; [`Error::Journal`] for any other damage: a line that has
    /// an end was written whole, so what is wrong in it did not come from a crash.
    pub fn open(dir: &Path) -> Result<(Self, Recovery)> {
        let lock = lock(dir)?;
        let path = dir.join(FILE);
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(Error::input("open the journal", &path))?;
        let text = fs::read(&path).map_err(Error::input("read the journal", &path))?;
        let (mut recovery, good) = parse(&path, &text)?;
        if good < text.len() {
            let torn = free_name(dir, "records", "torn");
            fs::write(&torn, &text[good..]).map_err(Error::io("keep the torn line in", &torn))?;
            file.set_len(good as u64).map_err(Error::io("cut the torn line off", &path))?;
            recovery.torn = Some(torn);
        } else if good > 0 && !text.ends_with(b"\n") {
            // The last record is whole, only its line end is missing: the next one must not stand on the same line.
            file.seek(SeekFrom::End(0)).map_err(Error::io("write", &path))?;
            file.write_all(b"\n").map_err(Error::io("write", &path))?;
        }
        file.seek(SeekFrom::End(0)).map_err(Error::input("open the journal", &path))?;
        Ok((Self { path, file, _lock: lock }, recovery))
    }

    /// Puts an existing journal of `dir` aside under a free name, so that a session starts afresh and nothing is lost.
    /// Returns the new name, if there was one.
    ///
    /// # Errors
    /// I/O errors; [`Error::Locked`] when another process writes to it.
    pub fn put_aside(dir: &Path) -> Result<Option<PathBuf>> {
        let path = dir.join(FILE);
        if !path.exists() {
            return Ok(None);
        }
        let _lock = lock(dir)?;
        let aside = free_name(dir, "records", "jsonl");
        fs::rename(&path, &aside).map_err(Error::io("rename the journal", &path))?;
        Ok(Some(aside))
    }

    /// The journal's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record and forces it to disk. If that fails, half-written bytes are taken back.
    ///
    /// # Errors
    /// I/O errors, e.g. a full disk.
    pub fn append(&mut self, record: &Record) -> Result<()> {
        let mut line = serde_json::to_string(record)?;
        line.push('\n');
        let before = self.file.stream_position().map_err(Error::io("write", &self.path))?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            // Best effort: a torn line that stays is recovered by the next session anyway.
            let _ = self.file.set_len(before);
            let _ = self.file.seek(SeekFrom::Start(before));
            Error::io("write", &self.path)(error)
        })
    }
}

/// `stem-1.extension`, `stem-2.extension`, …: the first that is free.
fn free_name(dir: &Path, stem: &str, extension: &str) -> PathBuf {
    let mut n = 1;
    loop {
        let path = dir.join(format!("{stem}-{n}.{extension}"));
        if !path.exists() {
            return path;
        }
        n += 1;
    }
}

/// Creates the folder and takes its lock for this process; released on drop.
fn lock(dir: &Path) -> Result<File> {
    fs::create_dir_all(dir).map_err(Error::input("create the output folder", dir))?;
    let path = dir.join(LOCK);
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::input("open the lock file", &path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Locked { dir: dir.into(), lock: path }),
        Err(fs::TryLockError::Error(error)) => Err(Error::io("lock", path)(error)),
    }
}

/// Reads the records of a folder (or of one file), whoever else may be writing: a torn last line is left out and counted.
///
/// # Errors
/// I/O errors; [`Error::Journal`] for any other damage.
pub fn read_records(path: &Path) -> Result<Recovery> {
    let path = if path.is_dir() { path.join(FILE) } else { path.to_owned() };
    let text = fs::read(&path).map_err(Error::input("read the records", &path))?;
    parse(&path, &text).map(|(recovery, _)| recovery)
}

/// Parses a journal; returns what it holds and the length of its valid part.
fn parse(path: &Path, text: &[u8]) -> Result<(Recovery, usize)> {
    let mut recovery = Recovery::default();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    let mut good = 0;
    for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let complete = line.ends_with(b"\n");
        let parsed = serde_json::from_slice::<Record>(line.trim_ascii()).map_err(|error| error.to_string());
        let parsed = parsed.and_then(|record| record.verify().map(|()| record));
        let record = match parsed {
            Ok(record) => record,
            Err(_) if !complete => {
                recovery.torn_bytes = line.len();
                break;
            }
            Err(problem) => {
                return Err(Error::Journal { path: path.into(), line: index + 1, problem });
            }
        };
        good += line.len();
        match place.get(&record.key) {
            Some(at) => {
                let old = &recovery.records[*at];
                let both_ok = old.status == Status::Ok && record.status == Status::Ok;
                if both_ok && old.result_sha256 != record.result_sha256 && old.env.cpu == record.env.cpu {
                    recovery.nondeterministic.push(record.key.clone());
                }
                recovery.records[*at] = record;
            }
            None => {
                place.insert(record.key.clone(), recovery.records.len());
                recovery.records.push(record);
            }
        }
    }
    Ok((recovery, good))
}
