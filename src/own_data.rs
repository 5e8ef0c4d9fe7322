//! What files of one's own say is filled in before anything is planned: shape, classes, checksum. So every record names its
//! data, and a plan needs no files.

use std::path::Path;

use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, Library};
use data::{Data, DataSpec};
use learn::stream::online::Source;
use toml::Value;

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
    if benchmark.body.get("data").is_some_and(Value::is_table)
        && let Some(DataSpec::Table(table)) = benchmark.setting::<DataSpec>("data")?
        && table.layout.is_some()
    {
        table.check().map_err(|error| benchmark.refuse(error))?;
        let complete = data.complete(&table, beside.as_deref())?;
        if let (true, None, Some(found)) = (strict, &table.sha256, &complete.sha256) {
            return Err(benchmark.refuse(demanded("data.sha256", found)));
        }
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
