//! The runs of one method on one benchmark, everything checked.

use std::collections::BTreeMap;

use super::asked::Asked;
use super::chosen::{Chosen, choose, split};
use super::finite::check_table;
use super::planned::{PlannedRun, Runs};
use crate::registry::protocol;
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Benchmark, Ceiling, Library, MethodPreset, Score, base};
use contract::{Protocol, ReplaySource};

fn ceiling(score: &Score) -> Option<&str> {
    match &score.ceiling {
        Ceiling::Method(id) => Some(id),
        Ceiling::Value(_) => None,
    }
}

/// The runs of one method on one benchmark; before a control that replays runs, those runs.
pub(super) fn resolve(
    library: &Library,
    suite: &str,
    id: &str,
    (method, asked): (&str, Asked<'_>),
    seeds: impl IntoIterator<Item = u64>,
) -> Result<Vec<PlannedRun>> {
    let benchmark = library.benchmark(id)?;
    let header = &benchmark.header;
    let located = |error: base::error::Error| match error {
        Error::Definition(error) => benchmark.refuse(*error),
        other => other,
    };
    let protocol = protocol(&header.paradigm).map_err(located)?;
    let chosen = choose(library, benchmark, method).map_err(|error| match error {
        Error::Definition(error) if !error.place.is_empty() && error.place == method => {
            asked.blame(method, *error)
        }
        Error::Definition(error) => asked.refuse(method, *error),
        other => other,
    })?;
    let Chosen { preset, control, role, search } = chosen;
    let named =
        [("score.reference", header.score.reference.as_deref()), ("score.ceiling", ceiling(&header.score))];
    for (key, name) in named {
        if let Some(name) = name
            && library.method(&header.paradigm, name).is_err()
        {
            let error = DefinitionError::unknown("method", name, library.method_ids(&header.paradigm));
            return Err(benchmark.refuse(DefinitionError { key: key.into(), ..error }));
        }
    }
    if let Some(id) = preset.header.on.keys().find(|id| !library.benchmarks.contains_key(*id)) {
        let error = DefinitionError::unknown("benchmark", id, library.benchmarks.keys().map(String::as_str));
        return Err(preset.refuse(DefinitionError { key: format!("on.{id}"), ..error }));
    }
    let settings = settings(library, protocol, benchmark, &preset, (method, asked))?;
    let cell = Runs::new(protocol, benchmark, (&preset, method), settings, suite)?
        .over(base_of(protocol, benchmark)?)
        .known(|titles| (titles.role, titles.search) = (role, search));
    let seeds: Vec<u64> = seeds.into_iter().collect();
    let others = seeds.iter().filter_map(|seed| control.as_ref()?.replays(*seed));
    // One run per seed, or none at all: a control replays runs for every seed or for none.
    let mut replayed = match others.collect::<Vec<_>>() {
        others if others.is_empty() => Vec::new(),
        others => resolve(library, suite, id, (split(method).0, asked), others)?,
    }
    .into_iter();
    let mut runs = Vec::new();
    for seed in seeds {
        let replayed = replayed.next();
        let source = replayed.as_ref().map(|run| ReplaySource { key: run.key.clone(), trace: None });
        runs.extend(replayed);
        runs.push(cell.of_seed(seed, source)?);
    }
    Ok(runs)
}

/// Resolves a benchmark with a method. Where it is only the variation or control that does not fit, the error names that.
fn settings(
    library: &Library,
    protocol: &dyn Protocol,
    benchmark: &Benchmark,
    preset: &MethodPreset,
    (method, asked): (&str, Asked<'_>),
) -> Result<serde_json::Value> {
    let resolved = |preset: &MethodPreset| {
        refuse_unread(protocol, preset, &benchmark.header.id)?;
        let settings = protocol.resolve(benchmark, preset)?;
        refuse_not_finite(benchmark, preset)?;
        Ok(settings)
    };
    resolved(preset).map_err(|error| {
        let name = base(split(method).0);
        let fits = |plain: &MethodPreset| name != method && resolved(plain).is_ok();
        match error {
            Error::Definition(error)
                if error.place == method
                    || library.method(&benchmark.header.paradigm, name).is_ok_and(fits) =>
            {
                asked.blame(method, *error)
            }
            other => other,
        }
    })
}

/// What the benchmark itself says of the settings that a method may replace.
fn base_of(protocol: &dyn Protocol, benchmark: &Benchmark) -> Result<BTreeMap<String, serde_json::Value>> {
    let settings = protocol.settings_of_benchmark(benchmark)?;
    let of_method = protocol.settings_of_method().iter();
    Ok(of_method.filter_map(|key| Some(((*key).to_owned(), settings.get(key)?.clone()))).collect())
}

/// Tables that the paradigm would not read are an error, not silently without effect.
fn refuse_unread(protocol: &dyn Protocol, preset: &MethodPreset, benchmark: &str) -> Result<()> {
    let header = &preset.header;
    let (modulation, optimiser) = (protocol.takes_modulation(), protocol.takes_optimiser());
    let tables = [
        ("modulation", &header.modulation, modulation),
        ("model", &header.model, modulation),
        ("optimiser", &header.optimiser, optimiser),
    ];
    for (key, table, _) in tables.into_iter().filter(|(.., read)| !read) {
        let on = header.on.get(benchmark).is_some_and(|on| on.contains_key(key));
        if on || !table.is_empty() {
            let allowed = format!("no such table in the paradigm {}", protocol.name());
            return Err(preset.refuse(DefinitionError::range(key, "a table", &allowed)));
        }
    }
    Ok(())
}

/// Numbers that no record could hold, where the protocol let them through.
fn refuse_not_finite(benchmark: &Benchmark, preset: &MethodPreset) -> Result<()> {
    check_table("", &benchmark.body).map_err(|error| benchmark.refuse(error))?;
    let header = &preset.header;
    let on = header.on.get(&benchmark.header.id);
    let tables = [
        ("optimiser", Some(&header.optimiser)),
        ("model", Some(&header.model)),
        ("modulation", Some(&header.modulation)),
        ("parameters", Some(&header.parameters)),
        ("on", on),
    ];
    let mut all = tables.into_iter().filter_map(|(key, table)| Some((key, table?)));
    all.try_for_each(|(key, table)| check_table(key, table)).map_err(|error| preset.refuse(error))
}
