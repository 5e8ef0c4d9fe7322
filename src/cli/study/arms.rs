//! What a claim about one mechanism on one benchmark needs: what is searched, and every control that is run.

use super::super::output::method as named;
use super::super::travel::StudyArguments;
use crate::registry::protocol;
use crate::run::{Restart, built_in_controls};
use crate::tune::{Budget, Search};
use base::error::{DefinitionError, Result};
use base::stats::{REQUIRED, TUNED_CONSTANT};
use contract::definition::{Arm, Benchmark, Library, MethodPreset, Tuned};

/// Controls that follow from a modulation table; the tuned ones come from the search.
const DERIVED: [&str; 3] = ["unmodulated", "mean-gain", "shuffled"];

/// One search.
pub struct Searched {
    /// The mechanism, or a control with settings of its own where the modulation is built in.
    pub preset: MethodPreset,
    pub arm: Arm,
    /// A decay that is blind to changes, which serves other mechanisms too.
    pub decay: bool,
    /// What a search with this study's budget has found; of a decay also one that was longer.
    pub found: Option<Tuned>,
}

/// What is searched and what is run.
pub struct Arms<'l> {
    pub mechanism: &'l MethodPreset,
    pub searched: Vec<Searched>,
    /// The mechanism and those of its controls that no search has to find first.
    pub methods: Vec<String>,
    /// Kinds of required controls for which there is no preset.
    pub lacking: Vec<&'static str>,
}

impl<'l> Arms<'l> {
    /// # Errors
    /// An unknown benchmark or method, one that is no mechanism, a space that cannot be read.
    pub fn of(arguments: &StudyArguments, library: &'l Library, id: &str) -> Result<Self> {
        let benchmark = library.benchmark(id)?;
        let mechanism = mechanism(library, benchmark, &arguments.mechanism)?;
        let controls =
            if is_built_in(mechanism) { built_in(library, benchmark, mechanism)? } else { Vec::new() };
        let own = &mechanism.header.id;
        let mut methods = vec![own.clone()];
        let mut lacking = Vec::new();
        if is_built_in(mechanism) {
            for (_, preset) in &controls {
                if !methods.contains(&preset.header.id) {
                    methods.push(preset.header.id.clone());
                }
            }
            lacking
                .extend(REQUIRED.into_iter().filter(|kind| !controls.iter().any(|(name, _)| name == kind)));
        } else {
            methods.extend(DERIVED.iter().map(|control| format!("{own}+{control}")));
        }
        let searched = searched(arguments, library, benchmark)?;
        Ok(Self { mechanism, searched, methods, lacking })
    }

    /// How many more methods run at most once all searches have found something.
    pub fn more(&self, restarts: u64) -> u64 {
        let more = |one: &Searched| match one.arm {
            Arm::Constant => restarts,
            Arm::Optimiser => 1,
            Arm::Method if one.decay => 1,
            Arm::Method if is_constant(&one.preset) => restarts.saturating_sub(1),
            _ => 0,
        };
        self.searched.iter().map(more).sum()
    }

    /// The methods with what the searches have found.
    ///
    /// # Errors
    /// A preset that cannot be written.
    pub fn with_found(&self) -> Result<Vec<String>> {
        let mut methods = self.methods.clone();
        for Searched { preset, arm, decay, found } in &self.searched {
            let (Some(found), id) = (found, &preset.header.id) else { continue };
            let others = found.others.len();
            match arm {
                Arm::Optimiser => methods.push(format!("{id}+tuned-optimiser")),
                Arm::Method if *decay => methods.push(id.clone()),
                Arm::Constant => {
                    methods.push(format!("{id}+tuned-constant"));
                    methods.extend((0..others).map(|place| format!("{id}+tuned-constant-{}", place + 2)));
                }
                Arm::Method if is_constant(preset) => {
                    methods.extend((0..others).map(|place| format!("{id}+{}", Restart::after(place).name())));
                }
                _ => {}
            }
        }
        Ok(methods)
    }
}

/// Whether the modulation is part of the method and no table, so that its controls are presets.
pub fn is_built_in(preset: &MethodPreset) -> bool {
    preset.header.mechanism && preset.header.modulation.is_empty()
}

fn is_constant(preset: &MethodPreset) -> bool {
    preset.header.control.as_ref().is_some_and(|role| role.kind == TUNED_CONSTANT)
}

/// The preset, which has to be a mechanism.
fn mechanism<'l>(library: &'l Library, benchmark: &Benchmark, id: &str) -> Result<&'l MethodPreset> {
    let preset = named(library, &benchmark.header.paradigm, id)?;
    let problem = match &preset.header.control {
        Some(_) => "is a control",
        None if !is_built_in(preset) && preset.header.modulation.is_empty() => "has no neuromodulators",
        None => return Ok(preset),
    };
    Err(preset.refuse(DefinitionError {
        key: "MECHANISM".into(),
        found: id.into(),
        problem: problem.into(),
        allowed: vec![
            "a method with a modulation table or with `mechanism = true` (bench list methods)".into(),
        ],
        ..DefinitionError::default()
    }))
}

/// Its controls by what they rule out. Those of every mechanism of the paradigm only where they fit the benchmark.
fn built_in<'l>(
    library: &'l Library,
    benchmark: &Benchmark,
    mechanism: &MethodPreset,
) -> Result<Vec<(String, &'l MethodPreset)>> {
    let header = &benchmark.header;
    let protocol = protocol(&header.paradigm)?;
    let fits = |preset: &MethodPreset| {
        let own = preset.header.control.as_ref().is_some_and(|role| role.of.is_some());
        own || protocol.resolve(benchmark, preset).is_ok()
    };
    let mut controls = built_in_controls(library, &header.paradigm, &mechanism.header.id);
    controls.retain(|(_, preset)| fits(preset));
    Ok(controls)
}

/// Every search, with what was found with the same budget.
fn searched(arguments: &StudyArguments, library: &Library, benchmark: &Benchmark) -> Result<Vec<Searched>> {
    let StudyArguments { trials, restarts, validation_seeds, confirm, .. } = *arguments;
    // Only what is asked counts here; `bench tune` checks the budget.
    let budget =
        Budget { trials: trials as usize, restarts: restarts as usize, seeds: validation_seeds, confirm };
    let same = |one: &&Tuned| {
        (one.trials, one.restarts, one.seeds, one.confirm) == (trials, restarts, validation_seeds, confirm)
    };
    let search = Search { library, benchmark, budget, estimator: false };
    let mut searched = Vec::new();
    for question in search.questions(&arguments.mechanism)? {
        let decay = question.decay_for.is_some();
        let found = library.found(&question.preset, benchmark, question.arm)?;
        let found = found.filter(|one| same(one) || decay && budget.met_by(one)).cloned();
        searched.push(Searched { preset: question.preset, arm: question.arm, decay, found });
    }
    Ok(searched)
}
