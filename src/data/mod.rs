//! Layer 1: data sets, loaded once and shared by every run.

mod dataset;
pub mod digits;
mod folder;
mod idx;
mod manifest;
pub mod omniglot;
mod png;
mod table;
mod zip;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rand::seq::SliceRandom;

pub use dataset::{Dataset, Split};
pub use folder::{DataFolder, VARIABLE, sha256_hex};
pub use manifest::{Entry, FileEntry, Layout, entry, manifest};
pub use table::Table;

use crate::error::{Error, Result};
use crate::rng::Streams;

/// The data sets of a session: each is read, verified and decoded once, on first use.
#[derive(Debug)]
pub struct Data {
    folder: DataFolder,
    loaded: Mutex<BTreeMap<String, Arc<Dataset>>>,
    tables: Mutex<BTreeMap<String, Arc<Table>>>,
}

impl Data {
    /// Data sets from this folder, and the embedded ones.
    pub fn new(folder: DataFolder) -> Self {
        Self { folder, loaded: Mutex::default(), tables: Mutex::default() }
    }

    /// Where files are looked for.
    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Reads a data set of either layout, so that nothing fails later for want of it.
    ///
    /// # Errors
    /// As [`Data::get`] and [`Data::table`].
    pub fn load(&self, id: &str) -> Result<()> {
        match entry(id)?.layout {
            Layout::Images | Layout::Characters => self.get(id).map(drop),
            Layout::Table => self.table(id).map(drop),
        }
    }

    /// A table by id: rows in the order of time.
    ///
    /// # Errors
    /// Unknown id or a data set of images; missing, truncated or damaged files; a missing value.
    pub fn table(&self, id: &str) -> Result<Arc<Table>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = tables.get(id) {
            return Ok(table.clone());
        }
        let entry = entry(id)?;
        let Some(file) = entry.file.first().filter(|_| entry.layout == Layout::Table) else {
            return Err(Error::data(id, "holds images, not a table in the order of time"));
        };
        let bytes = self.folder.read(id, &entry, file)?;
        let table = Arc::new(Table::parse(id, &file.name, &String::from_utf8_lossy(&bytes), entry.classes)?);
        tables.insert(id.to_owned(), table.clone());
        Ok(table)
    }

    /// A user's own table, a path within the data folder; its SHA-256 (decompressed) stands in the definition.
    ///
    /// # Errors
    /// A missing file; whatever [`Table::parse`] refuses; another number of columns; another checksum.
    pub fn own_table(&self, file: &str, features: usize, classes: usize, sha256: &str) -> Result<Arc<Table>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let key = format!("{file} {features} {classes} {sha256}");
        if let Some(table) = tables.get(&key) {
            return Ok(table.clone());
        }
        let bytes = self.folder.read_own(file)?;
        // What is wrong within the table says more than its checksum.
        let table = Table::parse("table", file, &String::from_utf8_lossy(&bytes), classes)?;
        let columns = table.columns.len();
        if columns != features {
            let problem =
                format!("{file}: {columns} columns before the class, but the definition says {features}");
            return Err(Error::data("table", problem));
        }
        let found = sha256_hex(&bytes);
        if found != sha256 {
            let problem = format!("{file}: SHA-256 {found}, but the definition says {sha256}");
            return Err(Error::data("table", problem));
        }
        let table = Arc::new(table);
        tables.insert(key, table.clone());
        Ok(table)
    }

    /// A data set by id.
    ///
    /// # Errors
    /// Unknown id; missing, truncated or damaged files.
    pub fn get(&self, id: &str) -> Result<Arc<Dataset>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dataset) = loaded.get(id) {
            return Ok(dataset.clone());
        }
        let entry = entry(id)?;
        if entry.layout == Layout::Table {
            entry.check_images(id)?;
        }
        let dataset = Arc::new(match id {
            "digits" => digits::load()?,
            "mnist" => self.read_idx("mnist", &entry)?,
            "omniglot" => omniglot::load(&self.folder, &entry)?,
            // The manifest is the registry of ids; the entry left has the layout of MNIST.
            _ => self.read_idx("fashion-mnist", &entry)?,
        });
        loaded.insert(id.to_owned(), dataset.clone());
        Ok(dataset)
    }

    fn read_idx(&self, id: &'static str, entry: &Entry) -> Result<Dataset> {
        let read = |at: usize, dimensions: usize| -> Result<(Vec<usize>, Vec<u8>)> {
            let file = &entry.file[at];
            let bytes = self.folder.read(id, entry, file)?;
            let (sizes, body) = idx::parse(id, &file.name, &bytes, dimensions)?;
            Ok((sizes, body.to_vec()))
        };
        let (sizes, train_pixels) = read(0, 3)?;
        let (_, train_labels) = read(1, 1)?;
        let (_, test_pixels) = read(2, 3)?;
        let (_, test_labels) = read(3, 1)?;
        let features = sizes[1] * sizes[2];
        let full = Split { pixels: train_pixels.into(), labels: train_labels.into() };
        let (train, validation) = hold_out(&full, features);
        Dataset {
            id,
            shape: [1, sizes[1], sizes[2]],
            classes: 10,
            scale: 1.0 / 255.0,
            train,
            validation,
            train_full: full,
            test: Split { pixels: test_pixels.into(), labels: test_labels.into() },
        }
        .check()
    }
}

/// Cuts a sixth of the training set for validation (10,000 of 60,000), by a fixed shuffle.
fn hold_out(full: &Split, features: usize) -> (Split, Split) {
    let mut order: Vec<usize> = (0..full.len()).collect();
    order.shuffle(&mut Streams::new(0).get("validation-split"));
    let (validation, train) = order.split_at_mut(full.len() / 6);
    let take = |indices: &mut [usize]| {
        indices.sort_unstable();
        Split {
            pixels: indices
                .iter()
                .flat_map(|i| full.pixels[i * features..(i + 1) * features].iter().copied())
                .collect(),
            labels: indices.iter().map(|i| full.labels[*i]).collect(),
        }
    };
    (take(train), take(validation))
}
