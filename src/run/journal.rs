//! The journal: an append-only file of records, one JSON line each, safe against crashes, full disks, and folders that go
//! away while a session runs.

mod lock;
mod reading;

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use base::atomic;
use base::error::{Error, Result};
use contract::Record;

use lock::Lock;
pub use reading::{Damage, Recovery, read_records};
use reading::{FILE, Parsed, parse};

/// An output folder's journal, open for appending by this process alone.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// In append mode: whatever another process does to the file, nothing of it is overwritten.
    file: File,
    /// Bytes that the file has to hold.
    length: u64,
    /// Held until drop.
    _lock: Lock,
}

impl Journal {
    /// Opens or creates the journal in `dir`, locks it, and recovers from a torn last line.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it; I/O errors; [`Error::Journal`] for any other damage: a line that has
    /// an end, or is whole without one, did not come from a crash.
    pub fn open(dir: &Path) -> Result<(Self, Recovery)> {
        Self::open_with(dir, Damage::Refuse)
    }

    /// The same; damaged lines may be salvaged: the journal is kept under another name, its readable lines go on.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_with(dir: &Path, damage: Damage) -> Result<(Self, Recovery)> {
        let lock = Lock::take(dir)?;
        let path = dir.join(FILE);
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        let open = || options.open(&path).map_err(Error::input("open the journal", &path));
        let mut file = open()?;
        lock::hold(dir, &path, &file)?;
        let Parsed { mut recovery, good, whole, ended } = parse(&path, damage, |_| ())?;
        if recovery.torn_bytes > 0 {
            recovery.torn = Some(keep(dir, "torn", &read(&path, whole)?)?);
            cut(&path, whole)?;
        }
        if !recovery.damaged.is_empty() {
            let text = read(&path, 0)?;
            recovery.original = Some(keep(dir, "jsonl", &text)?);
            let line = |range: &Range<u64>| text.get(range.start as usize..range.end as usize);
            let lines =
                good.iter().filter_map(line).map(|line| String::from_utf8_lossy(line.trim_ascii_end()));
            atomic::write(&path, lines.map(|line| format!("{line}\n")).collect::<String>())?;
            file = open()?;
            lock::hold(dir, &path, &file)?;
        } else if whole > 0 && !ended && recovery.torn_bytes == 0 {
            // The last record is whole, only its line end is missing: the next one must not stand on the same line.
            file.write_all(b"\n").map_err(Error::io("write", &path))?;
        }
        let length = file.metadata().map_err(Error::io("read the size of", &path))?.len();
        Ok((Self { path, file, length, _lock: lock }, recovery))
    }

    /// Puts an existing journal of `dir` aside under a free name, and its plan with it, so that a session starts afresh
    /// and nothing is lost. Returns the new name, if there was one.
    ///
    /// # Errors
    /// I/O errors; [`Error::Locked`] when another process writes to it.
    pub fn put_aside(dir: &Path) -> Result<Option<PathBuf>> {
        let path = dir.join(FILE);
        if !path.exists() {
            // A plan without records says that all of it is missing.
            return super::plan_file::remove(dir).map(|()| None);
        }
        let _lock = Lock::take(dir)?;
        let file = File::open(&path).map_err(Error::input("open the journal", &path))?;
        lock::hold(dir, &path, &file)?;
        let (_, aside) = free(dir, "jsonl")?;
        fs::rename(&path, &aside).map_err(Error::io("rename the journal", &path))?;
        super::plan_file::put_aside(dir, &aside)?;
        Ok(Some(aside))
    }

    /// The journal's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends records and forces them to disk, all with one sync. If that fails, half-written bytes are taken back, and
    /// none of them counts.
    ///
    /// # Errors
    /// I/O errors, e.g. a full disk; what [`Journal::check`] finds.
    pub fn append<'r>(&mut self, records: impl IntoIterator<Item = &'r Record>) -> Result<()> {
        let mut lines = String::new();
        for record in records {
            lines.push_str(&record.line()?);
            lines.push('\n');
        }
        self.check()?;
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| {
            // Best effort: a torn line that stays is recovered by the next session anyway.
            let _ = self.file.set_len(self.length);
            Error::io("write", &self.path)(error)
        })?;
        self.length += lines.len() as u64;
        Ok(())
    }

    /// Whether the file that is open is the one that stands under the journal's path, as this process left it.
    ///
    /// # Errors
    /// [`Error::Gone`] where it was removed, moved, replaced or changed; I/O errors.
    pub fn check(&self) -> Result<()> {
        let gone = |problem: String| Err(Error::Gone { path: self.path.clone(), problem });
        let own = self.file.metadata().map_err(Error::io("read the size of", &self.path))?;
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                gone(if links(&own) == 0 { "removed" } else { "moved away" }.into())
            }
            Err(error) => Err(Error::io("find", &self.path)(error)),
            Ok(there) if !same(&own, &there) => gone("replaced by another file".into()),
            Ok(_) if own.len() != self.length => {
                gone(format!("changed by another program ({} bytes, not {})", own.len(), self.length))
            }
            Ok(_) => Ok(()),
        }
    }

    /// Where the file was removed, what it held is still there as long as it is open: copies it to the nearest folder that
    /// is left. `None` where there is nothing to rescue: it was moved and is whole elsewhere, or holds nothing.
    ///
    /// # Errors
    /// I/O errors.
    pub fn rescue(&mut self) -> Result<Option<PathBuf>> {
        let removed = self.file.metadata().is_ok_and(|own| links(&own) == 0);
        let mut text = Vec::new();
        let read = self.file.seek(SeekFrom::Start(0)).and_then(|_| self.file.read_to_end(&mut text));
        read.map_err(Error::io("read", &self.path))?;
        if !removed || text.is_empty() {
            return Ok(None);
        }
        let left = self.path.ancestors().skip(1).find(|folder| folder.is_dir() && **folder != *"");
        keep(left.unwrap_or(Path::new(".")), "jsonl", &text).map(Some)
    }
}

#[cfg(unix)]
fn same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(unix)]
fn links(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(file)
}

/// Elsewhere an open file can be neither removed nor replaced.
#[cfg(not(unix))]
fn same(_: &Metadata, _: &Metadata) -> bool {
    true
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

/// What stands in a file from a place on.
fn read(path: &Path, from: u64) -> Result<Vec<u8>> {
    let mut text = Vec::new();
    let mut file = File::open(path).map_err(Error::input("read the journal", path))?;
    let read = file.seek(SeekFrom::Start(from)).and_then(|_| file.read_to_end(&mut text));
    read.map_err(Error::input("read the journal", path))?;
    Ok(text)
}

fn cut(path: &Path, length: u64) -> Result<()> {
    let file = OpenOptions::new().write(true).open(path).map_err(Error::io("open", path))?;
    file.set_len(length).map_err(Error::io("cut the torn line off", path))
}

/// Writes to a new file `records-N.EXTENSION`.
fn keep(dir: &Path, extension: &str, text: &[u8]) -> Result<PathBuf> {
    let (mut file, path) = free(dir, extension)?;
    let written = file.write_all(text).and_then(|()| file.sync_all());
    written.map_err(Error::io("keep records in", &path))?;
    Ok(path)
}

/// Creates `records-1.EXTENSION`, `records-2.EXTENSION`, …: the first that is free. A link of that name, wherever it leads,
/// is not free.
fn free(dir: &Path, extension: &str) -> Result<(File, PathBuf)> {
    let mut n = 1;
    loop {
        let path = dir.join(format!("records-{n}.{extension}"));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => n += 1,
            other => return Ok((other.map_err(Error::io("create", &path))?, path)),
        }
    }
}
