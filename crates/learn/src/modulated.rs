//! Modulation in every paradigm that trains through the [`Learner`]: how a preset's `[modulation]` is checked, and what
//! of it a run's log keeps.

use super::learner::Learner;
use crate::modulation::{Anatomy, Control, ModulationSpec};
use crate::nn::{MlpSpec, ModelSpec};
use crate::objective::Weighted;
use crate::optim::{Kind, OptimiserSpec};
use base::error::DefinitionError;
use base::error::Result;
use contract::definition::MethodPreset;
use contract::{ACTED, CLAMPED, Curve, RunLog, Trace};

/// The benchmark's optimiser with what the preset puts on top.
///
/// # Errors
/// Definition errors that point into the preset's file.
pub fn optimiser(preset: &MethodPreset, base: &OptimiserSpec, benchmark: &str) -> Result<OptimiserSpec> {
    let optimiser = preset.optimiser(base, benchmark)?.unwrap_or_else(|| base.clone());
    optimiser.check("optimiser").map_err(|error| preset.refuse(error))?;
    Ok(optimiser)
}

/// The benchmark's model with what the preset puts on top, and what a control that the suite derives makes of it.
///
/// # Errors
/// Definition errors that point into the preset's file.
pub fn model(preset: &MethodPreset, base: &ModelSpec, benchmark: &str) -> Result<ModelSpec> {
    let mut model = preset.model(base, benchmark)?.unwrap_or_else(|| base.clone());
    if let ModelSpec::Mlp(spec) = &model
        && spec.context > 0
    {
        let allowed = "0: the control `context-input` sets it";
        return Err(preset.refuse(DefinitionError::range("model.context", spec.context, allowed)));
    }
    if let ModelSpec::Mlp(MlpSpec { dendrites: Some(_), .. }) = &model {
        let allowed = "absent: the method `active-dendrites` sets it";
        return Err(preset.refuse(DefinitionError::range("model.dendrites", "set", allowed)));
    }
    if let Some(control) = preset.header.derived.as_ref() {
        let control: Control = control.parse().map_err(|error| preset.refuse(error))?;
        model.widen(control.width());
        if control == Control::ContextInput {
            let levels = preset.modulation::<ModulationSpec>(benchmark)?.map_or(0, |s| s.modulators.len());
            match &mut model {
                ModelSpec::Mlp(spec) => spec.context = levels,
                _ => {
                    let allowed = "a control that this network can take: only an `mlp` has further inputs";
                    return Err(preset.refuse(DefinitionError::range("controls", control, allowed)));
                }
            }
        }
    }
    model.check("model").map_err(|error| preset.refuse(error))?;
    Ok(model)
}

/// Points of a thinned signal at most.
const POINTS: usize = 250;

/// What of a benchmark decides which sources and targets mean something on it.
#[derive(Debug, Clone, Copy)]
pub struct Stage {
    /// The stream reveals task boundaries.
    pub boundaries: bool,
    /// It goes through hidden states that recur.
    pub states: bool,
    /// Answers are classes, not numbers.
    pub classes: bool,
    /// There is one task loss, called `task`, beside the terms; else the terms are the tasks.
    pub task: bool,
    /// The method lets hidden units compete.
    pub winners: bool,
}

/// Reads and checks a preset's modulation for one benchmark. `terms` are the method's loss terms beside the task's.
///
/// # Errors
/// Definition errors that point into the preset's file.
pub fn resolve(
    preset: &MethodPreset,
    benchmark: &str,
    network: (&ModelSpec, [usize; 3], usize),
    optimiser: &OptimiserSpec,
    terms: &[Weighted],
    stage: Stage,
) -> Result<Option<ModulationSpec>> {
    let Some(spec) = preset.modulation::<ModulationSpec>(benchmark)? else { return Ok(None) };
    let (network_spec, shape, outputs) = network;
    let model = network_spec.undrawn(shape, outputs)?;
    let names = terms.iter().map(|weighted| weighted.term.name().to_owned());
    let task = stage.task.then(|| crate::objective::TaskLoss::NAME.to_owned());
    let anatomy = Anatomy {
        layers: model.layer_units(),
        recurrent: model.recurrent_layers(),
        terms: task.into_iter().chain(names).collect(),
        replay: terms.iter().any(|weighted| weighted.term.replays()),
        window: terms.iter().any(|weighted| weighted.term.has_window()),
        discount: terms.iter().any(|weighted| weighted.term.has_discount()),
        winners: stage.winners,
        momentum: optimiser.kind != Kind::Sgd,
        boundaries: stage.boundaries,
        states: stage.states,
        inputs: true,
        activations: matches!(network_spec, ModelSpec::Mlp(_)),
        distribution: stage.classes,
    };
    checked(preset, spec, &anatomy)
}

/// The same where only the optimiser's updates can be modulated: the outer loop of meta-learning.
///
/// # Errors
/// Definition errors that point into the preset's file.
pub fn resolve_updates(
    preset: &MethodPreset,
    benchmark: &str,
    optimiser: &OptimiserSpec,
) -> Result<Option<ModulationSpec>> {
    let Some(spec) = preset.modulation::<ModulationSpec>(benchmark)? else { return Ok(None) };
    if preset.header.derived.as_deref() == Some("context-input") {
        let allowed = "another control: the outer loop has no inputs";
        return Err(preset.refuse(DefinitionError::range("controls", "context-input", allowed)));
    }
    let anatomy = Anatomy { momentum: optimiser.kind != Kind::Sgd, ..Anatomy::default() };
    checked(preset, spec, &anatomy)
}

/// What a control leaves of the mechanism, checked and with every default filled in.
fn checked(
    preset: &MethodPreset,
    mut spec: ModulationSpec,
    anatomy: &Anatomy,
) -> Result<Option<ModulationSpec>> {
    for (key, set) in [("as_input", spec.as_input), ("replayed", spec.replayed.is_some())] {
        if set {
            let error =
                DefinitionError::range(&format!("modulation.{key}"), "set", "absent: controls set it");
            return Err(preset.refuse(error));
        }
    }
    if let Some(control) = preset.header.derived.as_ref() {
        let control: Control = control.parse().map_err(|error| preset.refuse(error))?;
        match control.apply(spec).map_err(|error| preset.refuse(error))? {
            Some(left) => spec = left,
            None => return Ok(None),
        }
    }
    let locate = |error: DefinitionError| preset.refuse(error.below("modulation"));
    spec.resolve(anatomy).map_err(locate)?;
    Ok(Some(spec))
}

/// Adds to a log the learner's modulation: levels and effects, thinned; the shares of clamped steps and of
/// steps at which a neuromodulator acted; and the whole trace
/// unless the run itself replays one.
pub fn add_modulation(log: &mut RunLog, learner: &Learner, replays: bool, scale: f64) {
    let Some(modulation) = learner.modulation() else { return };
    let curves = |prefix: &'static str, trace: &Trace| {
        trace
            .iter()
            .map(|(name, values)| thinned(format!("{prefix}/{name}"), values, scale))
            .collect::<Vec<_>>()
    };
    log.signals.extend(curves("level", &modulation.levels()));
    let trace = modulation.trace();
    log.signals.extend(curves("gain", &trace));
    for (channel, share) in modulation.clamped() {
        log.scalars.insert(format!("{CLAMPED}{channel}"), share);
    }
    for (modulator, share) in modulation.acted() {
        log.scalars.insert(format!("{ACTED}{modulator}"), share);
    }
    if !replays {
        log.trace = trace;
    }
}

/// Means over equal bins, placed at the bins' ends; `scale` units of the run's axis per step.
fn thinned(name: String, values: &[f32], scale: f64) -> Curve {
    let bin = values.len().div_ceil(POINTS).max(1);
    let mut curve = Curve::new(name);
    for (index, chunk) in values.chunks(bin).enumerate() {
        let mean = chunk.iter().map(|x| f64::from(*x)).sum::<f64>() / chunk.len() as f64;
        curve.push(scale * (index * bin + chunk.len()) as f64, mean);
    }
    curve
}
