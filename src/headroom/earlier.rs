//! A folder of answers: what earlier commands found of other questions stays.

use std::io::ErrorKind;
use std::path::Path;

use crate::tune;
use base::error::{DefinitionError, Error, Result};

/// The files of a folder of answers, beside the tuned values of their arms.
pub(super) const FILES: [&str; 3] = ["headroom.csv", "scores.csv", "headroom.json"];

/// Checks before anything trains that answers about a paradigm can be written to a folder.
///
/// # Errors
/// A folder or file that cannot be written; files there that are not such.
pub fn check_folder(folder: &Path, paradigm: &str) -> Result<()> {
    tune::check_folder(&folder.join("tuned"), paradigm)?;
    if let Some(path) = FILES.iter().map(|name| folder.join(name)).find(|path| path.is_dir()) {
        return Err(Error::input("write", path)(ErrorKind::IsADirectory.into()));
    }
    Earlier::read(folder).map(|_| ())
}

/// What earlier commands found, of other questions.
#[derive(Default)]
pub(super) struct Earlier {
    pub rows: Vec<String>,
    pub scores: Vec<String>,
    pub json: Vec<serde_json::Value>,
}

impl Earlier {
    /// Nothing where there is no file yet.
    ///
    /// # Errors
    /// Files that cannot be read or are not such.
    pub fn read(folder: &Path) -> Result<Self> {
        let lines = |name: &str| -> Result<Vec<String>> {
            let text = read(&folder.join(name))?;
            Ok(text.lines().skip(1).map(str::to_owned).collect())
        };
        let path = folder.join("headroom.json");
        let text = read(&path)?;
        let json = if text.is_empty() {
            Vec::new()
        } else {
            serde_json::from_str(&text).map_err(|error| told(&path, &error))?
        };
        Ok(Self { rows: lines("headroom.csv")?, scores: lines("scores.csv")?, json })
    }

    /// Without what is answered anew: benchmark and target.
    pub fn without(mut self, answered: &[(String, String)]) -> Self {
        let new =
            |benchmark: &str, target: &str| answered.iter().any(|own| own.0 == benchmark && own.1 == target);
        self.rows.retain(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            cells.len() > 2 && !new(cells[0], cells[2])
        });
        self.scores.retain(|row| {
            row.split_once(',').is_some_and(|(benchmark, rest)| {
                rest.split_once(',').is_some_and(|(target, _)| !new(benchmark, target))
            })
        });
        let word =
            |answer: &serde_json::Value, key: &str| answer[key].as_str().unwrap_or_default().to_owned();
        self.json.retain(|answer| !new(&word(answer, "benchmark"), &word(answer, "target")));
        self
    }
}

fn read(path: &Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(Error::input("read", path)),
    }
}

fn told(path: &Path, error: &serde_json::Error) -> Error {
    let error =
        DefinitionError { problem: format!("not a file of answers: {error}"), ..DefinitionError::default() };
    error.at(path.display().to_string(), None).into()
}
