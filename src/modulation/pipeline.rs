//! The running pipeline: source → release with interactions → level → transmission → receptor → gain.

use std::sync::Arc;

use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::interaction::{self, Interaction, InteractionKind};
use super::replay::{ReplayKind, Trace};
use super::source::{BoundaryTold, Need, Observation, Signal};
use super::spec::{ModulationSpec, ModulatorSpec, ReceptorSpec};
use super::target::{self, Scope, TargetKind};
use super::transmission::Way;
use super::{Gain, Gains, Level, Receptor};
use crate::error::{DefinitionError, Result};
use crate::nn::{Model, Parameters, Role};
use crate::rng::Streams;
use crate::state::State;

/// All neuromodulators of a learner.
pub struct Modulation {
    /// In the order in which they act.
    modulators: Vec<Modulator>,
    /// With the places of both ends in `modulators`.
    interactions: Vec<(Interaction, usize, usize)>,
    synergies: Vec<(TargetKind, usize, usize, f64)>,
    layers: Vec<usize>,
    recurrent: usize,
    needs: Vec<Need>,
    steps: u64,
    trace: Trace,
    levels: Trace,
    rescale: bool,
}

struct Modulator {
    name: String,
    source: Box<dyn Signal>,
    level: Level,
    before: f64,
    spec: ModulatorSpec,
    way: Way,
    channels: Vec<Channel>,
}

struct Channel {
    name: String,
    spec: ReceptorSpec,
    receptor: Receptor,
    /// What the receptor feels, after its kinetics.
    drive: f64,
    effect: f64,
    clamped: u64,
    /// Shares per unit of each layer (scopes population, unit).
    units: Option<Vec<Arc<[f32]>>>,
    /// Shares per scalar (scope synapse), or per scalar by unit for learning rates.
    scalars: Option<Vec<Vec<f32>>>,
    /// Effects of a recorded run.
    replayed: Option<Vec<f32>>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    source: Value,
    level: f64,
    before: f64,
    way: Way,
    channels: Vec<(f64, f64, u64)>,
}

impl Modulation {
    /// Starts the pipeline. Random parts draw from `streams` within `modulation/<name>`.
    ///
    /// # Errors
    /// A spec that was not resolved; a control without the trace that it replays.
    pub fn new(
        spec: &ModulationSpec,
        model: &dyn Model,
        streams: &Streams,
        trace: Option<&Trace>,
    ) -> Result<Self> {
        let names: Vec<String> = spec.modulators.keys().cloned().collect();
        let order = interaction::order(&names, &spec.interactions)?;
        let place = |name: &str| order.iter().position(|index| names[*index] == name).unwrap_or_default();
        let layers = model.layer_units();
        let rescale = spec.replayed.as_ref().is_some_and(|r| r.kind == ReplayKind::MeanGainRescaled);
        let mut modulators = Vec::with_capacity(order.len());
        for index in &order {
            let (name, own) = (&names[*index], &spec.modulators[&names[*index]]);
            let streams = streams.within("modulation").within(name);
            let level = own.level.build()?;
            let channel = |receptor: &ReceptorSpec| -> Result<Channel> {
                let built = receptor.build(spec.clamp);
                let named = receptor.channel(name);
                let streams = streams.within(&named);
                let replayed = match (&spec.replayed, trace) {
                    (None, _) => None,
                    (Some(replayed), Some(trace)) => {
                        Some(replayed.effects(trace, &named, built.limits, &streams_of_replay(&streams))?)
                    }
                    (Some(_), None) => {
                        let problem = "a control that replays a run needs that run's trace; none was given";
                        return Err(DefinitionError {
                            problem: problem.into(),
                            ..DefinitionError::default()
                        }
                        .into());
                    }
                };
                let units = shares(receptor, own, &layers, &streams);
                let scalars =
                    scalar_shares(receptor, units.as_deref(), model.parameters(), rescale, &streams);
                Ok(Channel {
                    name: named,
                    spec: receptor.clone(),
                    effect: built.effect(level.value()),
                    receptor: built,
                    drive: level.value(),
                    clamped: 0,
                    units,
                    scalars,
                    replayed,
                })
            };
            modulators.push(Modulator {
                name: name.clone(),
                source: own.source.start(&streams)?,
                before: level.value(),
                way: Way::new(&own.transmission, level.value(), &streams),
                channels: own.receptors.iter().map(channel).collect::<Result<_>>()?,
                level,
                spec: own.clone(),
            });
        }
        let (convergent, edges): (Vec<_>, Vec<_>) =
            spec.interactions.iter().partition(|edge| edge.kind == InteractionKind::Convergent);
        let synergy =
            |edge: &&Interaction| Some((edge.target?, place(&edge.from), place(&edge.to), edge.strength));
        let needs = [Need::Input, Need::Gradient].into_iter().filter(|need| spec.needs(*need)).collect();
        let modulation = Self {
            interactions: edges
                .iter()
                .map(|edge| ((*edge).clone(), place(&edge.from), place(&edge.to)))
                .collect(),
            synergies: convergent.iter().filter_map(synergy).collect(),
            modulators,
            layers,
            recurrent: model.recurrent_layers(),
            needs,
            steps: 0,
            trace: Trace::new(),
            levels: Trace::new(),
            rescale,
        };
        if rescale {
            modulation.rescale_weights(model)?;
        }
        Ok(modulation)
    }

    /// Whether observations need the batch's mean input.
    pub fn wants_input(&self) -> bool {
        self.needs.contains(&Need::Input)
    }

    /// Whether observations need the gradient.
    pub fn wants_gradient(&self) -> bool {
        self.needs.contains(&Need::Gradient)
    }

    /// A task boundary was passed.
    pub fn boundary(&mut self, told: &BoundaryTold) {
        self.modulators.iter_mut().for_each(|modulator| modulator.source.boundary(told));
    }

    /// Takes in what the learner saw: levels and effects of the next step.
    pub fn observe(&mut self, seen: &Observation) {
        for index in 0..self.modulators.len() {
            let mut signal = self.modulators[index].source.next(seen);
            let acting = |edge: &(Interaction, usize, usize)| {
                let from = &self.modulators[edge.1];
                (edge.2 == index).then(|| {
                    let level = if edge.0.delayed { from.before } else { from.level.value() };
                    (edge.0.kind, edge.0.strength, level)
                })
            };
            let edges: Vec<_> = self.interactions.iter().filter_map(acting).collect();
            for (kind, strength, level) in &edges {
                match kind {
                    InteractionKind::Modulatory => signal *= (1.0 + strength * level).max(0.0),
                    InteractionKind::Threshold => signal = (signal - strength * level).max(0.0),
                    InteractionKind::Opponent | InteractionKind::Convergent => {}
                }
            }
            let modulator = &mut self.modulators[index];
            let mut level = modulator.level.step(signal);
            for (kind, strength, other) in &edges {
                if *kind == InteractionKind::Opponent {
                    // An opponent takes away at most all of it: a negative factor would turn the level round.
                    level *= (1.0 - strength * other).max(0.0);
                }
            }
            modulator.level.clamp_to(level);
            let arrived = modulator.way.step(&modulator.spec.transmission, level);
            for channel in &mut modulator.channels {
                let tau = channel.spec.tau;
                channel.drive = if tau > 0.0 {
                    channel.drive + (arrived - channel.drive) / tau.max(1.0)
                } else {
                    arrived
                };
            }
        }
        // The next step's `previous level` is this one's.
        self.modulators.iter_mut().for_each(|modulator| modulator.before = modulator.level.value());
    }

    /// Puts the effects in force on the gains of the step that comes now, and notes them.
    pub fn apply(&mut self, gains: &mut Gains) {
        let step = usize::try_from(self.steps).unwrap_or(usize::MAX);
        self.steps += 1;
        for modulator in &mut self.modulators {
            note(&mut self.levels, &modulator.name, modulator.level.value());
            for channel in &mut modulator.channels {
                channel.settle(step);
                note(&mut self.trace, &channel.name, channel.effect);
            }
        }
        self.put(gains);
    }

    /// The effects in force, on gains, without a step.
    fn put(&self, gains: &mut Gains) {
        for channel in self.modulators.iter().flat_map(|modulator| &modulator.channels) {
            if self.rescale && channel.spec.target == TargetKind::Slope {
                // Taken up by the initial weights; only the learning rate is left to scale.
                channel.put_scalars(channel.effect * channel.effect, gains);
            } else {
                channel.put(channel.effect, &self.layers, self.recurrent, gains);
            }
        }
        for (target, a, b, strength) in &self.synergies {
            let product = self.modulators[*a].level.value() * self.modulators[*b].level.value();
            let receptor = Receptor { sensitivity: *strength, ..Receptor::gain(0.0) };
            let global = Channel::global(*target, receptor.effect(product));
            global.put(global.effect, &self.layers, self.recurrent, gains);
        }
    }

    /// Levels so far, by modulator.
    pub fn levels(&self) -> &Trace {
        &self.levels
    }

    /// Effects so far, by channel.
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Share of the steps at which a receptor's limits were reached, by channel.
    #[allow(clippy::cast_precision_loss)]
    pub fn clamped(&self) -> Vec<(String, f64)> {
        let channels = self.modulators.iter().flat_map(|modulator| &modulator.channels);
        channels
            .map(|channel| (channel.name.clone(), channel.clamped as f64 / self.steps.max(1) as f64))
            .collect()
    }

    /// Initial weights × ḡ in the layers that slope receptors reach.
    fn rescale_weights(&self, model: &dyn Model) -> Result<()> {
        let mut values = model.parameters().snapshot()?;
        for channel in self.modulators.iter().flat_map(|modulator| &modulator.channels) {
            let Some(mean) = channel.replayed.as_ref().map(|effects| super::replay::mean(effects)) else {
                continue;
            };
            if channel.spec.target != TargetKind::Slope {
                continue;
            }
            for ((parameter, buffer), shares) in
                model.parameters().iter().zip(&mut values).zip(channel.scalars.iter().flatten())
            {
                if parameter.role == Role::Weight {
                    #[allow(clippy::cast_possible_truncation)]
                    buffer
                        .iter_mut()
                        .zip(shares)
                        .for_each(|(w, share)| *w *= 1.0 + (mean - 1.0) as f32 * share);
                }
            }
        }
        model.parameters().restore(&values)
    }

    /// Everything a checkpoint needs.
    ///
    /// # Errors
    /// When a memory cannot be written as JSON.
    pub fn save(&self) -> Result<State> {
        #[allow(clippy::cast_precision_loss)]
        let mut state = State::default().number("steps", self.steps as f64);
        for modulator in &self.modulators {
            let remembered = Remembered {
                source: modulator.source.save()?,
                level: modulator.level.value(),
                before: modulator.before,
                way: modulator.way.clone(),
                channels: modulator.channels.iter().map(|c| (c.drive, c.effect, c.clamped)).collect(),
            };
            state.values.insert(modulator.name.clone(), serde_json::to_value(&remembered)?);
        }
        state.values.insert("trace".into(), serde_json::to_value((&self.trace, &self.levels))?);
        Ok(state)
    }

    /// The inverse of [`Modulation::save`].
    ///
    /// # Errors
    /// When the state is another pipeline's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let steps = state.get_number("steps")? as u64;
        self.steps = steps;
        for modulator in &mut self.modulators {
            let remembered: Remembered = serde_json::from_value(state.get_value(&modulator.name)?.clone())?;
            modulator.source.load(&remembered.source)?;
            modulator.level.clamp_to(remembered.level);
            modulator.before = remembered.before;
            modulator.way = remembered.way;
            for (channel, (drive, effect, clamped)) in modulator.channels.iter_mut().zip(remembered.channels)
            {
                (channel.drive, channel.effect, channel.clamped) = (drive, effect, clamped);
            }
        }
        (self.trace, self.levels) = serde_json::from_value(state.get_value("trace")?.clone())?;
        Ok(())
    }
}

#[allow(clippy::cast_possible_truncation)]
fn note(trace: &mut Trace, name: &str, value: f64) {
    match trace.get_mut(name) {
        Some(values) => values.push(value as f32),
        None => {
            trace.insert(name.to_owned(), vec![value as f32]);
        }
    }
}

/// One family of streams for all channels, so that a shuffle permutes them alike.
fn streams_of_replay(streams: &Streams) -> Streams {
    Streams::new(streams.seed())
}

impl Channel {
    fn global(target: TargetKind, effect: f64) -> Self {
        let spec = ReceptorSpec {
            target,
            term: None,
            scope: Scope::Global,
            layers: None,
            sensitivity: 0.0,
            threshold: 0.0,
            limits: None,
            tau: 0.0,
            share: 1.0,
            heterogeneity: 0.0,
        };
        Self {
            name: String::new(),
            receptor: Receptor::gain(0.0),
            spec,
            drive: 0.0,
            effect,
            clamped: 0,
            units: None,
            scalars: None,
            replayed: None,
        }
    }

    /// The effect at a step, from the drive or from the recorded run.
    fn settle(&mut self, step: usize) {
        if let Some(recorded) = &self.replayed {
            let value = recorded.get(step).or(recorded.last()).copied();
            self.effect = value.map_or(self.spec.target.neutral(), f64::from);
            return;
        }
        self.effect = self.receptor.effect(self.drive);
        let [low, high] = self.receptor.limits;
        if self.effect == low || self.effect == high {
            self.clamped += 1;
        }
    }

    fn put(&self, effect: f64, layers: &[usize], recurrent: usize, gains: &mut Gains) {
        let target = self.spec.target;
        match target {
            TargetKind::RecurrentWeight => {
                for layer in 0..recurrent {
                    #[allow(clippy::cast_possible_truncation)]
                    let effect = effect as f32;
                    let own = &mut gains.layer_mut(layer).recurrent;
                    *own = Some(own.unwrap_or(1.0) * effect);
                }
            }
            TargetKind::Slope | TargetKind::Bias | TargetKind::FeatureGate => {
                for (layer, units) in layers.iter().enumerate() {
                    if self.spec.layers.as_ref().is_some_and(|own| !own.contains(&layer)) {
                        continue;
                    }
                    target::apply_layer(target, layer, *units, self.gain(effect, layer), gains);
                }
            }
            TargetKind::LearningRate | TargetKind::PlasticityGate if self.scalars.is_some() => {
                self.put_scalars(effect, gains);
            }
            TargetKind::LearningRate | TargetKind::PlasticityGate if self.spec.scope == Scope::Layer => {
                for layer in self.spec.layers.iter().flatten() {
                    #[allow(clippy::cast_possible_truncation)]
                    let effect = effect as f32;
                    *gains.layer_learning_rate.entry(*layer).or_insert(1.0) *= effect;
                }
            }
            _ => target::apply_scalar(target, self.spec.term.as_deref(), effect, gains),
        }
    }

    /// The gain on a layer's units.
    #[allow(clippy::cast_possible_truncation)]
    fn gain(&self, effect: f64, layer: usize) -> Gain {
        let neutral = self.spec.target.neutral();
        match &self.units {
            None => Gain::Layer(effect as f32),
            Some(shares) => {
                let (neutral, distance) = (neutral as f32, (effect - neutral) as f32);
                let [low, high] = self.receptor.limits.map(|limit| limit as f32);
                Gain::Units(shares[layer].iter().map(|s| (neutral + distance * s).clamp(low, high)).collect())
            }
        }
    }

    /// A learning-rate factor per scalar.
    #[allow(clippy::cast_possible_truncation)]
    fn put_scalars(&self, effect: f64, gains: &mut Gains) {
        let Some(shares) = &self.scalars else { return };
        let distance = (effect - 1.0) as f32;
        let [low, high] = if self.spec.target == TargetKind::Slope {
            [0.0, f32::INFINITY]
        } else {
            self.receptor.limits.map(|limit| limit as f32)
        };
        let own = gains
            .parameter_learning_rate
            .get_or_insert_with(|| Arc::new(shares.iter().map(|shares| vec![1.0; shares.len()]).collect()));
        for (factors, shares) in Arc::make_mut(own).iter_mut().zip(shares) {
            for (factor, share) in factors.iter_mut().zip(shares) {
                *factor *= (1.0 + distance * share).clamp(low, high);
            }
        }
    }
}

/// Shares of the effect per unit of every layer; `None` where all get the same.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
fn shares(
    receptor: &ReceptorSpec,
    modulator: &ModulatorSpec,
    layers: &[usize],
    streams: &Streams,
) -> Option<Vec<Arc<[f32]>>> {
    if !matches!(receptor.scope, Scope::Population | Scope::Unit) {
        return None;
    }
    let mut random = streams.get("receptors");
    let of_layer = |(layer, units): (usize, &usize)| -> Arc<[f32]> {
        if receptor.layers.as_ref().is_some_and(|own| !own.contains(&layer)) {
            return vec![0.0; *units].into();
        }
        if receptor.scope == Scope::Population {
            let count = (receptor.share * *units as f64).round() as usize;
            let mut shares: Vec<f32> = (0..*units).map(|unit| f32::from(u8::from(unit < count))).collect();
            shares.shuffle(&mut random);
            return shares.into();
        }
        let spatial = modulator.transmission.profile(*units);
        spatial.iter().map(|share| (share * one_of(receptor, &mut random)) as f32).collect()
    };
    Some(layers.iter().enumerate().map(of_layer).collect())
}

/// 1 + h ε.
fn one_of(receptor: &ReceptorSpec, random: &mut crate::rng::StreamRng) -> f64 {
    if receptor.heterogeneity == 0.0 {
        return 1.0;
    }
    let epsilon: f64 = StandardNormal.sample(random);
    1.0 + receptor.heterogeneity * epsilon
}

/// Shares per trainable scalar, for learning rates of scope population, unit or synapse and for rescaled slopes.
#[allow(clippy::cast_possible_truncation)]
fn scalar_shares(
    receptor: &ReceptorSpec,
    units: Option<&[Arc<[f32]>]>,
    parameters: &Parameters,
    rescale: bool,
    streams: &Streams,
) -> Option<Vec<Vec<f32>>> {
    let slope = rescale && receptor.target == TargetKind::Slope;
    let rates = matches!(receptor.target, TargetKind::LearningRate | TargetKind::PlasticityGate);
    let reached = |layer: usize| receptor.layers.as_ref().is_none_or(|own| own.contains(&layer));
    let mut random = streams.get("synapses");
    match (units, receptor.scope) {
        (Some(units), _) if rates || slope => {
            let spread = |parameter: &crate::nn::Parameter| {
                let rows = &units[parameter.layer];
                let per_row = parameter.var.elem_count() / rows.len().max(1);
                let weights = !slope || parameter.role == Role::Weight;
                let share = |row: &f32| std::iter::repeat_n(if weights { *row } else { 0.0 }, per_row);
                rows.iter().flat_map(share).collect()
            };
            Some(parameters.iter().map(spread).collect())
        }
        (None, Scope::Synapse) if rates => {
            let mut own = |parameter: &crate::nn::Parameter| {
                let count = parameter.var.elem_count();
                let share =
                    |_| if reached(parameter.layer) { one_of(receptor, &mut random) as f32 } else { 0.0 };
                (0..count).map(share).collect()
            };
            Some(parameters.iter().map(&mut own).collect())
        }
        (None, _) if slope => {
            let all = |parameter: &crate::nn::Parameter| {
                let yes = reached(parameter.layer) && parameter.role == Role::Weight;
                vec![f32::from(u8::from(yes)); parameter.var.elem_count()]
            };
            Some(parameters.iter().map(all).collect())
        }
        _ => None,
    }
}

#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
