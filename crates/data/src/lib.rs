//! Layer 1: data sets, loaded once and shared by every run.

mod dataset;
pub mod digits;
mod folder;
mod idx;
mod in_order;
pub mod made_up;
mod manifest;
pub mod omniglot;
mod own;
mod pixels;
mod png;
mod table;
mod zip;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rand::seq::SliceRandom;

use base::error::{Error, Result};
use base::rng::Streams;

pub use dataset::{Dataset, Split, Splitting, Values};
pub use folder::{DataFolder, VARIABLE};
pub use manifest::{Entry, FileEntry, Layout, entry, manifest};
pub use own::{
    ColumnName, DataSpec, DataTable, Each, Facts, FileLayout, Files, MOST_CLASSES, Normalise, Pair, Part,
    SplitBy, SplitRule, detect, line_of,
};
pub use pixels::Pixels;
pub use table::Table;

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

    /// With a data set that is in memory already: one that is made up is found by its id, as if read from files.
    #[must_use]
    pub fn with(self, dataset: Dataset) -> Self {
        self.lock().insert(dataset.id.clone(), Arc::new(dataset));
        self
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
        let mut tables = self.lock_tables();
        if let Some(table) = tables.get(id) {
            return Ok(table.clone());
        }
        let entry = entry(id)?;
        let Some(file) = entry.file.first().filter(|_| entry.layout == Layout::Table) else {
            return Err(Error::data(id, "holds images, not a table in the order of time"));
        };
        let bytes = self.folder.read(id, entry, file)?;
        let table = Arc::new(Table::parse(id, &file.name, &String::from_utf8_lossy(&bytes), entry.classes)?);
        tables.insert(id.to_owned(), table.clone());
        Ok(table)
    }

    /// A data set by id.
    ///
    /// # Errors
    /// Unknown id; missing, truncated or damaged files.
    pub fn get(&self, id: &str) -> Result<Arc<Dataset>> {
        let mut loaded = self.lock();
        if let Some(dataset) = loaded.get(id) {
            return Ok(dataset.clone());
        }
        let entry = entry(id)?;
        let dataset = Arc::new(self.read(id, entry)?);
        loaded.insert(id.to_owned(), dataset.clone());
        Ok(dataset)
    }

    /// A data set, split as a benchmark asks: once for all, or anew from the streams of a run.
    ///
    /// # Errors
    /// As [`Data::get`]; a split per seed of a data set whose split is published.
    pub fn split(&self, spec: &DataSpec, splitting: Splitting, streams: &Streams) -> Result<Arc<Dataset>> {
        match splitting {
            Splitting::Fixed => self.of(spec),
            Splitting::PerSeed => {
                spec.check_splitting(splitting)?;
                digits::resampled(streams).map(Arc::new)
            }
        }
    }

    /// The data set that a benchmark's `data` says, read and changed as it asks. Files of one's own are looked for in the
    /// data folder, unless [`Data::complete`] has read them.
    ///
    /// # Errors
    /// As [`Data::get`]; files that are missing or not what the table says.
    pub fn of(&self, spec: &DataSpec) -> Result<Arc<Dataset>> {
        let table = match spec {
            DataSpec::Named(id) => return self.get(id),
            DataSpec::Table(table) => table,
        };
        let key = format!("{table:?}");
        if let Some(dataset) = self.lock().get(&key) {
            return Ok(dataset.clone());
        }
        let dataset = match &table.set {
            Some(id) => own::adapted(table, &*self.get(id)?, hold_out)?,
            None => own::finished(table, own::assemble(table, &self.files(None))?.0)?,
        };
        let dataset = Arc::new(dataset);
        self.lock().insert(key, dataset.clone());
        Ok(dataset)
    }

    /// A benchmark's `data` with what its files say filled in: shape, classes, checksum. The files are read and kept; they
    /// are looked for in the data folder, then in `beside`, the folder of the benchmark's file.
    ///
    /// # Errors
    /// Keys that do not fit together; files that are missing or not what the table says.
    pub fn complete(&self, table: &DataTable, beside: Option<&Path>) -> Result<DataTable> {
        DataSpec::Table(Box::new(table.clone())).check()?;
        if table.layout.is_none() {
            return Ok(table.clone());
        }
        let (dataset, complete) = own::assemble(table, &self.files(beside))?;
        let dataset = own::finished(table, dataset)?;
        self.lock().insert(format!("{complete:?}"), Arc::new(dataset));
        Ok(complete)
    }

    /// The places in which files of one's own are looked for.
    pub fn files(&self, beside: Option<&Path>) -> Files {
        let chosen = format!("the data folder, chosen by {}", self.folder.chosen_by);
        let mut places = vec![(self.folder.path.clone(), chosen)];
        places.extend(
            beside.map(|folder| (folder.to_owned(), "the folder of the benchmark's file".to_owned())),
        );
        Files::new(places)
    }

    fn lock_tables(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Table>>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Dataset>>> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry says how a set is read; only what has a format of its own has code of its own.
    fn read(&self, id: &str, entry: &Entry) -> Result<Dataset> {
        match entry.layout {
            Layout::Characters => omniglot::load(&self.folder, entry),
            Layout::Images if entry.embedded => digits::load(),
            Layout::Images => self.read_idx(id, entry),
            Layout::Table => Err(entry.check_images(id).err().unwrap_or_default().into()),
        }
    }

    /// The four files of MNIST's layout, in the manifest's order: training images and labels, test images and labels.
    fn read_idx(&self, id: &str, entry: &Entry) -> Result<Dataset> {
        let [train_pixels, train_labels, test_pixels, test_labels] = &entry.file[..] else {
            let problem = format!("{} files in the manifest, but the IDX layout has 4", entry.file.len());
            return Err(Error::data(id, problem));
        };
        let read = |file: &FileEntry, dimensions: usize| -> Result<(Vec<usize>, Arc<[u8]>)> {
            let bytes = self.folder.read(id, entry, file)?;
            let (sizes, body) = idx::parse(id, &file.name, &bytes, dimensions)?;
            Ok((sizes, body.into()))
        };
        let images = |file: &FileEntry| -> Result<Pixels> {
            let (sizes, pixels) = read(file, 3)?;
            let [_, height, width] = entry.shape;
            if entry.shape[0] != 1 || sizes[1..] != [height, width] {
                let (found, said) = (&sizes[1..], entry.shape);
                let problem = format!("{}: images of {found:?}, but the manifest says {said:?}", file.name);
                return Err(Error::data(id, problem));
            }
            Ok(Pixels::Bytes(pixels))
        };
        let full = Split::labelled(images(train_pixels)?, read(train_labels, 1)?.1);
        let test = Split::labelled(images(test_pixels)?, read(test_labels, 1)?.1);
        let whole = Dataset {
            id: id.to_owned(),
            shape: entry.shape,
            classes: entry.classes,
            scale: 1.0 / 255.0,
            offset: 0.0,
            names: None,
            train: full.clone(),
            validation: full.clone(),
            train_full: full,
            test,
        }
        .check()?;
        let (train, validation) = hold_out(&whole.train_full, whole.features());
        Ok(Dataset { train, validation, ..whole })
    }
}

/// Cuts a sixth of the training set for validation (10,000 of 60,000), by a fixed shuffle.
fn hold_out(full: &Split, features: usize) -> (Split, Split) {
    let mut order: Vec<usize> = (0..full.len()).collect();
    order.shuffle(&mut Streams::new(0).get("validation-split"));
    let (validation, train) = order.split_at_mut(full.len() / 6);
    let take = |indices: &mut [usize]| {
        indices.sort_unstable();
        let labels = indices.iter().map(|i| full.labels[*i]).collect();
        Split::labelled(full.pixels.rows(indices, features), labels)
    };
    (take(train), take(validation))
}

#[cfg(test)]
mod tests;
