//! One session per output folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use base::error::{Error, Result};

const LOCK: &str = "records.lock";
/// Stands in for the lock where the file system has none.
const OWNER: &str = "records.owner";

/// An output folder held for this process; released on drop.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
    owner: Option<PathBuf>,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(owner) = &self.owner {
            // It is ours: made by this process, and by no other while it stands.
            let _ = fs::remove_file(owner);
        }
    }
}

impl Lock {
    /// Creates the folder and takes its lock for this process.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it; I/O errors.
    pub fn take(dir: &Path) -> Result<Self> {
        Self::with(dir, File::try_lock)
    }

    fn with(dir: &Path, try_lock: impl Fn(&File) -> Result<(), TryLockError>) -> Result<Self> {
        fs::create_dir_all(dir).map_err(Error::input("create the output folder", dir))?;
        let path = dir.join(LOCK);
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        let file = options.open(&path).map_err(Error::input("open the lock file", &path))?;
        let owner = match try_lock(&file) {
            Ok(()) => None,
            Err(TryLockError::WouldBlock) => return Err(Error::Locked { dir: dir.into(), lock: path }),
            Err(TryLockError::Error(error)) if unsupported(&error) => Some(owner(dir)?),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
        };
        Ok(Self { _file: file, owner })
    }
}

/// Takes a lock on the journal itself: the lock file may have been deleted while another process writes. Windows would keep
/// readers out with it, and lets nobody delete an open file.
pub(super) fn hold(dir: &Path, path: &Path, file: &File) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(Error::Locked { dir: dir.into(), lock: path.into() }),
        Err(TryLockError::Error(error)) if unsupported(&error) => Ok(()),
        Err(TryLockError::Error(error)) => Err(Error::io("lock", path)(error)),
    }
}

/// Whether a file system refuses locks altogether, as some network and user-space ones do.
fn unsupported(error: &std::io::Error) -> bool {
    /// Numbers of ENOSYS, ENOLCK and EOPNOTSUPP on Linux; elsewhere their kind tells.
    const LINUX: [i32; 3] = [38, 37, 95];
    let number = error.raw_os_error().filter(|_| cfg!(target_os = "linux"));
    error.kind() == ErrorKind::Unsupported || number.is_some_and(|number| LINUX.contains(&number))
}

/// The way round: a file that exists while a session does. A killed session leaves it; only a person can know that.
fn owner(dir: &Path) -> Result<PathBuf> {
    let path = dir.join(OWNER);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            // What stands in it is for people.
            let _ = writeln!(file, "process {}; delete this file if it has ended", std::process::id());
            Ok(path)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(Error::Locked { dir: dir.into(), lock: path })
        }
        Err(error) => Err(Error::io("create the lock file", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_file_system_has_no_locks_a_file_stands_in_for_one() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let refused = |_: &File| Err(TryLockError::Error(ErrorKind::Unsupported.into()));
        let first = Lock::with(dir.path(), refused).expect("held");
        let second = Lock::with(dir.path(), refused).expect_err("one at a time").to_string();
        assert!(second.contains("records.owner"), "{second}");
        drop(first);
        assert!(!dir.path().join(OWNER).exists());
        Lock::with(dir.path(), refused).expect("free again");
    }

    #[test]
    fn other_failures_to_lock_stay_failures() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let broken = |_: &File| Err(TryLockError::Error(ErrorKind::PermissionDenied.into()));
        let error = Lock::with(dir.path(), broken).expect_err("refused").to_string();
        assert!(error.starts_with("lock "), "{error}");
    }
}
