//! How an effect is dealt out over hidden units by what each does itself, its activity or its gradient, against its own past or
//! against the other units of its layer; and, an oracle, by the hidden state of the stream, each of which has units of its own.
//! The level of the neuromodulator stays one number. A unit's gain is the effect × (1 + depth · s), s its stand.

use std::sync::Arc;

use rand::seq::{SliceRandom, index};
use serde::{Deserialize, Serialize};

use super::source::{Observation, RunningMean, StateTold};
use crate::nn::Parameters;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;
use contract::settings;

/// What a unit's stand s follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum LocalSpec {
    /// (x − u)/(x + u) in \[−1, 1\], x the running mean of the unit's mean |activation| over the batch.
    Activity(Relative),
    /// The same, x the running mean of the mean square of the gradient of its bias and the weights onto it.
    Gradient(Relative),
    /// 1 for the units that belong to the stream's hidden state, 0 for the others: an oracle.
    State(Owned),
}

settings! {
    /// A unit against what is usual, u.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Relative {
        /// how much the stand counts; below 0 the other way round
        pub depth: f64 = 1.0 => [finite];
        /// share by which x moves per step
        pub rate: f64 = 0.3 => [above 0 to 1];
        /// share by which the unit's own u moves
        #[serde(skip_serializing_if = "Option::is_none")]
        pub slow: Option<f64> = None => [or "u is the mean of x over its layer's units"; above 0 to 1];
        /// each unit has the stand of another one, always the same: the control `other-units` sets it
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub others: bool = false => [false | true];
    }
}

settings! {
    /// Units that belong to a hidden state.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Owned {
        /// how much the stand counts
        pub depth: f64 = 1.0 => [finite];
        /// share of a layer's units, at least one of them, drawn for each state; states may share units
        pub share: f64 = 0.5 => [above 0 to 1];
    }
}

impl LocalSpec {
    /// As written in definitions.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Activity(_) => "activity",
            Self::Gradient(_) => "gradient",
            Self::State(_) => "state",
        }
    }

    /// How much a unit's stand counts.
    pub fn depth(&self) -> f64 {
        match self {
            Self::Activity(own) | Self::Gradient(own) => own.depth,
            Self::State(own) => own.depth,
        }
    }

    /// Gives each unit the stand of another one, where units stand by what they do.
    pub(super) fn pass_on(&mut self) {
        if let Self::Activity(own) | Self::Gradient(own) = self {
            own.others = true;
        }
    }

    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        let checked = match self {
            Self::Activity(own) | Self::Gradient(own) => own.check_ranges(),
            Self::State(own) => own.check_ranges(),
        };
        checked.map_err(|error| error.below("local"))
    }
}

/// What is remembered between steps; per hidden layer and unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Remembered {
    now: Vec<Vec<RunningMean>>,
    usual: Vec<Vec<RunningMean>>,
    /// s; per layer, also those not reached.
    stands: Vec<Vec<f32>>,
}

/// What units do, and where they stand by it.
pub(super) struct Local {
    pub spec: LocalSpec,
    /// Layers that are reached.
    layers: Vec<usize>,
    /// Units per layer.
    units: Vec<usize>,
    /// Layer and scalars of each parameter, in the store's order.
    parameters: Vec<(usize, usize)>,
    /// Where states draw their units.
    streams: Streams,
    pub memory: Remembered,
}

impl Local {
    /// All stands 0: until something was seen, all units have the effect alike. Units of state s in layer l come from the stream
    /// `units/state{s}/layer{l}` within `streams`.
    pub fn new(
        spec: &LocalSpec,
        layers: &[usize],
        units: &[usize],
        parameters: &Parameters,
        streams: &Streams,
    ) -> Self {
        Self {
            spec: spec.clone(),
            layers: layers.to_vec(),
            units: units.to_vec(),
            parameters: parameters.iter().map(|one| (one.layer, one.var.elem_count())).collect(),
            streams: streams.clone(),
            memory: Remembered {
                now: vec![Vec::new(); units.len()],
                usual: vec![Vec::new(); units.len()],
                stands: units.iter().map(|units| vec![0.0; *units]).collect(),
            },
        }
    }

    /// Takes in what the units did in a step.
    pub fn see(&mut self, seen: &Observation) {
        let relative = match &self.spec {
            LocalSpec::Activity(own) | LocalSpec::Gradient(own) => own.clone(),
            LocalSpec::State(_) => return,
        };
        for layer in self.layers.clone() {
            let done = match self.spec {
                LocalSpec::Activity(_) => seen.units.get(layer).cloned().unwrap_or_default(),
                _ => self.squares(layer, seen),
            };
            let (now, usual) = (&mut self.memory.now[layer], &mut self.memory.usual[layer]);
            now.resize(done.len(), RunningMean::default());
            usual.resize(done.len(), RunningMean::default());
            let x: Vec<f64> =
                now.iter_mut().zip(&done).map(|(mean, x)| mean.see(*x, relative.rate)).collect();
            let mean = x.iter().sum::<f64>() / x.len().max(1) as f64;
            let stands = x.iter().zip(usual).map(|(x, own)| {
                let usual = relative.slow.map_or(mean, |slow| own.see(*x, slow));
                if x + usual > 0.0 { ((x - usual) / (x + usual)) as f32 } else { 0.0 }
            });
            let mut stands: Vec<f32> = stands.collect();
            if relative.others {
                self.pass_on(layer, &mut stands);
            }
            self.memory.stands[layer] = stands;
        }
    }

    /// Each unit's stand goes to the next one in an order of the layer's units that is drawn from the stream `others/layer{l}`.
    fn pass_on(&self, layer: usize, stands: &mut [f32]) {
        let mut order: Vec<usize> = (0..stands.len()).collect();
        order.shuffle(&mut self.streams.get(&format!("others/layer{layer}")));
        let own = stands.to_vec();
        for (unit, next) in order.iter().zip(order.iter().cycle().skip(1)) {
            stands[*next] = own[*unit];
        }
    }

    /// Mean square of the gradient that arrives at each unit of a layer.
    fn squares(&self, layer: usize, seen: &Observation) -> Vec<f64> {
        let units = self.units[layer];
        let (mut sums, mut count) = (vec![0.0; units], 0);
        for ((own, _), buffer) in self.parameters.iter().zip(&seen.gradient.buffers) {
            let per_unit = buffer.len() / units.max(1);
            if *own != layer || per_unit == 0 {
                continue;
            }
            count += per_unit;
            for (sum, row) in sums.iter_mut().zip(buffer.chunks_exact(per_unit)) {
                *sum += row.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>();
            }
        }
        sums.iter_mut().for_each(|sum| *sum /= f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX)));
        sums
    }

    /// The next update meets this hidden state.
    pub fn told(&mut self, told: &StateTold) {
        let LocalSpec::State(Owned { share, .. }) = self.spec else { return };
        for layer in &self.layers {
            let units = self.units[*layer];
            let count = ((share * units as f64).round() as usize).clamp(1.min(units), units);
            let mut random = self.streams.get(&format!("units/state{}/layer{layer}", told.state()));
            let own = &mut self.memory.stands[*layer];
            own.fill(0.0);
            index::sample(&mut random, units, count).iter().for_each(|unit| own[unit] = 1.0);
        }
    }

    /// The gain of every unit that is reached under an effect, by layer, within limits; `parts` are the units' parts of any
    /// effect.
    pub fn gains(&self, effect: f64, [low, high]: [f64; 2], parts: &[Arc<[f32]>]) -> Vec<(usize, Vec<f32>)> {
        let depth = self.spec.depth();
        let gain = |(stand, part): (&f32, &f32)| {
            let own = effect * (1.0 + depth * f64::from(*stand));
            (1.0 + (own - 1.0) * f64::from(*part)).clamp(low, high) as f32
        };
        let of = |layer: &usize| {
            let both = self.memory.stands[*layer].iter().zip(parts[*layer].iter());
            (*layer, both.map(gain).collect())
        };
        self.layers.iter().map(of).collect()
    }

    /// Multiplies the rates of all scalars that lead to the units of a layer by the units' gains.
    pub fn put(&self, gains: &[(usize, Vec<f32>)], rates: &mut [Vec<f32>]) {
        for ((layer, _), rates) in self.parameters.iter().zip(rates) {
            let own = gains.iter().find(|(own, gains)| own == layer && !gains.is_empty());
            let Some((_, gains)) = own else { continue };
            let per_unit = (rates.len() / gains.len()).max(1);
            for (rates, gain) in rates.chunks_mut(per_unit).zip(gains) {
                rates.iter_mut().for_each(|rate| *rate *= gain);
            }
        }
    }

    /// Ones, for each trainable scalar.
    pub fn ones(&self) -> Vec<Vec<f32>> {
        self.parameters.iter().map(|(_, count)| vec![1.0; *count]).collect()
    }
}

#[cfg(test)]
#[path = "local_tests.rs"]
mod tests;
