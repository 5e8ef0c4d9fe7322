//! A file as rows of cells, whatever its format. What a cell means is not known here.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::columns::{COLUMNS, column};
use base::error::{DefinitionError, Error, Result};
use data::line_of;
use report::metric::METRICS;

/// One row: what stands in the columns that are not empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// From 1, as editors count.
    pub line: usize,
    /// By the name that [`COLUMNS`] gives, or that of a registered metric. Texts of a CSV file are JSON strings.
    pub cells: BTreeMap<String, Value>,
}

/// A mistake in a file.
pub(super) fn refuse(path: &Path, line: usize, error: DefinitionError) -> Error {
    error.at(path.display().to_string(), Some(line)).into()
}

/// Reads a table by its extension.
///
/// # Errors
/// I/O errors; another extension; text that is not of the format; unknown and missing columns.
pub(super) fn rows(path: &Path) -> Result<Vec<Row>> {
    let bytes = std::fs::read(path).map_err(Error::input("read the table", path))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
        let problem = "not UTF-8 text".to_owned();
        refuse(path, line, DefinitionError { problem, ..DefinitionError::default() })
    })?;
    // Spreadsheets begin their text with a mark.
    let text = text.trim_start_matches('\u{FEFF}');
    match path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase).as_deref() {
        Some("csv") => of_csv(path, text),
        Some("jsonl" | "ndjson") => of_json_lines(path, text),
        other => Err(DefinitionError {
            key: "FILE".into(),
            found: path.display().to_string(),
            problem: format!("unknown kind of table `{}`", other.unwrap_or_default()),
            allowed: vec![".csv (comma-separated values)".into(), ".jsonl (one JSON object a line)".into()],
            ..DefinitionError::default()
        }
        .into()),
    }
}

/// The known name of a column.
fn known(name: &str) -> Result<&'static str, DefinitionError> {
    let metric = || METRICS.iter().map(|metric| metric.name).find(|known| *known == name.trim());
    column(name).map(|column| column.name).or_else(metric).ok_or_else(|| {
        let names = COLUMNS.iter().map(|column| column.name);
        let mut error = DefinitionError::unknown("column", name, names);
        error.allowed.push("the name of a metric (bench list metrics)".into());
        error
    })
}

fn of_csv(path: &Path, text: &str) -> Result<Vec<Row>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut records = reader.records();
    let broken = |error: csv::Error| {
        let line = error.position().map_or(1, |place| line_of(place, text));
        let problem = format!("not comma-separated values: {error}");
        refuse(path, line as usize, DefinitionError { problem, ..DefinitionError::default() })
    };
    let header = match records.next() {
        Some(header) => header.map_err(broken)?,
        None => return Err(refuse(path, 1, empty())),
    };
    let mut names = Vec::new();
    for (place, name) in header.iter().enumerate() {
        let column = known(name).map_err(|mut error| {
            if header.len() == 1 && name.contains([';', '\t']) {
                error.problem = "the columns must be separated by commas".into();
                error.nearest = None;
            }
            error.key = format!("column {}", place + 1);
            refuse(path, 1, error)
        })?;
        if names.contains(&column) {
            let problem = "the column stands twice".to_owned();
            let key = format!("column {}", place + 1);
            return Err(refuse(
                path,
                1,
                DefinitionError { key, found: name.into(), problem, ..DefinitionError::default() },
            ));
        }
        names.push(column);
    }
    check_columns(path, &names)?;
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(1, |place| line_of(place, text)) as usize;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != names.len() {
            let problem = format!("the row has {} cells", record.len());
            let allowed = vec![format!("{}, as the header has", names.len())];
            return Err(refuse(
                path,
                line,
                DefinitionError { problem, allowed, ..DefinitionError::default() },
            ));
        }
        let cells = names.iter().zip(&record).filter(|(_, cell)| !cell.trim().is_empty());
        let cells = cells.map(|(name, cell)| ((*name).to_owned(), Value::from(cell.trim()))).collect();
        rows.push(Row { line, cells });
    }
    if rows.is_empty() { Err(refuse(path, 1, empty())) } else { Ok(rows) }
}

fn empty() -> DefinitionError {
    DefinitionError { problem: "the table has no rows".into(), ..DefinitionError::default() }
}

fn check_columns(path: &Path, names: &[&str]) -> Result<()> {
    let score = |name: &str| name == "score" && (names.contains(&"matrix") || names.contains(&"status"));
    let absent = |column: &&super::columns::Column| {
        column.required && !names.contains(&column.name) && !score(column.name)
    };
    let Some(column) = COLUMNS.iter().find(absent) else { return Ok(()) };
    let allowed = COLUMNS.iter().filter(|c| c.required).map(|c| c.name.to_owned()).collect();
    let problem = "the column is missing; every table has".to_owned();
    Err(refuse(
        path,
        1,
        DefinitionError { key: column.name.into(), problem, allowed, ..DefinitionError::default() },
    ))
}

fn of_json_lines(path: &Path, text: &str) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let object: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|error| {
            let problem = format!("column {}: not a JSON object: {error}", error.column());
            refuse(path, line, DefinitionError { problem, ..DefinitionError::default() })
        })?;
        let mut cells = BTreeMap::new();
        for (name, value) in object {
            let name = known(&name).map_err(|error| refuse(path, line, error))?;
            if !(value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())) {
                cells.insert(name.to_owned(), value);
            }
        }
        let names: Vec<&str> = cells.keys().map(String::as_str).collect();
        check_columns(path, &names).map_err(|error| match error {
            Error::Definition(error) => DefinitionError { line: Some(line), ..*error }.into(),
            other => other,
        })?;
        rows.push(Row { line, cells });
    }
    if rows.is_empty() { Err(refuse(path, 1, empty())) } else { Ok(rows) }
}
