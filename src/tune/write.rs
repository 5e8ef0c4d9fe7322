//! The winner as a preset with its provenance.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::candidates::{Part, Trial};
use crate::error::{DefinitionError, Error, Result};
use crate::spec::MethodPreset;

/// Writes the winner of one part to `<folder>/<id>.toml`: the mechanism under its own id, its constant as
/// `<id>-constant`, its optimiser as `<id>-optimiser`. A file that is there already keeps what it says about other
/// benchmarks.
///
/// # Errors
/// A file that cannot be read or written, or that is not a preset.
pub fn write(
    folder: &Path,
    preset: &MethodPreset,
    part: &Part,
    benchmark: &str,
    winner: &Trial,
    provenance: &str,
) -> Result<PathBuf> {
    let own = &preset.header;
    let (id, title, control) = match part {
        Part::Mechanism | Part::Parameter { .. } => (own.id.clone(), own.title.clone(), None),
        Part::Constant => {
            (format!("{}-constant", own.id), format!("{}, tuned constant", own.title), Some("tuned-constant"))
        }
        Part::Optimiser => {
            let title = format!("{}, unmodulated, tuned optimiser", own.title);
            (format!("{}-optimiser", own.id), title, Some("tuned-optimiser"))
        }
    };
    let path = folder.join(format!("{id}.toml"));
    let mut table = match std::fs::read_to_string(&path) {
        Ok(text) => text.parse::<Table>().map_err(|error| {
            let problem = format!("not valid TOML: {}", error.message());
            DefinitionError { problem, ..DefinitionError::default() }.at(path.display().to_string(), None)
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => fresh(preset, control.is_some())?,
        Err(error) => return Err(Error::io("read", &path)(error)),
    };
    table.insert("id".into(), id.into());
    table.insert("title".into(), title.into());
    if let Some(kind) = control {
        let role = [("of".to_owned(), Value::from(own.id.clone())), ("kind".to_owned(), kind.into())];
        table.insert("control".into(), Table::from_iter(role).into());
    }
    let said = table.get("provenance").and_then(Value::as_str).unwrap_or_default().to_owned();
    let about = format!("{benchmark}: {provenance}");
    // One line per benchmark; a new search replaces its own.
    let mut lines: Vec<&str> =
        said.split("; ").filter(|line| !line.starts_with(&format!("{benchmark}: "))).collect();
    lines.retain(|line| !line.is_empty());
    lines.push(&about);
    table.insert("provenance".into(), lines.join("; ").into());
    let on = table.entry("on").or_insert_with(|| Table::new().into());
    if let Value::Table(on) = on {
        on.insert(benchmark.to_owned(), winner.overrides.clone().into());
    }
    let text = toml::to_string_pretty(&table)
        .map_err(|error| DefinitionError { problem: error.to_string(), ..DefinitionError::default() })?;
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    std::fs::write(&path, text).map_err(Error::io("write", &path))?;
    Ok(path)
}

/// The preset's own file; for a control without what it says about other benchmarks, and without modulation.
fn fresh(preset: &MethodPreset, control: bool) -> Result<Table> {
    let mut table = preset.source.table()?;
    if control {
        for key in ["on", "modulation", "optimiser", "provenance"] {
            table.remove(key);
        }
    }
    Ok(table)
}
