//! Files that are either old or new, never half written.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// How many temporary names are tried: each is one of 2⁶⁴.
const TRIES: usize = 16;

/// Creates a folder and its parents.
///
/// # Errors
/// What the file system says, with the path.
pub fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create the folder", folder))
}

/// Checks that a folder takes files, by writing one and removing it: of each process its own, since several may begin in one
/// folder at the same time.
///
/// # Errors
/// What the file system says, with the path.
pub fn check_writable(folder: &Path) -> Result<()> {
    let probe = folder.join(format!(".bench-probe-{}", std::process::id()));
    write(&probe, "")?;
    fs::remove_file(&probe).map_err(Error::io("remove", probe))
}

/// Writes a temporary file beside `path`, then renames it; a failure leaves no temporary file behind.
///
/// # Errors
/// What the file system says, with the path.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<()> {
    write_with(path, |file| file.write_all(content.as_ref()))
}

/// The same for what is too long to be held: `writer` writes it.
///
/// # Errors
/// What the file system or `writer` says, with the path.
pub fn write_with(
    path: &Path,
    writer: impl FnOnce(&mut BufWriter<fs::File>) -> std::io::Result<()>,
) -> Result<()> {
    let (file, temporary) = temporary(path)?;
    let mut file = BufWriter::new(file);
    let written = writer(&mut file).and_then(|()| file.flush()).and_then(|()| file.get_ref().sync_all());
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|source| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        Error::io("write", path)(source)
    })
}

/// A new file beside `path` under a name that nobody can guess: what is there already, a link above all, is not opened.
fn temporary(path: &Path) -> Result<(fs::File, PathBuf)> {
    let mut last = None;
    for attempt in 0..TRIES {
        // Each state is keyed anew by the system's randomness.
        let word = RandomState::new().hash_one((std::process::id(), attempt));
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{word:016x}.tmp"));
        let temporary = path.with_file_name(name);
        match fs::OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => return Ok((file, temporary)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = Some(error),
            Err(error) => return Err(Error::io("write", path)(error)),
        }
    }
    let error = last.unwrap_or_else(|| ErrorKind::AlreadyExists.into());
    Err(Error::io("write", path)(error))
}
