//! Reading the parts of a table by its layout.

use super::columns::First;
use super::files::Files;
use super::samples::Samples;
use super::table::{DataTable, FileLayout, Pair, Part};
use super::{cifar, csv, idx, images, npy};
use base::error::{Error, Result};

/// What is known of a table while its parts are read, one after another.
pub(super) struct Reader<'a> {
    table: &'a DataTable,
    files: &'a Files,
    layout: FileLayout,
    /// Of images: 1 or 3, the same for all.
    channels: usize,
    /// Of tables: the columns that the first file has.
    first: First,
}

impl<'a> Reader<'a> {
    /// # Errors
    /// Image folders that are not there.
    pub fn new(table: &'a DataTable, files: &'a Files) -> Result<Self> {
        let layout = table.layout.unwrap_or(FileLayout::Npz);
        let channels = match (layout, table.channels) {
            (FileLayout::Images, None) => {
                let folders: Vec<&str> = table.parts().flat_map(|(_, part)| part.paths()).collect();
                if images::coloured(files, &folders)? { 3 } else { 1 }
            }
            (_, channels) => channels.unwrap_or(1),
        };
        Ok(Self { table, files, layout, channels, first: First::default() })
    }

    /// The samples of a part, whose name in the table is given.
    ///
    /// # Errors
    /// Data errors that name the file.
    pub fn part(&self, name: &str, part: &Part) -> Result<Samples> {
        if let (Part::Pair(Pair { inputs, labels }), FileLayout::Idx) = (part, self.layout) {
            return idx::read((inputs, &self.files.read(inputs)?), (labels, &self.files.read(labels)?));
        }
        if let Part::Pair(Pair { inputs, labels }) = part {
            let (of_inputs, of_labels) = (self.array(inputs)?, self.array(labels)?);
            return npy::samples(&of_inputs, &of_labels).map_err(|problem| Error::data(inputs, problem));
        }
        let parts: Result<Vec<(String, Samples)>> =
            part.paths().into_iter().map(|path| Ok((path.to_owned(), self.file(name, path)?))).collect();
        Samples::joined(parts?).map_err(|problem| Error::data(self.table.name(), problem))
    }

    /// The samples of one file or folder.
    fn file(&self, name: &str, path: &str) -> Result<Samples> {
        if self.layout == FileLayout::Images {
            return images::read(self.files, path, self.table, self.channels);
        }
        let bytes = self.files.read(path)?;
        let samples = match self.layout {
            FileLayout::Csv => csv::read(path, &bytes, self.table, &self.first),
            FileLayout::Cifar10 => cifar::read(&bytes, 1),
            FileLayout::Cifar100 => cifar::read(&bytes, 2),
            _ => self.archive(path, &bytes, name),
        };
        samples.map_err(|problem| Error::data(path, problem))
    }

    /// The arrays of a part in an archive, found by their usual names; those without a part's name only where no other part
    /// is in the archive.
    fn archive(&self, path: &str, bytes: &[u8], part: &str) -> Result<Samples, String> {
        let place = self.files.place(path);
        let there = |part: &Part| part.paths().into_iter().any(|path| self.files.place(path) == place);
        let parts: Vec<String> = self
            .table
            .parts()
            .filter(|(_, part)| there(part))
            .map(|(name, _)| format!("`data.{name}`"))
            .collect();
        let names = npy::names(bytes)?;
        let Some((inputs, labels)) = npy::known_names(&names, part, parts.len() < 2) else {
            let several = if parts.len() < 2 {
                String::new()
            } else {
                format!(" of the file that {} name", parts.join(" and "))
            };
            return Err(format!(
                "has no arrays that are known as inputs and labels for {part}{several}; it holds {}. Say which: {part} = {{ inputs = \"FILE.npz:NAME\", labels = \"FILE.npz:NAME\" }}",
                names.join(", ")
            ));
        };
        npy::samples(&npy::of_archive(bytes, &inputs)?, &npy::of_archive(bytes, &labels)?)
    }

    /// An array by its path, or by that of its archive and its name there: `file.npz:name`.
    fn array(&self, reference: &str) -> Result<npy::Array> {
        let refuse = |problem: String| Error::data(reference, problem);
        let archive = reference.rsplit_once(".npz:").map(|(stem, name)| (format!("{stem}.npz"), name));
        match archive {
            Some((path, name)) => npy::of_archive(&self.files.read(&path)?, name).map_err(refuse),
            None => npy::Array::parse(&self.files.read(reference)?).map_err(refuse),
        }
    }
}
