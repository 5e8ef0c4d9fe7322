//! The running pipeline: source → release with interactions → level → transmission → receptor → gain.

use super::channel::{Channel, Site};
use super::interaction;
use super::interaction::{Interaction, InteractionKind};
use super::replay::ReplayKind;
use super::source::{BoundaryTold, Need, Observation, Signal, StateTold};
use super::spec::{ModulationSpec, ModulatorSpec, ReceptorSpec};
use super::transmission::Way;
use crate::error::Result;
use crate::gains::Gains;
use crate::nn::Model;
use base::rng::Streams;
use contract::Trace;
use dynamics::Level;

/// All neuromodulators of a learner.
pub struct Modulation {
    /// In the order in which they act.
    pub(super) modulators: Vec<Modulator>,
    /// With the places of both ends in `modulators`.
    pub(super) interactions: Vec<(Interaction, usize, usize)>,
    pub(super) synergies: Vec<Synergy>,
    pub(super) layers: Vec<usize>,
    pub(super) recurrent: usize,
    pub(super) as_input: bool,
    pub(super) needs: Vec<Need>,
    /// Inputs were shown since the last step, so that sources that look ahead have spoken already.
    pub(super) sensed: bool,
    pub(super) steps: u64,
}

pub(super) struct Modulator {
    pub(super) name: String,
    pub(super) source: Box<dyn Signal>,
    /// The source looks at inputs before they are answered, where they are shown.
    pub(super) ahead: bool,
    pub(super) level: Level,
    pub(super) before: f64,
    pub(super) spec: ModulatorSpec,
    pub(super) way: Way,
    pub(super) channels: Vec<Channel>,
    /// The level at every step so far.
    pub(super) history: Vec<f32>,
}

/// One more factor 1 + κ m_i m_j where two modulators converge: a channel whose level is the product of theirs.
pub(super) struct Synergy {
    /// Places in `modulators`.
    pub(super) pair: [usize; 2],
    pub(super) channel: Channel,
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
        let site = Site {
            layers: &layers,
            parameters: model.parameters(),
            clamp: spec.clamp,
            replayed: spec.replayed.as_ref(),
            trace,
        };
        let mut modulators = Vec::with_capacity(order.len());
        for index in &order {
            let (name, own) = (&names[*index], &spec.modulators[&names[*index]]);
            let streams = streams.within("modulation").within(name);
            let level = own.level.build()?;
            let channel = |receptor: &ReceptorSpec| {
                let named = receptor.channel(name);
                let streams = streams.within(&named);
                Channel::new(named, receptor, own, level.value(), &site, &streams)
            };
            modulators.push(Modulator {
                name: name.clone(),
                source: own.source.start(&streams)?,
                ahead: own.source.needs().contains(&Need::Ahead),
                before: level.value(),
                way: Way::new(&own.transmission, level.value(), &streams),
                channels: own.receptors.iter().map(channel).collect::<Result<_>>()?,
                level,
                spec: own.clone(),
                history: Vec::new(),
            });
        }
        let (convergent, edges): (Vec<_>, Vec<_>) =
            spec.interactions.iter().partition(|edge| edge.kind == InteractionKind::Convergent);
        let synergy = |edge: &&Interaction| {
            let target = edge.target?;
            let pair = [place(&edge.from), place(&edge.to)];
            let product = pair.map(|at: usize| modulators[at].level.value()).iter().product();
            let (name, receptor) = (edge.channel(), ReceptorSpec::global(target, edge.strength));
            let streams = streams.within("modulation").within(&name);
            let channel =
                Channel::new(name, &receptor, &spec.modulators[&edge.from], product, &site, &streams);
            Some(channel.map(|channel| Synergy { pair, channel }))
        };
        let synergies = convergent.iter().filter_map(synergy).collect::<Result<_>>()?;
        let modulation = Self {
            interactions: edges
                .iter()
                .map(|edge| ((*edge).clone(), place(&edge.from), place(&edge.to)))
                .collect(),
            synergies,
            modulators,
            recurrent: model.recurrent_layers(),
            as_input: spec.as_input,
            needs: [Need::Input, Need::Gradient].into_iter().filter(|need| spec.needs(*need)).collect(),
            layers,
            sensed: false,
            steps: 0,
        };
        if spec.replayed.as_ref().is_some_and(|replayed| replayed.kind == ReplayKind::MeanGainRescaled) {
            let mut values = model.parameters().snapshot()?;
            modulation.channels().for_each(|c| c.rescale_weights(model.parameters(), &mut values));
            model.parameters().restore(&values)?;
        }
        Ok(modulation)
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &Channel> {
        let own = self.modulators.iter().flat_map(|modulator| &modulator.channels);
        own.chain(self.synergies.iter().map(|synergy| &synergy.channel))
    }

    pub(super) fn channels_mut(&mut self) -> impl Iterator<Item = &mut Channel> {
        let own = self.modulators.iter_mut().flat_map(|modulator| &mut modulator.channels);
        own.chain(self.synergies.iter_mut().map(|synergy| &mut synergy.channel))
    }

    /// A task boundary was passed.
    pub fn boundary(&mut self, told: &BoundaryTold) {
        self.modulators.iter_mut().for_each(|modulator| modulator.source.boundary(told));
    }

    /// The next update meets this hidden state.
    pub fn state(&mut self, told: &StateTold) {
        self.modulators.iter_mut().for_each(|modulator| modulator.source.state(told));
        self.channels_mut().for_each(|channel| channel.told(told));
    }

    /// Takes in what the learner saw: levels and effects of the next step.
    pub fn observe(&mut self, seen: &Observation) {
        self.advance(seen, |modulator, sensed| !(modulator.ahead && sensed));
        self.channels_mut().for_each(|channel| channel.see(seen));
        self.sensed = false;
        // The next step's `previous level` is this one's.
        self.modulators.iter_mut().for_each(|modulator| modulator.before = modulator.level.value());
    }

    /// Shows the inputs that are answered and learned from next to the sources that look ahead.
    pub fn sense(&mut self, seen: &Observation) {
        self.advance(seen, |modulator, _| modulator.ahead);
        self.sensed = true;
    }

    /// Levels of the modulators that `of` picks (told whether inputs were shown), and what arrives at receptors.
    fn advance(&mut self, seen: &Observation, of: impl Fn(&Modulator, bool) -> bool) {
        for index in 0..self.modulators.len() {
            if !of(&self.modulators[index], self.sensed) {
                continue;
            }
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
            modulator.channels.iter_mut().for_each(|channel| channel.arrive(arrived));
        }
        for Synergy { pair, channel } in &mut self.synergies {
            channel.arrive(pair.map(|at| self.modulators[at].level.value()).iter().product());
        }
    }

    /// Puts the effects of the step that comes on the gains of an answer before it; nothing is noted.
    pub fn look(&mut self, gains: &mut Gains) {
        let step = usize::try_from(self.steps).unwrap_or(usize::MAX);
        self.channels_mut().for_each(|channel| channel.look(step));
        self.put(gains);
    }

    /// Puts the effects of the last step on gains again.
    pub fn put(&self, gains: &mut Gains) {
        if self.as_input {
            gains.context = self.modulators.iter().map(|m| m.level.value() as f32).collect();
            return;
        }
        self.channels().for_each(|channel| channel.put(&self.layers, self.recurrent, gains));
    }

    /// Puts the effects in force on the gains of the step that comes now, and notes them.
    pub fn apply(&mut self, gains: &mut Gains) {
        let step = usize::try_from(self.steps).unwrap_or(usize::MAX);
        self.steps += 1;
        for modulator in &mut self.modulators {
            modulator.history.push(modulator.level.value() as f32);
        }
        if !self.as_input {
            self.channels_mut().for_each(|channel| channel.settle(step));
        }
        self.put(gains);
    }

    /// Levels so far, by modulator.
    pub fn levels(&self) -> Trace {
        self.modulators.iter().map(|modulator| (modulator.name.clone(), modulator.history.clone())).collect()
    }

    /// Effects so far, by channel; none where levels are plain inputs.
    pub fn trace(&self) -> Trace {
        let acting = self.channels().filter(|_| !self.as_input);
        acting.map(|channel| (channel.name.clone(), channel.history.clone())).collect()
    }

    /// Share of the steps at which a receptor's limits were reached, by channel.
    pub fn clamped(&self) -> Vec<(String, f64)> {
        let share = |channel: &Channel| channel.clamped as f64 / self.steps.max(1) as f64;
        self.channels().map(|channel| (channel.name.clone(), share(channel))).collect()
    }

    /// Share of the steps at which some receptor of a modulator left neutral, by modulator; where levels are plain inputs,
    /// at which its level was not 0. A synergy counts for both of its modulators.
    pub fn acted(&self) -> Vec<(String, f64)> {
        let share = |(index, modulator): (usize, &Modulator)| {
            let synergies = self.synergies.iter().filter(|synergy| synergy.pair.contains(&index));
            let channels: Vec<&Channel> =
                modulator.channels.iter().chain(synergies.map(|synergy| &synergy.channel)).collect();
            let steps = 0..modulator.history.len();
            let acting = |step: &usize| {
                if self.as_input {
                    modulator.history[*step] != 0.0
                } else {
                    channels.iter().any(|channel| channel.acted(*step))
                }
            };
            (modulator.name.clone(), steps.filter(acting).count() as f64 / self.steps.max(1) as f64)
        };
        self.modulators.iter().enumerate().map(share).collect()
    }
}

#[cfg(test)]
#[path = "pipeline_refusal_tests.rs"]
mod refusal_tests;
#[cfg(test)]
#[path = "pipeline_tests.rs"]
mod tests;
