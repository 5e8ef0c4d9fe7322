//! One receptor of a modulator at work: what reaches it, the effect in force, and how that becomes gains.

use std::sync::Arc;

use super::local::Local;
use super::replay::{ReplayKind, Replayed};
use super::source::{Observation, StateTold};
use super::spec::{ModulatorSpec, ReceptorSpec};
use super::target::{Scope, TargetKind};
use super::{replay, shares, target};
use crate::error::Result;
use crate::gains::{Gain, Gains};
use crate::nn::{Parameters, Role};
use base::error::DefinitionError;
use base::rng::Streams;
use contract::Trace;
use dynamics::Receptor;

/// A receptor with its state.
pub(super) struct Channel {
    pub name: String,
    spec: ReceptorSpec,
    receptor: Receptor,
    /// What the receptor feels, after its kinetics.
    pub drive: f64,
    /// In force now.
    pub effect: f64,
    /// Steps at which a limit was reached.
    pub clamped: u64,
    /// The effect of every step so far.
    pub history: Vec<f32>,
    /// Shares per unit of each layer (scopes population, unit).
    units: Option<Vec<Arc<[f32]>>>,
    /// Shares per scalar: scope synapse, learning rates by unit, rescaled slopes.
    scalars: Option<Vec<Vec<f32>>>,
    /// What units do themselves, by which the effect is dealt out; a control that replays a run has none.
    pub local: Option<Local>,
    /// Effects of a recorded run.
    replayed: Option<Vec<f32>>,
    /// E[g] and E[g²] of a recorded slope gain that goes into initial weights and learning rate instead.
    rescaled: Option<[f64; 2]>,
}

/// What a channel is built for.
pub(super) struct Site<'a> {
    /// Units per layer.
    pub layers: &'a [usize],
    pub parameters: &'a Parameters,
    /// The preset's limits of gains.
    pub clamp: [f64; 2],
    /// For controls: how the recorded run is replayed, and that run.
    pub replayed: Option<&'a Replayed>,
    pub trace: Option<&'a Trace>,
}

impl Channel {
    /// A channel at `level`. `modulator`: whose spatial profile it has.
    ///
    /// # Errors
    /// A control without the trace that it replays.
    pub fn new(
        name: String,
        spec: &ReceptorSpec,
        modulator: &ModulatorSpec,
        level: f64,
        site: &Site<'_>,
        streams: &Streams,
    ) -> Result<Self> {
        let receptor = spec.build(site.clamp);
        let (replayed, rescaled) = match (site.replayed, site.trace) {
            (None, _) => (None, None),
            (Some(how), Some(trace)) => {
                // One family of streams for all channels, so that a shuffle permutes them alike.
                let streams = Streams::new(streams.seed());
                let effects = how.effects(trace, &name, receptor.limits, &streams)?;
                let slope = how.kind == ReplayKind::MeanGainRescaled && spec.target == TargetKind::Slope;
                let moments = slope.then(|| trace.get(&name).map(|recorded| replay::raw_moments(recorded)));
                (Some(effects), moments.flatten())
            }
            (Some(_), None) => {
                let problem = "a control that replays a run needs that run's trace; none was given".into();
                return Err(DefinitionError { problem, ..DefinitionError::default() }.into());
            }
        };
        let units = shares::of_units(spec, modulator, site.layers, streams);
        let scalars =
            shares::of_scalars(spec, units.as_deref(), site.parameters, rescaled.is_some(), streams);
        let local = spec.local.as_ref().filter(|_| replayed.is_none());
        let layers = spec.layers.as_deref().unwrap_or_default();
        let local = local.map(|own| Local::new(own, layers, site.layers, site.parameters, streams));
        Ok(Self {
            name,
            spec: spec.clone(),
            effect: receptor.effect(level),
            receptor,
            drive: level,
            clamped: 0,
            history: Vec::new(),
            units,
            scalars,
            local,
            replayed,
            rescaled,
        })
    }

    /// Shows what was done in a step.
    pub fn see(&mut self, seen: &Observation) {
        if let Some(local) = &mut self.local {
            local.see(seen);
        }
    }

    /// The next update meets this hidden state.
    pub fn told(&mut self, told: &StateTold) {
        if let Some(local) = &mut self.local {
            local.told(told);
        }
    }

    /// What arrives at the receptor passes its kinetics.
    pub fn arrive(&mut self, level: f64) {
        let tau = self.spec.tau;
        self.drive = if tau > 0.0 { self.drive + (level - self.drive) / tau.max(1.0) } else { level };
    }

    /// The effect at a step, from the drive or from the recorded run.
    pub fn look(&mut self, step: usize) {
        self.effect = match &self.replayed {
            Some(recorded) => {
                let value = recorded.get(step).or(recorded.last()).copied();
                value.map_or(self.spec.target.entry().neutral, f64::from)
            }
            None => self.receptor.effect(self.drive),
        };
    }

    /// The same, noted: where units have gains of their own the mean of these, which is what a replay has for all alike.
    pub fn settle(&mut self, step: usize) {
        self.look(step);
        let [low, high] = self.receptor.limits;
        if self.replayed.is_none() && (self.effect == low || self.effect == high) {
            self.clamped += 1;
        }
        let own = self.own_gains().into_iter().flat_map(|(_, gains)| gains);
        let (sum, count) = own.fold((0.0, 0u32), |(sum, count), gain| (sum + f64::from(gain), count + 1));
        let noted = if count == 0 { self.effect } else { sum / f64::from(count) };
        self.history.push(noted as f32);
    }

    /// Whether the effect of a step so far left neutral.
    pub fn acted(&self, step: usize) -> bool {
        let neutral = self.spec.target.entry().neutral as f32;
        self.history.get(step).is_some_and(|effect| *effect != neutral)
    }

    /// Puts the effect in force on the gains of a network with these layers, the first `recurrent` of them recurrent.
    pub fn put(&self, layers: &[usize], recurrent: usize, gains: &mut Gains) {
        let (target, effect) = (self.spec.target, self.effect);
        match target {
            // Taken up by the initial weights; only the learning rate is left to scale: E[(1 + (g − 1) s)²].
            TargetKind::Slope if self.rescaled.is_some() => {
                if let Some([mean, square]) = self.rescaled {
                    let spread = square - 2.0 * mean + 1.0;
                    self.put_rates(|share| 1.0 + 2.0 * (mean - 1.0) * share + spread * share * share, gains);
                }
            }
            TargetKind::RecurrentWeight => {
                for layer in 0..recurrent {
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
            TargetKind::LearningRate if self.local.is_some() => self.put_own(gains),
            TargetKind::LearningRate | TargetKind::PlasticityGate if self.scalars.is_some() => {
                let [low, high] = self.receptor.limits;
                self.put_rates(|share| (1.0 + (effect - 1.0) * share).clamp(low, high), gains);
            }
            TargetKind::LearningRate | TargetKind::PlasticityGate if self.spec.scope == Scope::Layer => {
                for layer in self.spec.layers.iter().flatten() {
                    let effect = effect as f32;
                    *gains.layer_learning_rate.entry(*layer).or_insert(1.0) *= effect;
                }
            }
            _ => target::apply_scalar(target, self.spec.term.as_deref(), effect, gains),
        }
    }

    /// The gain on a layer's units.
    fn gain(&self, effect: f64, layer: usize) -> Gain {
        let neutral = self.spec.target.entry().neutral;
        match &self.units {
            None => Gain::Layer(effect as f32),
            Some(shares) => {
                let (neutral, distance) = (neutral as f32, (effect - neutral) as f32);
                let [low, high] = self.receptor.limits.map(|limit| limit as f32);
                Gain::Units(shares[layer].iter().map(|s| (neutral + distance * s).clamp(low, high)).collect())
            }
        }
    }

    /// Gains of units by what they do themselves; nothing where there are none.
    fn own_gains(&self) -> Vec<(usize, Vec<f32>)> {
        let (Some(local), Some(parts)) = (&self.local, &self.units) else { return Vec::new() };
        local.gains(self.effect, self.receptor.limits, parts)
    }

    fn put_own(&self, gains: &mut Gains) {
        let Some(local) = &self.local else { return };
        let rates = gains.parameter_learning_rate.get_or_insert_with(|| Arc::new(local.ones()));
        local.put(&self.own_gains(), Arc::make_mut(rates).as_mut_slice());
    }

    /// A learning-rate factor per scalar, from its share.
    fn put_rates(&self, of_share: impl Fn(f64) -> f64, gains: &mut Gains) {
        let Some(shares) = &self.scalars else { return };
        let own = gains
            .parameter_learning_rate
            .get_or_insert_with(|| Arc::new(shares.iter().map(|shares| vec![1.0; shares.len()]).collect()));
        for (factors, shares) in Arc::make_mut(own).iter_mut().zip(shares) {
            for (factor, share) in factors.iter_mut().zip(shares) {
                *factor *= of_share(f64::from(*share)) as f32;
            }
        }
    }

    /// Initial weights × E[1 + (g − 1) s], where a constant slope gain g is replaced by its equivalent.
    pub fn rescale_weights(&self, parameters: &Parameters, values: &mut [Vec<f32>]) {
        let (Some([mean, _]), Some(shares)) = (self.rescaled, &self.scalars) else { return };
        for ((parameter, buffer), shares) in parameters.iter().zip(values).zip(shares) {
            if parameter.role == Role::Weight {
                let scaled = |share: &f32| 1.0 + (mean - 1.0) as f32 * share;
                buffer.iter_mut().zip(shares).for_each(|(weight, share)| *weight *= scaled(share));
            }
        }
    }
}
