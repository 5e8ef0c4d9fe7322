//! The plan: every run of a session with its key, decided and checked before anything trains.

use std::collections::{BTreeMap, BTreeSet};

use super::arm;
use super::arm::TunedControl;
use super::asked::{Asked, line_of_word};
use super::finite::check_table;
use super::found::{Restart, found, restarts};
use super::planned::{PlannedRun, Runs};
use super::timing::TimingArm;
use crate::registry::protocol;
use base::error::{DefinitionError, Error, Result};
use contract::definition::{
    Arm, Benchmark, Ceiling, Cell, ControlRole, Library, MethodPreset, Score, SearchNote, Suite, base,
};
use contract::{Protocol, ReplaySource, Role};
use data;
use data::Data;
use learn::modulation::{Control, ModulationSpec};

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Ids of suites and benchmarks.
    pub targets: Vec<String>,
    /// Only these methods, in a suite's cell that lists its methods only those of them that it lists; empty: what the
    /// suite or benchmark says.
    pub methods: Vec<String>,
    /// Seeds per cell; `None`: what the suite says, 5 for a bare benchmark.
    pub seeds: Option<u64>,
}

/// All runs of a session, seeds outermost, so that an interrupted session has whole seeds.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    pub runs: Vec<PlannedRun>,
}

/// Most runs of a session: their plan is held in memory, some kilobytes each, and their records too.
const MOST_RUNS: usize = 50_000;
/// Seeds of a benchmark that is run without a suite.
const DEFAULT_SEEDS: u64 = 5;

impl Plan {
    /// Resolves suites and benchmarks into runs. Every definition is checked here.
    ///
    /// # Errors
    /// Unknown ids; definition errors of any benchmark or method involved.
    pub fn new(library: &Library, selection: &Selection) -> Result<Self> {
        let mut methods_left: BTreeSet<&str> = selection.methods.iter().map(String::as_str).collect();
        let mut cells = Vec::new();
        for target in &selection.targets {
            cells.extend(expand(library, target)?);
        }
        let mut runs = Vec::new();
        let mut keys = BTreeSet::new();
        let mut paradigms = BTreeSet::new();
        for (suite, by, cell, seeds) in cells {
            for id in &cell.benchmarks {
                let benchmark =
                    library.benchmark(id).map_err(|error| in_suite(error, by, "cell.benchmarks"))?;
                paradigms.insert(benchmark.header.paradigm.as_str());
                let own = if cell.methods.is_empty() { &benchmark.header.methods } else { &cell.methods };
                let own = with_controls(library, benchmark, own, &cell.controls)
                    .map_err(|error| in_suite(error, by, "cell.controls"))?;
                let asked = if selection.methods.is_empty() { &own } else { &selection.methods };
                // A cell that lists its methods knows which fit its benchmarks: choose among those and their controls.
                let fits = |method: &&String| {
                    let name = base(split(method).0);
                    cell.methods.is_empty()
                        || own.contains(method)
                        || cell.methods.iter().any(|own| base(own) == name)
                };
                for method in asked.iter().filter(fits) {
                    let name = base(split(method).0);
                    let elsewhere = library.methods.keys().any(|(_, id)| id == name);
                    let paradigm = &benchmark.header.paradigm;
                    if !selection.methods.is_empty() && elsewhere && library.method(paradigm, name).is_err() {
                        // A suite may span paradigms; a method of one is not asked of another.
                        continue;
                    }
                    methods_left.remove(method.as_str());
                    let method = &*arm::named(library, paradigm, method);
                    let seeds = selection.seeds.unwrap_or(seeds);
                    let asked = match by {
                        _ if !selection.methods.is_empty() => Asked::CommandLine,
                        Some(suite) if !cell.methods.is_empty() || !cell.controls.is_empty() => {
                            Asked::Suite(suite)
                        }
                        _ => Asked::Benchmark(benchmark),
                    };
                    let size = runs.len().saturating_add(usize::try_from(seeds).unwrap_or(usize::MAX));
                    if size > MOST_RUNS {
                        let allowed = format!(
                            "what makes a plan of at most {MOST_RUNS} runs, over all methods and benchmarks"
                        );
                        return Err(DefinitionError::range("--seeds", seeds, &allowed).into());
                    }
                    let runs_of_cell = resolve(library, &suite, id, (method, asked), 0..seeds)?;
                    runs.extend(runs_of_cell.into_iter().filter(|run| keys.insert(run.key.clone())));
                }
            }
        }
        if let Some(method) = methods_left.first() {
            let known: BTreeSet<&str> =
                paradigms.iter().flat_map(|paradigm| library.method_ids(paradigm)).collect();
            let name = base(split(method).0);
            let mut error = DefinitionError::unknown("method", name, known);
            if library.methods.keys().any(|(_, id)| id == name) {
                error.problem = "is a method of none of the chosen benchmarks' paradigms, and none of the chosen \
                                 suites' cells lists it; a benchmark by its own id takes any method of its paradigm"
                    .into();
                error.nearest = None;
            }
            return Err(DefinitionError { key: "--method".into(), ..error }.into());
        }
        // Seeds outermost; within a seed what is replayed comes before what replays it.
        runs.sort_by_key(|run: &PlannedRun| (run.spec.seed, run.spec.replays.is_some()));
        Ok(Self { runs })
    }

    /// Loads every data set that the plan needs, so that nothing fails later for want of one.
    ///
    /// # Errors
    /// Missing, truncated, damaged or unusable data.
    pub fn load_data(&self, data: &Data) -> Result<()> {
        let mut loaded = BTreeSet::new();
        for spec in self.runs.iter().map(|run| &run.spec) {
            if loaded.insert((&spec.benchmark, &spec.method)) {
                protocol(&spec.paradigm)?.load(&spec.settings, data)?;
            }
        }
        Ok(())
    }

    /// Expected core-seconds of all runs.
    pub fn cost(&self) -> f64 {
        self.runs.iter().map(|run| run.cost).sum()
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

/// What a suite or benchmark is made of: who asks, and for how many seeds of what.
type AskedCell<'l> = (String, Option<&'l Suite>, Cell, u64);

/// Cells of a suite, or one cell for a benchmark.
fn expand<'l>(library: &'l Library, target: &str) -> Result<Vec<AskedCell<'l>>> {
    if let Some(suite) = library.suites.get(target) {
        let header = &suite.header;
        let cells = header
            .cell
            .iter()
            .map(|cell| (header.id.clone(), Some(suite), cell.clone(), cell.seeds.unwrap_or(header.seeds)));
        return Ok(cells.collect());
    }
    if library.benchmarks.contains_key(target) {
        let cell = Cell {
            benchmarks: vec![target.to_owned()],
            methods: Vec::new(),
            seeds: None,
            controls: Vec::new(),
        };
        return Ok(vec![(target.to_owned(), None, cell, DEFAULT_SEEDS)]);
    }
    let known = library.suites.keys().chain(library.benchmarks.keys()).map(String::as_str);
    Err(DefinitionError::unknown("suite or benchmark", target, known).into())
}

fn ceiling(score: &Score) -> Option<&str> {
    match &score.ceiling {
        Ceiling::Method(id) => Some(id),
        Ceiling::Value(_) => None,
    }
}

/// `na-slope+shuffled` is the control `shuffled` of the method `na-slope`; `na-slope@optimiser.rate=0.1` a variation of it
/// (`spec::MethodPreset::varied`).
fn split(method: &str) -> (&str, Option<&str>) {
    match method.split_once('@') {
        None => method.split_once('+').map_or((method, None), |(name, control)| (name, Some(control))),
        // A value may hold a plus: `1e+3`.
        Some(_) => match method.rsplit_once('+') {
            Some((name, control))
                if control.parse::<Control>().is_ok()
                    || TunedControl::parse(control).is_some()
                    || Restart::parse(control).is_some() =>
            {
                (name, Some(control))
            }
            _ => (method, None),
        },
    }
}

/// The methods of a cell, and after each modulated one its controls: those that follow from its preset, and with
/// `required` or `all` the tuned ones that the library has for this benchmark.
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
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|method| seen.insert(method.clone()));
    Ok(all)
}

/// A method of a plan as a preset with its values for the benchmark, and what is to be known of it.
struct Chosen {
    preset: MethodPreset,
    control: Option<Control>,
    role: Option<Role>,
    search: Option<SearchNote>,
}

/// A preset as the library has it for the benchmark, a variation of it, or the control that follows from it.
fn choose(library: &Library, benchmark: &Benchmark, method: &str) -> Result<Chosen> {
    let (name, control) = split(method);
    let untuned = library.method(&benchmark.header.paradigm, base(name))?;
    // Who asked for the method says where: see `Asked`.
    let refuse = |key: &str, problem: String| -> Error {
        DefinitionError { key: key.into(), problem, ..DefinitionError::default() }.into()
    };
    if let (Some(control), true) = (control, name.contains('@')) {
        return Err(refuse(
            "controls",
            format!("the control `{control}` needs a preset of its own with these values"),
        ));
    }
    if let Some(arm) = control.and_then(TimingArm::parse) {
        let arm = arm?;
        let (preset, _) = arm.derive(untuned, benchmark)?;
        let (preset, search) = found(library, benchmark, &preset, Arm::Method)?;
        // A control of no mechanism: what timing can do at all.
        let role =
            Role::Control { of: Some(name.to_owned()), kind: arm.to_string(), also: None, shown: false };
        return Ok(Chosen { preset, control: None, role: Some(role), search });
    }
    if let Some(restart) = control.and_then(Restart::parse) {
        let (preset, note) = restart.derive(library, untuned, benchmark)?;
        return Ok(Chosen { role: role(&preset, method, None), preset, control: None, search: Some(note) });
    }
    if let Some(control) = control.and_then(TunedControl::parse) {
        let (preset, role, note) = control.derive(library, untuned, benchmark)?;
        return Ok(Chosen { preset, control: None, role: Some(role), search: Some(note) });
    }
    let arm = if untuned.header.modulation.is_empty() { Arm::Method } else { Arm::Mechanism };
    let (mut preset, search) = found(library, benchmark, untuned, arm)?;
    if name.contains('@') {
        // What is varied was not searched.
        let preset = preset.varied(name)?;
        return Ok(Chosen { role: role(&preset, method, None), preset, control: None, search: None });
    }
    let control = control.map(str::parse::<Control>).transpose().map_err(|mut error| {
        error.allowed.extend(arm::TUNED_CONTROLS.iter().map(|(name, _)| (*name).to_owned()));
        error
    })?;
    if let Some(control) = &control {
        if preset.header.modulation.is_empty() {
            let built_in = arm::built_in_controls(library, &benchmark.header.paradigm, name);
            let problem = format!("`{name}` has no modulation table, so no control follows from it");
            let allowed = built_in.into_iter().map(|(control, _)| format!("{name}+{control}")).collect();
            let error = DefinitionError { key: "modulation".into(), problem, ..DefinitionError::default() };
            return Err(DefinitionError { allowed, ..error }.into());
        }
        preset.header.derived = Some(control.to_string());
        preset.header.title = format!("{}, {}", preset.header.title, control.title());
    }
    Ok(Chosen { role: role(&preset, method, control.as_ref()), preset, control, search })
}

/// The runs of one method on one benchmark; before a control that replays runs, those runs.
fn resolve(
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

/// What part a method plays in the question whether a mechanism helps.
fn role(preset: &MethodPreset, method: &str, control: Option<&Control>) -> Option<Role> {
    if let Some(control) = control {
        let of = Some(split(method).0.to_owned());
        return Some(Role::Control { of, kind: control.to_string(), also: None, shown: false });
    }
    if let Some(role) = &preset.header.control {
        let ControlRole { of, kind, also, shown, .. } = role.clone();
        return Some(Role::Control { of, kind, also, shown });
    }
    if preset.header.unjudged.is_some() {
        return None;
    }
    // A verdict is about a preset; its variations stand beside it without one.
    let modulated = preset.header.mechanism || !preset.header.modulation.is_empty();
    (modulated && !method.contains('@')).then_some(Role::Mechanism)
}
