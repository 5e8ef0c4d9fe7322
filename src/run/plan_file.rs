//! The plans of an output folder, beside its records: `plan.json` says what was asked for, so that a report can say what is
//! missing. A share's folder holds the plan of the whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use base::atomic;
use base::error::{Error, Result};
use contract::PlannedCell;

const FILE: &str = "plan.json";
const SCHEMA: u32 = 1;

/// What the sessions of a folder were asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Plans {
    schema: u32,
    /// By what was selected: the same selection with other seeds or definitions replaces the earlier plan.
    plans: BTreeMap<String, Vec<PlannedCell>>,
}

/// The plan file that belongs to a folder, or to a file of records: `plan-1.json` to `records-1.jsonl`. A file of another
/// name has none.
fn beside(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.join(FILE));
    }
    let number = path.file_stem()?.to_str()?.strip_prefix("records")?;
    Some(path.with_file_name(format!("plan{number}.json")))
}

fn read(path: &Path) -> Result<Plans> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Plans::default()),
        other => other.map_err(Error::input("read the plan", path))?,
    };
    let refuse = |problem: String| Error::Plan { path: path.into(), problem };
    let plans: Plans = serde_json::from_slice(&text).map_err(|error| refuse(error.to_string()))?;
    if plans.schema != SCHEMA {
        return Err(refuse(format!("plan schema {}, this program reads {SCHEMA}", plans.schema)));
    }
    Ok(plans)
}

/// Notes what a session in this folder is asked for, under the name of its selection.
///
/// # Errors
/// [`Error::Plan`] for a damaged file; I/O errors.
pub fn note_plan(dir: &Path, name: &str, cells: Vec<PlannedCell>) -> Result<()> {
    let path = dir.join(FILE);
    let mut plans = read(&path)?;
    if plans.schema == SCHEMA && plans.plans.get(name) == Some(&cells) {
        return Ok(());
    }
    plans.schema = SCHEMA;
    plans.plans.insert(name.to_owned(), cells);
    atomic::write(&path, &serde_json::to_string(&plans)?)
}

/// Everything that was asked for in a folder (or of one file of records); nothing where an older program wrote it.
///
/// # Errors
/// [`Error::Plan`] for a damaged file; I/O errors.
pub fn read_plan(path: &Path) -> Result<Vec<PlannedCell>> {
    let Some(path) = beside(path) else { return Ok(Vec::new()) };
    Ok(read(&path)?.plans.into_values().flatten().collect())
}

/// Renames the plan of a folder so that it belongs to records that were put aside under this name.
///
/// # Errors
/// I/O errors.
pub(super) fn put_aside(dir: &Path, records: &Path) -> Result<()> {
    let path = dir.join(FILE);
    let Some(aside) = beside(records) else { return Ok(()) };
    match fs::rename(&path, aside) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(Error::io("rename the plan", path)),
    }
}

/// Removes the plan of a folder without records.
///
/// # Errors
/// I/O errors.
pub(super) fn remove(dir: &Path) -> Result<()> {
    let path = dir.join(FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove the plan", path)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(method: &str, seeds: u64) -> PlannedCell {
        PlannedCell {
            paradigm: "incremental".into(),
            benchmark: "tiny".into(),
            version: 1,
            method: method.into(),
            role: None,
            runs: (0..seeds).map(|seed| (seed, format!("{method}-{seed}"))).collect(),
        }
    }

    #[test]
    fn the_same_selection_replaces_its_plan_and_another_stands_beside() {
        let dir = tempfile::tempdir().expect("temporary folder");
        assert_eq!(read_plan(dir.path()).expect("no plan is none"), []);
        note_plan(dir.path(), "tiny naive", vec![cell("naive", 5)]).expect("written");
        note_plan(dir.path(), "tiny ewc", vec![cell("ewc", 5)]).expect("written");
        note_plan(dir.path(), "tiny naive", vec![cell("naive", 2)]).expect("written");
        assert_eq!(read_plan(dir.path()).expect("read"), [cell("ewc", 5), cell("naive", 2)]);
        assert_eq!(read_plan(&dir.path().join("records.jsonl")).expect("read").len(), 2);
        assert_eq!(read_plan(&dir.path().join("records-1.jsonl")).expect("another plan's"), []);
    }

    #[test]
    fn a_plan_that_is_none_is_an_error_and_not_an_empty_plan() {
        let dir = tempfile::tempdir().expect("temporary folder");
        for (text, told) in [("{oops", "key must be"), ("{\"schema\":2,\"plans\":{}}", "plan schema 2")] {
            fs::write(dir.path().join(FILE), text).expect("write");
            let error = read_plan(dir.path()).expect_err("refused");
            assert!(error.is_input() && error.to_string().contains(told), "{error}");
            assert!(note_plan(dir.path(), "tiny", Vec::new()).is_err());
        }
    }
}
