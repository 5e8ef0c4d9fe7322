//! `datasets/manifest.toml`: the registry of data sets, with sizes, checksums, licences and citations.

use std::sync::OnceLock;

use indexmap::IndexMap;
use serde::Deserialize;

use super::dataset::Splitting;
use base::error::{DefinitionError, Result};
use base::source::Source;

const MANIFEST: &str = include_str!("../../../datasets/manifest.toml");

/// A data set's entry.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub title: String,
    pub licence: String,
    /// Number of classes.
    pub classes: usize,
    /// Channels, height, width; of a table: 1, 1, columns.
    pub shape: [usize; 3],
    /// What the files hold. Default `images`.
    #[serde(default)]
    pub layout: Layout,
    /// A sub-folder of the data folder, beside the one named after the data set, in which the files may lie.
    #[serde(default)]
    pub folder: Option<String>,
    pub citation: String,
    /// Compiled in: needs no data folder.
    pub embedded: bool,
    /// Its authors say what is for training and what for test. Default true; false: the split is this program's own.
    #[serde(default = "base::written::yes")]
    pub published_split: bool,
    /// Folders on the web that hold the files.
    pub mirrors: Vec<String>,
    pub file: Vec<FileEntry>,
}

/// How a data set's files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Images with labels, cut into training and test: [`super::Data::get`].
    #[default]
    Images,
    /// Images cut by class, so that training and test hold different ones: [`super::Data::get`]. For episodes.
    Characters,
    /// One table of numbers in the order of time: [`super::Data::table`].
    Table,
}

impl Entry {
    /// Checks that this is a data set of images of the same classes in training and at test, as most paradigms need.
    ///
    /// # Errors
    /// For other layouts, with the ids of such sets.
    pub fn check_images(&self, id: &str) -> Result<(), DefinitionError> {
        if self.layout == Layout::Images {
            return Ok(());
        }
        let problem = match self.layout {
            Layout::Characters => "has other classes at test than in training, only for the meta paradigm",
            _ => "is a table in the order of time, only for the online paradigm",
        };
        let images = |all: &IndexMap<String, Self>| {
            let images = all.iter().filter(|(_, entry)| entry.layout == Layout::Images);
            images.map(|(id, _)| id.clone()).collect()
        };
        Err(DefinitionError {
            found: format!("{id:?}"),
            problem: problem.into(),
            allowed: manifest().map(images).unwrap_or_default(),
            ..DefinitionError::default()
        })
    }

    /// Checks that nobody has published what is training and what is test, where each seed is to draw it.
    ///
    /// # Errors
    /// A data set with a published split: with others its results could not be compared.
    pub fn check_splitting(&self, splitting: Splitting) -> Result<(), DefinitionError> {
        if splitting.is_fixed() || !self.published_split {
            return Ok(());
        }
        let allowed =
            "\"fixed\": the authors of this data set say which samples are for training and which for test";
        Err(DefinitionError::range("split", "\"per-seed\"", allowed))
    }

    /// A hash over the checksums of all files: part of every run's key. Data are verified on loading, so equal
    /// fingerprints mean equal data.
    pub fn fingerprint(&self) -> String {
        let sums: Vec<&str> = self.file.iter().map(|file| file.sha256.as_str()).collect();
        base::digest::sha256_hex(sums.join("\n").as_bytes())
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

/// All data sets, ordered by id; read once.
///
/// # Errors
/// Never in a released program: a test parses the manifest.
pub fn manifest() -> Result<&'static IndexMap<String, Entry>> {
    static ALL: OnceLock<IndexMap<String, Entry>> = OnceLock::new();
    if let Some(all) = ALL.get() {
        return Ok(all);
    }
    let source = Source { name: "datasets/manifest.toml".into(), text: MANIFEST.into() };
    let mut entries: IndexMap<String, Entry> = source.read(source.table()?.into(), "")?;
    entries.sort_keys();
    Ok(ALL.get_or_init(|| entries))
}

/// The entry of one data set.
///
/// # Errors
/// Unknown id, with the nearest known one.
pub fn entry(id: &str) -> Result<&'static Entry> {
    let entries = manifest()?;
    let unknown = || DefinitionError::unknown("data set", id, entries.keys().map(String::as_str)).into();
    entries.get(id).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_parses_and_every_checksum_is_one() {
        for (id, entry) in manifest().expect("valid") {
            assert!(!entry.file.is_empty(), "{id}");
            for file in &entry.file {
                let sums = [Some(&file.sha256), file.raw_sha256.as_ref()];
                assert!(sums.into_iter().flatten().all(|sum| sum.len() == 64), "{id}/{}", file.name);
            }
        }
    }
}
