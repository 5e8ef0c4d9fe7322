//! What suites and benchmarks are made of: benchmarks, methods with their controls, seeds.

use std::collections::BTreeSet;

use super::arm;
use super::asked::{Asked, line_of_word};
use super::chosen::split;
use super::decay::decays;
use super::found::restarts;
use super::selection::Selection;
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Benchmark, Cell, Library, Suite, base};
use learn::modulation::{Control, ModulationSpec};

/// Seeds of a benchmark that is run without a suite.
const DEFAULT_SEEDS: u64 = 5;

/// A cell, who asks for it, and for how many seeds.
pub(super) struct AskedCell<'l> {
    /// The id of the suite or benchmark.
    pub by: String,
    pub suite: Option<&'l Suite>,
    pub cell: Cell,
    pub seeds: u64,
}

impl<'l> AskedCell<'l> {
    /// Cells of a suite, or one cell for a benchmark.
    ///
    /// # Errors
    /// An unknown id.
    pub fn of(library: &'l Library, target: &str) -> Result<Vec<Self>> {
        if let Some(suite) = library.suites.get(target) {
            let header = &suite.header;
            let cells = header.cell.iter().map(|cell| Self {
                by: header.id.clone(),
                suite: Some(suite),
                cell: cell.clone(),
                seeds: cell.seeds.unwrap_or(header.seeds),
            });
            return Ok(cells.collect());
        }
        if library.benchmarks.contains_key(target) {
            let benchmarks = vec![target.to_owned()];
            let cell = Cell { benchmarks, methods: Vec::new(), seeds: None, controls: Vec::new() };
            return Ok(vec![Self { by: target.to_owned(), suite: None, cell, seeds: DEFAULT_SEEDS }]);
        }
        let known = library.suites.keys().chain(library.benchmarks.keys()).map(String::as_str);
        Err(DefinitionError::unknown("suite or benchmark", target, known).into())
    }

    /// A benchmark of the cell.
    ///
    /// # Errors
    /// An unknown id, located in the suite.
    pub fn benchmark(&self, library: &'l Library, id: &str) -> Result<&'l Benchmark> {
        library.benchmark(id).map_err(|error| in_suite(error, self.suite, "cell.benchmarks"))
    }

    /// The methods on a benchmark: of those that the user chose, if any, those that fit the cell; else its own with their
    /// controls.
    ///
    /// # Errors
    /// Controls that do not follow, located in the suite.
    pub fn methods(
        &self,
        library: &Library,
        benchmark: &Benchmark,
        Selection { methods: chosen, controls, .. }: &Selection,
    ) -> Result<Vec<String>> {
        let cell = &self.cell;
        let own = if cell.methods.is_empty() { &benchmark.header.methods } else { &cell.methods };
        let own = with_controls(library, benchmark, own, &cell.controls)
            .map_err(|error| in_suite(error, self.suite, "cell.controls"))?;
        if chosen.is_empty() {
            return with_controls(library, benchmark, &own, controls);
        }
        // A cell that lists its methods knows which fit its benchmarks: choose among those and their controls. And a suite
        // may span paradigms; a method of one is not asked of another.
        let fits = |method: &&String| {
            let name = base(split(method).0);
            let listed = cell.methods.is_empty()
                || own.contains(method)
                || cell.methods.iter().any(|own| base(own) == name);
            let elsewhere = library.methods.keys().any(|(_, id)| id == name);
            listed && !(elsewhere && library.method(&benchmark.header.paradigm, name).is_err())
        };
        let chosen: Vec<String> = chosen.iter().filter(fits).cloned().collect();
        if controls.is_empty() { Ok(chosen) } else { with_controls(library, benchmark, &chosen, controls) }
    }

    /// Who says that a method runs on a benchmark, for errors.
    pub fn asked<'a>(&'a self, benchmark: &'a Benchmark, chosen: &[String]) -> Asked<'a> {
        match self.suite {
            _ if !chosen.is_empty() => Asked::CommandLine,
            Some(suite) if !self.cell.methods.is_empty() || !self.cell.controls.is_empty() => {
                Asked::Suite(suite)
            }
            _ => Asked::Benchmark(benchmark),
        }
    }
}

/// Points an error that does not know its place at a suite's file.
fn in_suite(error: Error, suite: Option<&Suite>, key: &str) -> Error {
    match (error, suite) {
        (Error::Definition(error), Some(suite)) if error.place.is_empty() => {
            let source = &suite.source;
            let line = line_of_word(source, &error.found).or_else(|| source.line_of_key("cell"));
            DefinitionError { key: key.into(), ..*error }.at(&source.name, line).into()
        }
        (error, _) => error,
    }
}

/// The methods of a cell, and after each modulated one its controls: those that follow from its preset, and with
/// `required` or `all` the tuned ones and the decays that the library has for this benchmark.
fn with_controls(
    library: &Library,
    benchmark: &Benchmark,
    methods: &[String],
    controls: &[String],
) -> Result<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    for method in methods {
        all.push(method.clone());
        let preset = library.method(&benchmark.header.paradigm, split(method).0);
        let Ok(preset) = preset else { continue };
        if !method.contains('+') {
            let others = restarts(library, preset, benchmark)?;
            all.extend(others.map(|restart| format!("{method}+{}", restart.name())));
        }
        if controls.is_empty() || preset.header.control.is_some() {
            continue;
        }
        let id = &benchmark.header.id;
        let Some(spec) = preset.modulation::<ModulationSpec>(id)? else { continue };
        // The default network of every paradigm is an mlp; meta-learning's outer loop has no inputs of its own.
        let kind =
            benchmark.body.get("model").and_then(|model| model.get("kind")).and_then(toml::Value::as_str);
        let mlp = kind.is_none_or(|kind| kind == "mlp") && benchmark.header.paradigm != "meta";
        let derived = Control::expand(controls, &spec, mlp)?;
        all.extend(derived.iter().map(|control| format!("{method}+{control}")));
        if controls.iter().any(|name| name == "required" || name == "all") {
            let tuned = library.methods.values().filter(|other| {
                let header = &other.header;
                let role = header.control.as_ref();
                header.paradigm == benchmark.header.paradigm
                    && role.is_some_and(|role| role.of.as_ref().is_none_or(|of| of == method))
                    && header.on.contains_key(id)
            });
            all.extend(tuned.map(|preset| preset.header.id.clone()));
            let found = arm::tuned_controls(library, preset, benchmark)?;
            all.extend(found.into_iter().map(|control| format!("{method}+{}", control.name())));
            for decay in decays(library, benchmark, preset)? {
                let found = decay.found(library, benchmark)?;
                all.extend(found.map(|_| decay.preset.header.id.clone()));
            }
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|method| seen.insert(method.clone()));
    Ok(all)
}
