//! Whole tables: rows of one run stand once, and rows of one method or benchmark do not contradict each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::entry::{Entry, entry};
use super::table::{refuse, rows};
use base::error::{DefinitionError, Result};

/// Reads tables.
///
/// # Errors
/// The first mistake, with file, line, column, value and what is allowed.
pub fn read(files: &[PathBuf]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for path in files {
        for row in rows(path)? {
            entries.push(entry(path, &row)?);
        }
    }
    check_together(&entries)?;
    Ok(entries)
}

/// Rows of one run stand once, and rows of one method or benchmark do not contradict each other.
fn check_together(entries: &[Entry]) -> Result<()> {
    let mut runs: BTreeMap<(&str, &str, u64), &Entry> = BTreeMap::new();
    let mut methods: BTreeMap<(&str, &str), &Entry> = BTreeMap::new();
    let mut benchmarks: BTreeMap<&str, &Entry> = BTreeMap::new();
    for entry in entries {
        let (benchmark, method) = (entry.benchmark.as_str(), entry.method.as_str());
        if let Some(first) = runs.insert((benchmark, method, entry.seed), entry) {
            let allowed = "one row for each benchmark, method and seed";
            let problem = format!("the run stands in {}:{} already", first.file.display(), first.line);
            return Err(entry.refuse("seed", entry.seed, &problem, allowed));
        }
        let first = *methods.entry((benchmark, method)).or_insert(entry);
        let number = |value: Option<u64>| value.map(|value| value.to_string());
        same(first, entry, "role", |one| one.role.clone())?;
        same(first, entry, "control-of", |one| one.control_of.clone())?;
        same(first, entry, "title", |one| one.title.clone())?;
        same(first, entry, "trials", |one| number(one.trials))?;
        same(first, entry, "validation_seeds", |one| number(one.validation_seeds))?;
        let first = *benchmarks.entry(benchmark).or_insert(entry);
        same(first, entry, "metric", |one| one.metric.clone())?;
        same(first, entry, "direction", |one| {
            one.lower_is_better.map(|lower| (if lower { "lower" } else { "higher" }).into())
        })?;
        same(first, entry, "chance", |one| one.chance.map(|chance| chance.to_string()))?;
        same(first, entry, "ceiling", |one| one.ceiling.clone())?;
        same(first, entry, "reference", |one| one.reference.clone())?;
        same(first, entry, "benchmark", |one| one.version.map(|version| format!("{benchmark}@{version}")))?;
    }
    check_controls(entries)
}

fn same(first: &Entry, entry: &Entry, key: &str, of: impl Fn(&Entry) -> Option<String>) -> Result<()> {
    let (was, is) = (of(first), of(entry));
    if was == is {
        return Ok(());
    }
    let told = |value: Option<String>| value.unwrap_or_else(|| "empty".into());
    let problem = format!("{}:{} says {}", first.file.display(), first.line, told(was));
    let what = if ["role", "control-of", "title", "trials", "validation_seeds"].contains(&key) {
        "method"
    } else {
        "benchmark"
    };
    Err(entry.refuse(key, told(is), &problem, &format!("the same in all rows of a {what}")))
}

/// A control belongs to a mechanism of the tables.
fn check_controls(entries: &[Entry]) -> Result<()> {
    for entry in entries {
        let Some(of) = &entry.control_of else { continue };
        let mechanisms = entries.iter().filter(|other| other.benchmark == entry.benchmark);
        let mechanisms = mechanisms.filter(|other| other.role.as_deref() == Some("mechanism"));
        let names: BTreeSet<&str> = mechanisms.map(|other| other.method.as_str()).collect();
        if !names.contains(of.as_str()) {
            let error = DefinitionError {
                key: "control-of".into(),
                ..DefinitionError::unknown("mechanism", of, names)
            };
            return Err(refuse(&entry.file, entry.line, error));
        }
    }
    Ok(())
}
