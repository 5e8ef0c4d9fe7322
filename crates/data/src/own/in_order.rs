//! A `[data]` table as a stream: rows in the order of the files, no part held out.

use super::assemble::{checksum, classes, different_files, places};
use super::files::Files;
use super::reader::Reader;
use super::table::{DataTable, FileLayout};
use crate::pixels::Pixels;
use crate::table::Table;
use base::error::{DefinitionError, Error, Result};

impl DataTable {
    /// Checks what may be said of rows in the order of time.
    ///
    /// # Errors
    /// The first key that means nothing there, or a value out of range.
    pub fn check_in_order(&self) -> Result<(), DefinitionError> {
        if self.layout != Some(FileLayout::Csv) {
            let found = if self.set.is_some() { "a set of the manifest" } else { "another layout" };
            let allowed = "csv: a stream in the order of time is read from a table";
            return Err(DefinitionError::range("data.layout", found, allowed));
        }
        let given = [
            ("test", self.test.is_some()),
            ("validation", self.validation.is_some()),
            ("split", self.split.is_some()),
            ("target", self.target.is_some()),
            ("scale", self.scale.is_some()),
            ("normalise", self.normalise.is_some()),
            ("pad", self.pad > 0),
            ("skip", self.skip > 0),
            ("limit", self.limit.is_some()),
        ];
        if let Some((key, _)) = given.into_iter().find(|(_, given)| *given) {
            return Err(DefinitionError {
                key: format!("data.{key}"),
                problem: "has no meaning where rows come in the order of time: each is predicted, then learned from, as it stands".into(),
                allowed: ["train", "label", "ignore", "separator", "header", "classes", "shape", "sha256"]
                    .map(str::to_owned)
                    .to_vec(),
                ..DefinitionError::default()
            });
        }
        self.check()
    }
}

/// The rows of a table, and the table as the files complete it: shape, classes, checksum.
///
/// # Errors
/// Keys that mean nothing in the order of time; data errors that name the file; another checksum.
pub fn in_order(table: &DataTable, files: &Files) -> Result<(Table, DataTable)> {
    table.check_in_order()?;
    different_files(table, files)?;
    let name = table.name();
    let refuse = |problem: String| Error::data(&name, problem);
    let train = table.train.as_ref().ok_or_else(|| refuse("names no samples to learn from".into()))?;
    let samples = Reader::new(table, files)?.part("train", train)?;
    let found = checksum(table, files)?;
    let classes = classes(table, &[&samples])?;
    let labels = places(&samples.labels, &classes, &name)?;
    let features = samples.shape[2];
    let shape = table.shape.unwrap_or(samples.shape);
    if shape.iter().product::<usize>() != features {
        return Err(refuse(format!("rows of {features} inputs, but `data.shape` says {shape:?}")));
    }
    let Pixels::Numbers(values) = samples.pixels else {
        return Err(refuse("holds bytes, not numbers".into()));
    };
    let rows = Table {
        columns: (1..=features).map(|column| format!("input {column}")).collect(),
        values: values.to_vec(),
        labels: labels.into_iter().map(u32::from).collect(),
        classes: classes.len(),
    };
    let complete =
        DataTable { shape: Some(shape), classes: Some(classes), sha256: Some(found), ..table.clone() };
    Ok((rows, complete))
}
