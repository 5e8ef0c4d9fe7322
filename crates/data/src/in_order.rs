//! Tables of one's own in the order of time: as a source of a stream says them, or as a `[data]` table does.

use std::path::Path;
use std::sync::Arc;

use super::own::{self, DataTable};
use super::{Data, Table};
use base::digest::sha256_hex;
use base::error::{Error, Result};

impl Data {
    /// A user's own table in the order of time, a path within the data folder, with its SHA-256 (decompressed) where the
    /// definition says it.
    ///
    /// # Errors
    /// A missing file; whatever [`Table::parse`] refuses; another number of columns; another checksum.
    pub fn own_table(
        &self,
        file: &str,
        features: usize,
        classes: usize,
        sha256: Option<&str>,
    ) -> Result<Arc<Table>> {
        let key = table_key(file, features, classes, sha256.unwrap_or_default());
        if let Some(table) = self.lock_tables().get(&key) {
            return Ok(table.clone());
        }
        let found = self.complete_table(file, features, classes, None)?;
        if let Some(wanted) = sha256.filter(|wanted| *wanted != found) {
            let problem = format!("{file}: SHA-256 {found}, but the definition says {wanted}");
            return Err(Error::data("table", problem));
        }
        let key = table_key(file, features, classes, &found);
        self.lock_tables().get(&key).cloned().ok_or_else(|| Error::data("table", format!("{file}: is gone")))
    }

    /// Reads and keeps such a table, from the data folder or `beside`, the folder of the benchmark's file, and returns its
    /// SHA-256.
    ///
    /// # Errors
    /// As [`Data::own_table`].
    pub fn complete_table(
        &self,
        file: &str,
        features: usize,
        classes: usize,
        beside: Option<&Path>,
    ) -> Result<String> {
        let bytes = self.files(beside).read(file).map_err(|error| match error {
            Error::Data { dataset, problem } => Error::data("table", format!("{dataset} {problem}")),
            other => other,
        })?;
        // What is wrong within the table says more than its checksum.
        let table = Table::parse("table", file, &String::from_utf8_lossy(&bytes), classes)?;
        let columns = table.columns.len();
        if columns != features {
            let problem =
                format!("{file}: {columns} columns before the class, but the definition says {features}");
            return Err(Error::data("table", problem));
        }
        let found = sha256_hex(&bytes);
        self.lock_tables().insert(table_key(file, features, classes, &found), Arc::new(table));
        Ok(found)
    }

    /// The rows of a `[data]` table in the order of its files.
    ///
    /// # Errors
    /// Keys that mean nothing there; files that are missing or not what the table says.
    pub fn rows(&self, table: &DataTable) -> Result<Arc<Table>> {
        if let Some(rows) = self.lock_tables().get(&format!("{table:?}")) {
            return Ok(rows.clone());
        }
        let rows = Arc::new(own::in_order(table, &self.files(None))?.0);
        self.lock_tables().insert(format!("{table:?}"), rows.clone());
        Ok(rows)
    }

    /// The same table with what its files say filled in, as [`Data::complete`] does; the rows are kept.
    ///
    /// # Errors
    /// As [`Data::rows`].
    pub fn complete_rows(&self, table: &DataTable, beside: Option<&Path>) -> Result<DataTable> {
        let (rows, complete) = own::in_order(table, &self.files(beside))?;
        self.lock_tables().insert(format!("{complete:?}"), Arc::new(rows));
        Ok(complete)
    }
}

fn table_key(file: &str, features: usize, classes: usize, sha256: &str) -> String {
    format!("{file} {features} {classes} {sha256}")
}
