//! Feedback: what reward and noradrenaline do to weights and attention.

use super::agent::Agent;
use super::wiring::{CRITIC, GO, NO_GO};
use crate::spiking::population::Kind;

impl Agent {
    /// Feedback: dopamine turns eligibility into weight change, noradrenaline relaxes the actor and flattens attention.
    /// Returns the mean weight change of the chosen cluster's excitatory synapses before clipping.
    pub fn learn(&mut self, go: bool, error: f64, noradrenaline: f64) -> f64 {
        let third = self.dopamine_receptor.effect(self.dopamine.step(error));
        let gate = (third * self.receptors.plasticity.effect(noradrenaline)) as f32;
        let change = if self.model.dopamine { self.three_factor(go, gate) } else { 0.0 };
        self.relax(noradrenaline);
        for weight in &mut self.circuit.input.weights {
            *weight = weight.clamp(0.0, 1.0);
        }
        let flattening = self.receptors.flattening.effect(noradrenaline) as f32;
        self.attention.update(self.evidence(), flattening);
        change
    }

    fn three_factor(&mut self, go: bool, gate: f32) -> f64 {
        let plasticity = self.model.plasticity;
        for population in &self.circuit.populations {
            let chosen = if go { GO } else { NO_GO };
            let role = match population.cluster {
                CRITIC => plasticity.rate_critic,
                cluster if cluster == chosen => plasticity.rate_actor,
                _ => -plasticity.unchosen * plasticity.rate_actor,
            };
            let kind = if population.kind == Kind::Excitatory { 1.0 } else { -1.0 };
            self.sign[population.range.clone()].fill(role * kind * gate);
        }
        let neurons = self.sign.len();
        let watched = self.circuit.populations[if go { 0 } else { 2 }].range.clone();
        let mut change = 0.0f64;
        for (neuron, &coefficient) in self.sign.iter().enumerate() {
            let row = self.circuit.eligibility.row(neuron);
            let column = self.circuit.input.weights[neuron..].iter_mut().step_by(neurons);
            for (weight, trace) in column.zip(row) {
                *weight += coefficient * trace;
            }
            if watched.contains(&neuron) {
                change += f64::from(coefficient * row.iter().sum::<f32>());
            }
        }
        change / (watched.len() * self.circuit.input.sources()) as f64
    }

    /// Noradrenaline, bursts and constant forgetting pull the actor's weights toward their initial mean.
    fn relax(&mut self, noradrenaline: f64) {
        let relaxation = self.model.relaxation;
        let common = 1.0
            - (1.0 - self.receptors.relaxation.effect(noradrenaline) as f32) * (1.0 - relaxation.constant);
        let by_burst = relaxation.burst > 0.0 || relaxation.plateau > 0.0;
        if common == 0.0 && !by_burst {
            return;
        }
        let neurons = self.sign.len();
        let actor = neurons / 3 * 2;
        let rest = self.model.network.weight;
        // `sign` is scratch space here: the share by which each neuron's synapses relax.
        for (share, bursts) in self.sign.iter_mut().zip(&self.circuit.burst_counts) {
            *share = 1.0 - (1.0 - common) * (1.0 - relaxation.burst).powi(*bursts as i32);
        }
        if relaxation.plateau > 0.0 {
            let kept = |ms: f32| (1.0 - relaxation.plateau).powf(ms / 100.0);
            let mut mean = 0.0;
            for population in &self.circuit.populations {
                // A cluster's excitatory population comes first; its interneurons go with its mean.
                let times = &self.circuit.plateau[population.range.clone()];
                if population.kind == Kind::Excitatory {
                    mean = times.iter().sum::<f32>() / times.len() as f32;
                }
                for (share, time) in self.sign[population.range.clone()].iter_mut().zip(times) {
                    let time = if population.kind == Kind::Excitatory { *time } else { mean };
                    *share = 1.0 - (1.0 - *share) * kept(time);
                }
            }
        }
        for row in self.circuit.input.weights.chunks_exact_mut(neurons) {
            for (weight, share) in row[..actor].iter_mut().zip(&self.sign) {
                *weight += share * (rest - *weight);
            }
        }
    }

    /// How differently the two values of each dimension drive Go against No-Go, from the weights.
    fn evidence(&self) -> [f32; 2] {
        let inputs = self.model.network.inputs;
        let (go, no_go) = (&self.circuit.populations[0].range, &self.circuit.populations[2].range);
        let mut drive = [0.0f32; 4];
        for source in 0..4 * inputs {
            let row = self.circuit.input.row(source);
            let difference: f32 =
                row[go.clone()].iter().sum::<f32>() - row[no_go.clone()].iter().sum::<f32>();
            drive[source / inputs] += difference / (go.len() * inputs) as f32;
        }
        [(drive[0] - drive[1]).abs(), (drive[2] - drive[3]).abs()]
    }
}
