//! What files of one's own say is filled in before anything is planned: shape, classes, checksum. So every record names its
//! data, and a plan needs no files.

use std::path::Path;

use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, Library};
use data::{Data, DataSpec, DataTable};
use learn::stream::online::Source;
use toml::Value;

use crate::registry::PROTOCOLS;

/// Completes the benchmarks that these targets (suites, benchmarks) reach. `strict`: a checksum that does not stand in the
/// definition is an error.
///
/// # Errors
/// Definition errors; data that are missing or not what the definition says.
pub fn complete(library: &mut Library, targets: &[String], data: &Data, strict: bool) -> Result<()> {
    let mut ids: Vec<String> = Vec::new();
    for target in targets {
        match library.suites.get(target) {
            Some(suite) => ids.extend(suite.header.cell.iter().flat_map(|cell| cell.benchmarks.clone())),
            None => ids.push(target.clone()),
        }
    }
    for id in ids {
        // An unknown id is told by who plans.
        if let Some(benchmark) = library.benchmarks.get_mut(&id) {
            complete_one(benchmark, data, strict)?;
        }
    }
    Ok(())
}

fn complete_one(benchmark: &mut Benchmark, data: &Data, strict: bool) -> Result<()> {
    let beside = benchmark.folder().map(Path::to_owned);
    match benchmark.header.paradigm.as_str() {
        "incremental" => {}
        "online" => adopt(benchmark, data, strict)?,
        // A paradigm that there is not is told by who plans.
        paradigm if PROTOCOLS.iter().any(|known| known.name() == paradigm) => refuse(benchmark, paradigm)?,
        _ => {}
    }
    if benchmark.body.get("data").is_some_and(Value::is_table)
        && let Some(DataSpec::Table(table)) = benchmark.setting::<DataSpec>("data")?
        && table.layout.is_some()
    {
        table.check().map_err(|error| benchmark.refuse(error))?;
        let complete = data.complete(&table, beside.as_deref())?;
        demand(benchmark, &table, &complete, strict)?;
        benchmark.replace("data", Value::try_from(&complete).map_err(|error| told(&error))?);
    }
    let table = |source: &Value| source.get("kind").and_then(Value::as_str) == Some("table");
    let source = benchmark.body.get("stream").and_then(|stream| stream.get("source"));
    if source.is_some_and(table)
        && let Some(Source::Table { file, features, classes, sha256: None }) =
            benchmark.setting::<Source>("stream.source")?
    {
        let found = data.complete_table(&file, features, classes, beside.as_deref())?;
        if strict {
            return Err(benchmark.refuse(demanded("stream.source.sha256", &found)));
        }
        let source = Source::Table { file, features, classes, sha256: Some(found) };
        benchmark.replace("stream.source", Value::try_from(&source).map_err(|error| told(&error))?);
    }
    Ok(())
}

/// The `[data]` table of an online benchmark becomes its source: rows in the order of the files.
fn adopt(benchmark: &mut Benchmark, data: &Data, strict: bool) -> Result<()> {
    if !benchmark.body.contains_key("data") {
        return Ok(());
    }
    let source = benchmark.setting::<Value>("stream.source")?;
    let kind = source.as_ref().and_then(|source| source.get("kind")).and_then(Value::as_str);
    if kind.is_some_and(|kind| kind != "data") {
        let allowed = "data, where `[data]` says what the stream is, or no `[data]`";
        let found = kind.unwrap_or_default();
        return Err(benchmark.refuse(DefinitionError::range("stream.source.kind", found, allowed)));
    }
    let Some(DataSpec::Table(table)) = benchmark.setting::<DataSpec>("data")? else {
        let allowed =
            "a table with layout = \"csv\": sets of the manifest are sources of their own, as `elec2`";
        return Err(benchmark.refuse(DefinitionError::range("data", "an id", allowed)));
    };
    table.check_in_order().map_err(|error| benchmark.refuse(error))?;
    let complete = data.complete_rows(&table, benchmark.folder())?;
    demand(benchmark, &table, &complete, strict)?;
    let source = Value::try_from(Source::Data(Box::new(complete))).map_err(|error| told(&error))?;
    benchmark.body.remove("data");
    let stream = benchmark.body.entry("stream").or_insert_with(|| Value::Table(toml::Table::new()));
    if let Some(stream) = stream.as_table_mut() {
        stream.insert("source".into(), source);
    }
    Ok(())
}

/// Where other paradigms name their data: a set of the manifest each.
const NAMED: [(&str, &[&str]); 2] =
    [("transfer", &["task.source.data", "task.target.data"]), ("multi-task", &["tasks.data"])];

/// What is not read there is said before a type that does not fit is.
fn refuse(benchmark: &Benchmark, paradigm: &str) -> Result<()> {
    let keys = NAMED.iter().find(|(name, _)| *name == paradigm).map_or(&[][..], |(_, keys)| keys);
    let table =
        |key: &&str| benchmark.setting::<Value>(key).is_ok_and(|value| value.is_some_and(|v| v.is_table()));
    let asked = keys.iter().copied().find(table);
    let Some(key) = asked.or_else(|| benchmark.body.contains_key("data").then_some("data")) else {
        return Ok(());
    };
    let mut allowed =
        vec!["paradigm = \"incremental\", or \"online\" for rows in the order of time".to_owned()];
    allowed.extend(keys.iter().map(|key| format!("`{key}`: the id of a set of the manifest")));
    Err(benchmark.refuse(DefinitionError {
        key: key.into(),
        problem: format!("files of your own are not read in the paradigm `{paradigm}`"),
        allowed,
        ..DefinitionError::default()
    }))
}

/// With `strict` the checksum must stand in the definition.
fn demand(benchmark: &Benchmark, table: &DataTable, complete: &DataTable, strict: bool) -> Result<()> {
    match (strict, &table.sha256, &complete.sha256) {
        (true, None, Some(found)) => Err(benchmark.refuse(demanded("data.sha256", found))),
        _ => Ok(()),
    }
}

fn demanded(key: &str, found: &str) -> DefinitionError {
    DefinitionError {
        key: key.into(),
        problem: "is missing, and --strict demands it".into(),
        allowed: vec![format!("{found:?}, the checksum of what is there now")],
        ..DefinitionError::default()
    }
}

fn told(error: &toml::ser::Error) -> DefinitionError {
    DefinitionError { key: "data".into(), problem: error.to_string(), ..DefinitionError::default() }
}
