//! Files that are either old or new, never half written.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use base::error::{Error, Result};

/// Creates a folder and its parents.
pub(super) fn create_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::io("create the folder", folder))
}

/// Writes a temporary file beside `path`, then renames it; a failure leaves no temporary file behind.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    let written = fs::File::create(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&temporary, path)).map_err(|source| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        Error::io("write", path)(source)
    })
}
