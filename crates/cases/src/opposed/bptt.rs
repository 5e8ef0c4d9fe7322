//! Forward and backward through time for a mini-batch of trials, fused: two matrix products per step and one large
//! one at the end for the weight gradient. Exact gradients, checked against finite differences below.

use super::network::{Effective, Network, Parameters, Shape};
use super::noise::Noise;
use super::targets::Context;
use numeric::lanes::{BackStep, Step, accumulate_outer, advance, combine_rows, dot, retreat, sigmoid_into};

/// One trial as the network sees it.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    /// The modulation that acts throughout the trial.
    pub context: &'a Context,
    /// Amplitude of the stimulus while it is on.
    pub amplitude: f32,
    /// First step of the stimulus and the step after its last.
    pub stimulus: (usize, usize),
    /// Noise of this trial.
    pub noise: Noise,
}

/// Everything that one pass over a group of trials computes; kept and reused between passes.
#[derive(Debug, Clone)]
pub struct Tape {
    shape: Shape,
    trials: usize,
    steps: usize,
    /// (steps + 1) × trials × width; the first is the initial rate.
    rates: Vec<f32>,
    /// The same times the presynaptic gain; empty while no context has one.
    scaled: Vec<f32>,
    /// steps × trials × width: I − x before each step.
    pull: Vec<f32>,
    /// steps × trials × width: derivative by W r.
    by_recurrent: Vec<f32>,
    /// steps × trials.
    outputs: Vec<f32>,
}

impl Tape {
    /// An empty tape for a network of this shape.
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            trials: 0,
            steps: 0,
            rates: Vec::new(),
            scaled: Vec::new(),
            pull: Vec::new(),
            by_recurrent: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// Output of trial `b` over the steps of the last pass.
    pub fn output(&self, b: usize) -> impl Iterator<Item = f32> + '_ {
        self.outputs.iter().skip(b).step_by(self.trials.max(1)).copied()
    }

    /// Rates of all N units of trial `b` after step `t`.
    pub fn rates(&self, t: usize, b: usize) -> &[f32] {
        let start = ((t + 1) * self.trials + b) * self.shape.width;
        &self.rates[start..start + self.shape.units]
    }

    /// Runs `steps` steps of all trials, which must share `effective`. The noise of each trial is consumed.
    pub fn forward(
        &mut self,
        network: &Network,
        effective: &Effective,
        steps: usize,
        trials: &mut [Trial<'_>],
    ) {
        let Shape { units, width } = self.shape;
        let (count, row) = (trials.len(), trials.len() * width);
        (self.trials, self.steps) = (count, steps);
        self.rates.resize((steps + 1) * row, 0.0);
        self.pull.resize(steps * row, 0.0);
        self.outputs.resize(steps * count, 0.0);
        let scales = trials.iter().any(|trial| trial.context.pre_gain.is_some());
        self.scaled.resize(if scales { (steps + 1) * row } else { 0 }, 0.0);

        let alpha = network.alpha();
        let readout = &network.parameters.readout;
        let bias = network.parameters.bias[0];
        let mut x = vec![0.0; row];
        let mut noise = vec![0.0; width];
        let mut recurrent = vec![0.0; row];
        // The initial state is N(0, 1)/100, as in the ancestor.
        for (x, trial) in x.chunks_exact_mut(width).zip(trials.iter_mut()) {
            trial.noise.fill(x, 0.01);
        }
        sigmoid_into(&x, &mut self.rates[..row]);
        let drives: Vec<[Vec<f32>; 2]> = trials
            .iter()
            .map(|trial| {
                let silent = trial.context.current.clone();
                let with = silent.iter().zip(&network.input).map(|(c, w)| w.mul_add(trial.amplitude, *c));
                let with = with.collect();
                [silent, with]
            })
            .collect();

        for t in 0..steps {
            let (before, after) = self.rates.split_at_mut((t + 1) * row);
            let sent = &before[t * row..];
            let sent = if scales {
                let scaled = &mut self.scaled[t * row..(t + 1) * row];
                scale_presynaptic(sent, trials, width, scaled);
                scaled
            } else {
                sent
            };
            combine_rows(&effective.forward, units, width, sent, &mut recurrent);
            for (b, trial) in trials.iter_mut().enumerate() {
                let here = b * width..(b + 1) * width;
                let on = (trial.stimulus.0..trial.stimulus.1).contains(&t);
                trial.noise.fill(&mut noise, network.noise);
                let at = (t * count + b) * width;
                advance(Step {
                    recurrent: &recurrent[here.clone()],
                    gain: &trial.context.post_gain,
                    drive: &drives[b][usize::from(on)],
                    alpha: &alpha,
                    noise: &noise,
                    x: &mut x[here.clone()],
                    r: &mut after[here.clone()],
                    pull: &mut self.pull[at..at + width],
                });
                self.outputs[t * count + b] = dot(readout, &after[here]) + bias;
            }
        }
    }

    /// Adds the gradient of Σ_b Σ_t `by_output`\[t·trials + b\] · o to `gradient`, after a [`Tape::forward`] with the
    /// same arguments. `effective` must have its backward orientation.
    pub fn backward(
        &mut self,
        network: &Network,
        effective: &Effective,
        synapse_gain: Option<&[f32]>,
        trials: &[Trial<'_>],
        by_output: &[f32],
        gradient: &mut Parameters,
    ) {
        let Shape { units, width } = self.shape;
        let (count, row, steps) = (self.trials, self.trials * width, self.steps);
        self.by_recurrent.resize(steps * row, 0.0);
        let alpha = network.alpha();
        let mut by_x = vec![0.0; row];
        let mut carry = vec![0.0; row];
        let mut by_alpha = vec![0.0; width];
        for t in (0..steps).rev() {
            for (b, trial) in trials.iter().enumerate() {
                let here = b * width..(b + 1) * width;
                let at = (t * count + b) * width;
                let after = at + row;
                retreat(BackStep {
                    by_output: by_output[t * count + b],
                    readout: &network.parameters.readout,
                    gain: &trial.context.post_gain,
                    alpha: &alpha,
                    r: &self.rates[after..after + width],
                    pull: &self.pull[at..at + width],
                    carry: &carry[here.clone()],
                    by_x: &mut by_x[here],
                    by_recurrent: &mut self.by_recurrent[at..at + width],
                    by_alpha: &mut by_alpha,
                    by_readout: &mut gradient.readout,
                });
            }
            gradient.bias[0] += by_output[t * count..(t + 1) * count].iter().sum::<f32>();
            if t > 0 {
                let sent = &self.by_recurrent[t * row..(t + 1) * row];
                combine_rows(&effective.backward, units, width, sent, &mut carry);
                for (carry, trial) in carry.chunks_exact_mut(width).zip(trials) {
                    if let Some(gain) = &trial.context.pre_gain {
                        carry.iter_mut().zip(gain).for_each(|(c, g)| *c *= g);
                    }
                }
            }
        }
        // Padding lanes carry noise in their rates; they are not units.
        gradient.readout[units..].fill(0.0);
        let sent = if self.scaled.is_empty() { &self.rates } else { &self.scaled };
        let mut by_weight = vec![0.0; units * width];
        accumulate_outer(steps * count, units, width, sent, &self.by_recurrent, &mut by_weight);
        for j in 0..units {
            let sign = network.sign(j);
            let span = j * width..(j + 1) * width;
            let out = gradient.weights[span.clone()].iter_mut();
            let weights = &network.parameters.weights[span.clone()];
            for ((out, by), w) in out.zip(&mut by_weight[span.clone()]).zip(weights) {
                // The derivative of max(w, 0) at 0 is 0: absent synapses stay absent.
                *by = if *w > 0.0 { sign * *by } else { 0.0 };
                if synapse_gain.is_none() {
                    *out += *by;
                }
            }
            if let Some(gain) = synapse_gain {
                let out = gradient.weights[span.clone()].iter_mut();
                for ((out, by), gain) in out.zip(&by_weight[span.clone()]).zip(&gain[span]) {
                    *out += by * gain;
                }
            }
        }
        let (low, high) = network.tau_range;
        for ((out, by), (alpha, raw)) in
            gradient.tau_raw.iter_mut().zip(&by_alpha).zip(alpha.iter().zip(&network.parameters.tau_raw))
        {
            let s = 1.0 / (1.0 + (-raw).exp());
            *out -= by * alpha * alpha * (high - low) * s * (1.0 - s);
        }
    }

    /// √Σ(o − z)² of trial `b`.
    pub fn loss(&self, b: usize, target: &[f32]) -> f64 {
        let square = |(o, z): (f32, &f32)| f64::from(o - z) * f64::from(o - z);
        self.output(b).zip(target).map(square).sum::<f64>().sqrt()
    }

    /// Writes `scale` · d√Σ(o − z)²/do of trial `b` into its places of `by_output` (steps × trials).
    pub fn loss_gradient(&self, b: usize, target: &[f32], scale: f64, by_output: &mut [f32]) {
        let loss = self.loss(b, target).max(1e-12);
        for (t, (o, z)) in self.output(b).zip(target).enumerate() {
            by_output[t * self.trials + b] = (scale * f64::from(o - z) / loss) as f32;
        }
    }
}

fn scale_presynaptic(rates: &[f32], trials: &[Trial<'_>], width: usize, scaled: &mut [f32]) {
    let rows = rates.chunks_exact(width).zip(scaled.chunks_exact_mut(width));
    for ((rates, scaled), trial) in rows.zip(trials) {
        match &trial.context.pre_gain {
            Some(gain) => {
                scaled.iter_mut().zip(rates.iter().zip(gain)).for_each(|(out, (r, g))| *out = r * g);
            }
            None => scaled.copy_from_slice(rates),
        }
    }
}

#[cfg(test)]
#[path = "bptt_tests.rs"]
mod tests;
