//! `bench show`: one definition with everything that follows from it.

use std::borrow::Cow;

use super::arguments::ShowArguments;
use super::exit;
use super::output::{columns, library_and_data, method as chosen, print, seconds};
use crate::registry::protocol;
use base::error::{DefinitionError, Error};
use base::plain;
use contract::Parameter;
use contract::definition::{Benchmark, Library, MethodPreset, Origin, base};
use data;
use dynamics::Response;
use learn::modulation::{INTERACTIONS, ModulationSpec, ModulatorSpec, ReceptorSpec};
use report::metric;

pub fn run(arguments: &ShowArguments) -> anyhow::Result<u8> {
    let (library, _) = library_and_data(&arguments.sources, std::slice::from_ref(&arguments.id))?;
    let paradigm = arguments.paradigm.as_deref();
    print(&shown(&library, &arguments.id, arguments.method.as_deref(), paradigm)?)?;
    Ok(exit::OK)
}

/// Everything about what bears the id.
///
/// # Errors
/// Nothing bears it, or what is shown of it does not hold.
fn shown(
    library: &Library,
    id: &str,
    method: Option<&str>,
    paradigm: Option<&str>,
) -> anyhow::Result<String> {
    let text = if let Some(benchmark) = library.benchmarks.get(id) {
        show_benchmark(library, benchmark, method)?
    } else if let Some(suite) = library.suites.get(id) {
        format!("# {id}, {}\n{}", suite.source.name, suite.source.text)
    } else if library.methods.keys().any(|(_, other)| other == id) {
        show_methods(library, id, paradigm)?
    } else if let Some(preset) = named_anywhere(library, id) {
        show_method(preset)?
    } else if let Some(metric) = metric::METRICS.iter().find(|metric| metric.name == id) {
        show_metric(metric)
    } else if let Some(entry) = data::manifest()?.get(id) {
        show_data(id, entry)
    } else {
        let datasets = data::manifest()?;
        let known = library.suites.keys().chain(library.benchmarks.keys()).map(String::as_str);
        let known = known.chain(library.methods.keys().map(|(_, id)| id.as_str()));
        let known = known.chain(metric::METRICS.iter().map(|metric| metric.name));
        let known = known.chain(datasets.keys().map(String::as_str));
        return Err(Error::from(DefinitionError::unknown("id", id, known)).into());
    };
    Ok(text)
}

fn show_benchmark(library: &Library, benchmark: &Benchmark, method: Option<&str>) -> anyhow::Result<String> {
    let header = &benchmark.header;
    let protocol = protocol(&header.paradigm)?;
    let first = header.methods.first().map(String::as_str);
    let mut rows = vec![
        ("title".to_owned(), header.title.clone()),
        ("about".to_owned(), header.summary.clone()),
        ("paradigm".to_owned(), format!("{}: {}", header.paradigm, protocol.summary())),
    ];
    rows.extend(header.cites.iter().map(|cites| ("source".to_owned(), cites.clone())));
    let score = &header.score;
    let reference = score.reference.as_deref().unwrap_or("none");
    rows.push((
        "score".to_owned(),
        format!("{}, chance {}, reference {reference}", score.metric, score.chance),
    ));
    rows.push(("methods".to_owned(), header.methods.join(", ")));
    let mut text = format!("{}@{}\n{}", header.id, header.version, columns(&rows));
    if let Some(method) = method.or(first) {
        let method = &*crate::run::named(library, &header.paradigm, method);
        let mut preset = Cow::Borrowed(chosen(library, &header.paradigm, base(method))?);
        if method.contains('@') {
            preset = Cow::Owned(preset.varied(method)?);
        }
        let settings = protocol.resolve(benchmark, &preset)?;
        let cost = seconds(protocol.expected_cost(&settings));
        text.push_str(&format!(
            "\nresolved with method {method} ({}), about {cost} of one core per run:\n{}\n",
            protocol.formula(&preset)?,
            plain::settings(&settings)
        ));
    }
    text.push_str(&definition(&benchmark.origin));
    Ok(text)
}

/// The merged definition, each value with the file and line in which it stands: a definition in TOML that needs no parent.
fn definition(origin: &Origin) -> String {
    let line = |one: contract::definition::Written| {
        let place = one.place.unwrap_or_else(|| "follows from the path".into());
        format!("{} = {}  # {place}\n", one.key, one.value)
    };
    let lines: String = origin.written().into_iter().map(line).collect();
    format!("\ndefinition, and where each value stands\n{lines}")
}

/// The preset of a control that is asked for by its mechanism and kind: `doya+mean-gain`.
fn named_anywhere<'l>(library: &'l Library, id: &str) -> Option<&'l MethodPreset> {
    library.methods.values().find(|preset| {
        let paradigm = &preset.header.paradigm;
        id.contains('+') && crate::run::named(library, paradigm, id) == preset.header.id
    })
}

/// The presets of one id: every paradigm may have its own.
fn show_methods(library: &Library, id: &str, paradigm: Option<&str>) -> anyhow::Result<String> {
    let all: Vec<&MethodPreset> = library.methods.values().filter(|preset| preset.header.id == id).collect();
    let paradigms = || all.iter().map(|preset| preset.header.paradigm.as_str());
    if let Some(name) = paradigm.filter(|name| !paradigms().any(|other| other == *name)) {
        let error = DefinitionError::unknown(&format!("paradigm of the method {id}"), name, paradigms());
        return Err(Error::from(DefinitionError { key: "--paradigm".into(), ..error }).into());
    }
    let chosen = all.iter().filter(|preset| paradigm.is_none_or(|name| preset.header.paradigm == name));
    let texts: Vec<String> = chosen.map(|preset| show_method(preset)).collect::<anyhow::Result<_>>()?;
    let count = texts.len();
    let head = if count > 1 {
        let names: Vec<&str> = paradigms().collect();
        format!("{count} paradigms have a method {id} (--paradigm shows one): {}\n\n", names.join(", "))
    } else {
        String::new()
    };
    Ok(head + &texts.join("\n"))
}

/// What each neuromodulator of a preset does: where its level comes from, and its effects.
fn modulators(preset: &MethodPreset) -> anyhow::Result<Vec<(String, String)>> {
    // A paradigm that reads no such table has none in its presets.
    let Some(spec) = preset.modulation::<ModulationSpec>("")? else { return Ok(Vec::new()) };
    let effect = |receptor: &ReceptorSpec| {
        let entry = receptor.target.entry();
        let size = receptor.sensitivity;
        let acts = match entry.response {
            Response::Gain => format!("× (1 + {size} m)"),
            Response::Bias => format!("+ {size} m"),
        };
        let term = receptor.term.as_ref().map_or_else(String::new, |term| format!(" of {term}"));
        format!("{}{term} {acts} ({})", entry.name, entry.meaning)
    };
    let row = |(name, one): (&String, &ModulatorSpec)| {
        let effects: Vec<String> = one.receptors.iter().map(effect).collect();
        let source = one.source.entry()?;
        let level = &one.level;
        let about = format!(
            "level m ← γ m + (1 − γ) m₀ + η s with γ = {}, m₀ = {}, η = {}, s from {}: {}; acts on {}",
            level.retention,
            level.baseline,
            level.gain,
            source.name,
            source.formula,
            effects.join("; ")
        );
        Ok((name.clone(), about))
    };
    let mut rows = spec.modulators.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
    rows.extend(spec.interactions.iter().map(|one| {
        let kind = INTERACTIONS.iter().find(|(kind, ..)| *kind == one.kind).map_or("", |(_, name, _)| name);
        (
            "interaction".to_owned(),
            format!("{kind}: {} acts on {} with κ = {}", one.from, one.to, one.strength),
        )
    }));
    Ok(rows)
}

fn show_method(preset: &MethodPreset) -> anyhow::Result<String> {
    let header = &preset.header;
    let mut rows = vec![
        ("title".to_owned(), header.title.clone()),
        ("paradigm".to_owned(), header.paradigm.clone()),
        ("kind".to_owned(), header.kind.clone()),
    ];
    let modulators = modulators(preset)?;
    let formula = protocol(&header.paradigm)?.formula(preset)?;
    let more = if modulators.is_empty() { "" } else { ", modulated:" };
    rows.push(("formula".to_owned(), format!("{formula}{more}")));
    rows.extend(modulators);
    let mut parameters = Vec::new();
    if let Some(info) =
        protocol(&header.paradigm)?.methods().into_iter().find(|info| info.kind == header.kind)
    {
        let what = if more.is_empty() { "" } else { "modulates: " };
        if !info.summary.is_empty() {
            rows.push(("about".to_owned(), format!("{what}{}", info.summary)));
        }
        rows.push(("source".to_owned(), info.source.to_owned()));
        if !info.strength.is_empty() {
            let rest = "0 is plain training, where all else is as by default";
            rows.push(("strength".to_owned(), format!("{}; {rest}", info.strength)));
        }
        if !info.mapping.is_empty() {
            rows.push(("mapping".to_owned(), info.mapping.to_owned()));
        }
        if !info.needs.is_empty() {
            let needs: Vec<&str> = info.needs.iter().map(|need| need.word()).collect();
            rows.push(("needs".to_owned(), needs.join(", ")));
        }
        let line = |p: &Parameter| {
            let range = if p.range.is_empty() { String::new() } else { format!("; {}", p.range) };
            (p.key(), format!("{} (default {}{range})", p.meaning, p.default))
        };
        parameters.extend(info.parameters.iter().map(line));
    }
    rows.push(("values".to_owned(), header.provenance.clone()));
    let mut text = format!("{}\n{}", header.id, columns(&rows));
    if !parameters.is_empty() {
        text.push_str(&format!("\nparameters\n{}", columns(&parameters)));
    }
    text.push_str(&definition(&preset.origin));
    Ok(text)
}

fn show_metric(metric: &metric::Metric) -> String {
    let direction = if metric.higher_is_better { "higher is better" } else { "lower is better" };
    let rows = [
        ("formula".to_owned(), metric.formula.to_owned()),
        ("source".to_owned(), metric.source.to_owned()),
        ("direction".to_owned(), direction.to_owned()),
    ];
    format!("{}\n{}", metric.name, columns(&rows))
}

fn show_data(id: &str, entry: &data::Entry) -> String {
    let mut rows = vec![
        ("title".to_owned(), entry.title.clone()),
        ("licence".to_owned(), entry.licence.clone()),
        ("citation".to_owned(), entry.citation.clone()),
        (
            "shape".to_owned(),
            format!("{:?} (channels, height, width), {} classes", entry.shape, entry.classes),
        ),
    ];
    rows.extend(entry.mirrors.iter().map(|mirror| ("mirror".to_owned(), mirror.clone())));
    let file = |file: &data::FileEntry| {
        (file.name.clone(), format!("{} bytes, SHA-256 {}", file.bytes, file.sha256))
    };
    rows.extend(entry.file.iter().map(file));
    format!("{id}\n{}", columns(&rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_in_the_registries_is_shown() {
        let library = crate::definitions::shipped().expect("valid");
        let ids = library.benchmarks.keys().chain(library.suites.keys()).map(String::as_str);
        let ids = ids.chain(library.methods.keys().map(|(_, id)| id.as_str()));
        for id in ids.chain(metric::METRICS.iter().map(|metric| metric.name)) {
            let text = shown(&library, id, None, None).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(text.contains(id), "{id}: {text}");
        }
        let refused = shown(&library, "split-digits-domian", None, None).map_err(|error| error.to_string());
        assert!(refused.is_err_and(|words| words.contains("split-digits-domain")));
    }
}
