//! Who is modulated and how: a behaviour's context turned into gains and currents.
//!
//! The weight gain f acts while the network runs; stored weights never change. For a targeted sub-population it
//! scales, by default, the *incoming* weights (a receptor on the dendrite); `outgoing` and `both-ends` are the other
//! readings of the article and coincide with it when every unit is targeted.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::StandardNormal;

use super::behaviour::Behaviour;
use super::network::{Network, Shape};
use super::settings::{Cells, Kind, Modulation, Scope, Select};
use base::rng::Streams;

/// The modulation during one trial.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// width; gain on the summed recurrent input of each unit.
    pub post_gain: Vec<f32>,
    /// width; gain on what each unit sends.
    pub pre_gain: Option<Vec<f32>>,
    /// N × width, presynaptic-major; gain on each synapse.
    pub synapse_gain: Option<Vec<f32>>,
    /// width; constant extra input.
    pub current: Vec<f32>,
}

impl Context {
    /// No modulation.
    pub fn neutral(shape: Shape) -> Self {
        Self {
            post_gain: vec![1.0; shape.width],
            pre_gain: None,
            synapse_gain: None,
            current: vec![0.0; shape.width],
        }
    }

    /// The mean of several: every gain and every current.
    pub fn mean(of: &[Self], shape: Shape) -> Self {
        let average = |vectors: Vec<&[f32]>| -> Vec<f32> {
            let length = vectors.iter().map(|v| v.len()).max().unwrap_or(0);
            let at = |i: usize| vectors.iter().map(|v| f64::from(v[i])).sum::<f64>() / vectors.len() as f64;
            (0..length).map(|i| at(i) as f32).collect()
        };
        // A kind of gain that one context has they all have: it depends on the method alone.
        let optional = |vectors: Option<Vec<&[f32]>>| vectors.map(average);
        if of.is_empty() {
            return Self::neutral(shape);
        }
        Self {
            post_gain: average(of.iter().map(|c| c.post_gain.as_slice()).collect()),
            pre_gain: optional(of.iter().map(|c| c.pre_gain.as_deref()).collect()),
            synapse_gain: optional(of.iter().map(|c| c.synapse_gain.as_deref()).collect()),
            current: average(of.iter().map(|c| c.current.as_slice()).collect()),
        }
    }
}

/// Sub-populations of one network and the means to modulate them.
#[derive(Debug, Clone)]
pub struct Targets {
    modulation: Modulation,
    /// One population, or one per behaviour; disjoint in the latter case.
    populations: Vec<Vec<usize>>,
    /// Input current that matches the effect of the gain, per unit of f − 1.
    current_scale: f32,
    /// N × width; ±1, for random gains.
    random_signs: Vec<f32>,
    /// One weight vector per behaviour, for context inputs.
    context_weights: Vec<Vec<f32>>,
}

impl Targets {
    /// Draws populations, random signs and context weights from the run's streams.
    ///
    /// `current_scale` is the input current per unit of f − 1 (only read by additive currents).
    pub fn new(
        network: &Network,
        modulation: &Modulation,
        behaviours: usize,
        current_scale: f32,
        streams: &Streams,
    ) -> Self {
        let Shape { units, width } = network.shape;
        let mut members: Vec<usize> = (0..units)
            .filter(|unit| match modulation.cells {
                Cells::All => true,
                Cells::Excitatory => network.excitatory[*unit],
                Cells::Inhibitory => !network.excitatory[*unit],
            })
            .collect();
        members.shuffle(&mut streams.get("population"));
        let size = ((modulation.fraction * members.len() as f64).round() as usize).max(1);
        let populations = match modulation.select {
            Select::Level => vec![members[..size.min(members.len())].to_vec()],
            Select::Population => members.chunks(size).take(behaviours).map(<[usize]>::to_vec).collect(),
        };
        let random_signs = if modulation.kind == Kind::RandomGain {
            let mut rng = streams.get("random-gains");
            (0..units * width).map(|_| if rng.random::<bool>() { 1.0 } else { -1.0 }).collect()
        } else {
            Vec::new()
        };
        let context_weights = if modulation.kind == Kind::ContextInput {
            let mut rng = streams.get("context-input");
            let mut column = || {
                let mut weights = vec![0.0; width];
                weights[..units].fill_with(|| rng.sample(StandardNormal));
                weights
            };
            (0..behaviours).map(|_| column()).collect()
        } else {
            Vec::new()
        };
        Self { modulation: modulation.clone(), populations, current_scale, random_signs, context_weights }
    }

    /// Sets the input current per unit of f − 1.
    pub fn set_current_scale(&mut self, scale: f32) {
        self.current_scale = scale;
    }

    /// Units of the population that behaviour `index` modulates.
    pub fn population(&self, index: usize) -> &[usize] {
        let index = if self.modulation.select == Select::Level { 0 } else { index };
        self.populations.get(index).map_or(&[], Vec::as_slice)
    }

    /// The context of a behaviour.
    pub fn context(
        &self,
        shape: Shape,
        index: usize,
        behaviour: &Behaviour,
        population_level: f64,
    ) -> Context {
        let level = match self.modulation.select {
            Select::Level => behaviour.level,
            Select::Population => population_level,
        };
        self.at_level(shape, index, level)
    }

    /// The context in which the population of behaviour `index` stands at `level` (f, 1 = none).
    pub fn at_level(&self, shape: Shape, index: usize, level: f64) -> Context {
        let mut context = Context::neutral(shape);
        let population = self.population(index);
        let f = level as f32;
        match self.modulation.kind {
            Kind::None => {}
            Kind::WeightGain => self.scale_weights(shape, population, f, &mut context),
            Kind::RandomGain => {
                // Same distance from 1 at every targeted synapse, so the same norm, in a random direction.
                let mut gain = vec![1.0; shape.units * shape.width];
                for j in 0..shape.units {
                    for i in population {
                        let at = j * shape.width + i;
                        gain[at] = (f - 1.0).mul_add(self.random_signs[at], 1.0);
                    }
                }
                context.synapse_gain = Some(gain);
            }
            Kind::AdditiveCurrent => return self.electrical(shape, index, (f - 1.0) * self.current_scale),
            Kind::ContextInput => context.current.clone_from(&self.context_weights[index]),
        }
        context
    }

    /// The same units driven by a constant current instead (electrical modulation).
    pub fn electrical(&self, shape: Shape, index: usize, current: f32) -> Context {
        let mut context = Context::neutral(shape);
        for unit in self.population(index) {
            context.current[*unit] = current;
        }
        context
    }

    fn scale_weights(&self, shape: Shape, population: &[usize], f: f32, context: &mut Context) {
        match self.modulation.scope {
            Scope::Incoming => population.iter().for_each(|unit| context.post_gain[*unit] = f),
            Scope::Outgoing => {
                let mut gain = vec![1.0; shape.width];
                population.iter().for_each(|unit| gain[*unit] = f);
                context.pre_gain = Some(gain);
            }
            Scope::BothEnds => {
                let mut gain = vec![1.0; shape.units * shape.width];
                for j in population {
                    for i in population {
                        gain[j * shape.width + i] = f;
                    }
                }
                context.synapse_gain = Some(gain);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_context_has_the_mean_gains_and_only_the_kinds_of_gain_that_its_parts_have() {
        let shape = Shape { units: 2, width: 3 };
        let context = |gain: f32, current: f32| Context {
            post_gain: vec![gain, 1.0, 1.0],
            current: vec![0.0, current, 0.0],
            ..Context::neutral(shape)
        };
        let mean = Context::mean(&[context(1.0, 0.0), context(0.5, 3.0)], shape);
        assert_eq!(mean, Context { post_gain: vec![0.75, 1.0, 1.0], ..context(1.0, 1.5) });
        let sent = |gain: f32| Context { pre_gain: Some(vec![gain; 3]), ..Context::neutral(shape) };
        let mean = Context::mean(&[sent(1.0), sent(4.0), sent(1.0)], shape);
        assert_eq!((mean.pre_gain, mean.synapse_gain), (Some(vec![2.0; 3]), None));
        assert_eq!(Context::mean(&[], shape), Context::neutral(shape));
    }
}
