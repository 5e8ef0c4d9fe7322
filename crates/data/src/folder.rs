//! Where data files lie, and reading them with their checksums verified.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::manifest::{Entry, FileEntry};
use base::digest::sha256_hex;
use base::error::{Error, Result};

/// Environment variable that names the data folder.
pub const VARIABLE: &str = "NEUROMOD_DATA";

/// The data folder and how it was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    pub path: PathBuf,
    /// `--data-dir`, `NEUROMOD_DATA` or `cache folder`, for messages.
    pub chosen_by: &'static str,
}

impl DataFolder {
    /// `explicit` (from `--data-dir`), else the environment variable, else a cache folder by the platform's convention.
    pub fn choose(explicit: Option<PathBuf>) -> Self {
        if let Some(path) = explicit {
            return Self { path, chosen_by: "--data-dir" };
        }
        if let Some(path) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
            return Self { path: path.into(), chosen_by: VARIABLE };
        }
        Self { path: cache_folder().join("neuromod-bench"), chosen_by: "cache folder" }
    }

    /// Finds and reads a file of a data set, compressed or not, and verifies its checksum.
    /// Returns the decompressed bytes.
    ///
    /// # Errors
    /// A data error: missing (with the places searched and the mirrors), wrong size, wrong checksum, broken gzip.
    pub fn read(&self, dataset: &str, entry: &Entry, file: &FileEntry) -> Result<Vec<u8>> {
        let raw_name = file.name.trim_end_matches(".gz");
        let shared = entry.folder.as_deref().unwrap_or(dataset);
        let candidates = [
            (self.path.join(dataset).join(&file.name), false),
            (self.path.join(dataset).join(raw_name), true),
            (self.path.join(shared).join(&file.name), false),
            (self.path.join(shared).join(raw_name), true),
            (self.path.join(&file.name), false),
            (self.path.join(raw_name), true),
        ];
        // Several data sets share file names, so a file outside the data set's own folder counts only if its
        // checksum is right; inside, a wrong checksum is an error.
        for (at, (path, raw)) in candidates.iter().enumerate() {
            if !path.is_file() {
                continue;
            }
            let bytes = fs::read(path).map_err(Error::io("read", path))?;
            match verify(&bytes, file, *raw) {
                Ok(()) if *raw || file.name == raw_name => return Ok(bytes),
                Ok(()) => return gunzip(dataset, path, &bytes),
                Err(_) if at >= 4 => {}
                Err(problem) => return Err(Error::data(dataset, format!("{}: {problem}", path.display()))),
            }
        }
        Err(Error::data(dataset, self.missing(dataset, entry, file)))
    }

    /// Reads a file that no manifest knows, decompressed where its name ends in `.gz`.
    ///
    /// # Errors
    /// A data error: missing, unreadable, broken gzip.
    pub fn read_own(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.path.join(file);
        if !path.is_file() {
            let problem =
                format!("{file} not found in {} (chosen by {})", self.path.display(), self.chosen_by);
            return Err(Error::data("table", problem));
        }
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        if file.ends_with(".gz") { gunzip("table", &path, &bytes) } else { Ok(bytes) }
    }

    fn missing(&self, dataset: &str, entry: &Entry, file: &FileEntry) -> String {
        let mut text = format!(
            "{} not found in {} (chosen by {})",
            file.name,
            self.path.join(dataset).display(),
            self.chosen_by
        );
        if !entry.mirrors.is_empty() {
            let names: Vec<&str> = entry.file.iter().map(|file| file.name.as_str()).collect();
            text.push_str(&format!(
                "\n  put the files {} there, or point --data-dir or {VARIABLE} at a folder that has them\n  from: {}",
                names.join(", "),
                entry.mirrors.join(" or ")
            ));
        }
        text
    }
}

fn verify(bytes: &[u8], file: &FileEntry, raw: bool) -> Result<(), String> {
    let (size, sum) = if raw {
        (file.raw_bytes.unwrap_or(bytes.len() as u64), file.raw_sha256.as_ref())
    } else {
        (file.bytes, Some(&file.sha256))
    };
    if bytes.len() as u64 != size {
        let word = if (bytes.len() as u64) < size { "truncated" } else { "too long" };
        return Err(format!("{word}: {} bytes, expected {size}", bytes.len()));
    }
    let found = sha256_hex(bytes);
    match sum {
        Some(sum) if *sum != found => Err(format!("wrong checksum: SHA-256 {found}, expected {sum}")),
        _ => Ok(()),
    }
}

/// Decompresses gzip.
///
/// # Errors
/// A data error when the stream is damaged.
pub fn gunzip(dataset: &str, path: &Path, bytes: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes)
        .read_to_end(&mut out)
        .map_err(|error| Error::data(dataset, format!("{}: broken gzip: {error}", path.display())))?;
    Ok(out)
}

fn cache_folder() -> PathBuf {
    let from = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if cfg!(windows) {
        return from("LOCALAPPDATA").unwrap_or_else(std::env::temp_dir);
    }
    if cfg!(target_os = "macos") {
        return from("HOME").map_or_else(std::env::temp_dir, |home| home.join("Library/Caches"));
    }
    from("XDG_CACHE_HOME")
        .or_else(|| from("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
}

#[cfg(test)]
mod tests {
    use super::super::manifest;
    use super::*;

    fn toy_folder(bytes: &[u8]) -> (tempfile::TempDir, Entry) {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("mnist")).expect("create");
        fs::write(folder.path().join("mnist/t10k-labels-idx1-ubyte.gz"), bytes).expect("write");
        (folder, manifest::entry("mnist").expect("known"))
    }

    fn message(folder: &tempfile::TempDir, entry: &Entry, at: usize) -> String {
        let folder = DataFolder { path: folder.path().into(), chosen_by: "--data-dir" };
        folder.read("mnist", entry, &entry.file[at]).expect_err("must be refused").to_string()
    }

    #[test]
    fn a_missing_file_says_where_it_was_looked_for_and_where_to_get_it() {
        let (folder, entry) = toy_folder(b"");
        let message = message(&folder, &entry, 0);
        assert!(message.contains("train-images-idx3-ubyte.gz not found in"), "{message}");
        assert!(message.contains("--data-dir") && message.contains("https://"), "{message}");
    }

    #[test]
    fn a_truncated_file_and_a_wrong_checksum_are_told_apart() {
        let (folder, entry) = toy_folder(&[0; 10]);
        assert!(message(&folder, &entry, 3).contains("truncated: 10 bytes, expected 4542"));
        let (folder, entry) = toy_folder(&[0; 4542]);
        assert!(message(&folder, &entry, 3).contains("wrong checksum"));
    }

    #[test]
    fn broken_gzip_is_a_data_error() {
        let error = gunzip("toy", Path::new("a.gz"), b"not gzip").expect_err("damaged");
        assert!(error.to_string().contains("broken gzip"));
    }
}
