//! `datasets/manifest.toml`: the registry of data sets, with sizes, checksums, licences and citations.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::error::{DefinitionError, Result};
use crate::spec::Source;

const MANIFEST: &str = include_str!("../../datasets/manifest.toml");

/// A data set's entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub title: String,
    pub licence: String,
    /// Number of classes.
    pub classes: usize,
    /// Channels, height, width.
    pub shape: [usize; 3],
    pub citation: String,
    /// Compiled in: needs no data folder.
    pub embedded: bool,
    /// Folders on the web that hold the files.
    pub mirrors: Vec<String>,
    pub file: Vec<FileEntry>,
}

impl Entry {
    /// A hash over the checksums of all files: part of every run's key. Data are verified on loading, so equal
    /// fingerprints mean equal data.
    pub fn fingerprint(&self) -> String {
        let sums: Vec<&str> = self.file.iter().map(|file| file.sha256.as_str()).collect();
        super::sha256_hex(sums.join("\n").as_bytes())
    }
}

/// One file of a data set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
    #[serde(default)]
    pub raw_bytes: Option<u64>,
    #[serde(default)]
    pub raw_sha256: Option<String>,
}

/// All data sets, ordered by id.
///
/// # Errors
/// Never in a released program: a test parses the manifest.
pub fn manifest() -> Result<IndexMap<String, Entry>> {
    let source = Source { name: "datasets/manifest.toml".into(), text: MANIFEST.into() };
    let mut entries: IndexMap<String, Entry> = source.read(source.table()?.into(), "")?;
    entries.sort_keys();
    Ok(entries)
}

/// The entry of one data set.
///
/// # Errors
/// Unknown id, with the nearest known one.
pub fn entry(id: &str) -> Result<Entry> {
    let mut entries = manifest()?;
    match entries.swap_remove(id) {
        Some(entry) => Ok(entry),
        None => Err(DefinitionError::unknown("data set", id, entries.keys().map(String::as_str)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_parses_and_every_checksum_is_one() {
        for (id, entry) in manifest().expect("valid") {
            assert!(!entry.file.is_empty(), "{id}");
            for file in entry.file {
                let sums = [Some(&file.sha256), file.raw_sha256.as_ref()];
                assert!(sums.into_iter().flatten().all(|sum| sum.len() == 64), "{id}/{}", file.name);
            }
        }
    }
}
