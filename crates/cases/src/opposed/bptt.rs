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
mod tests {
    use super::*;
    use crate::opposed::behaviour::Behaviour;
    use crate::opposed::settings::{Assign, Cells, Kind, Modulation, NetworkSettings, Scope, Select};
    use crate::opposed::targets::Targets;
    use base::rng::Streams;

    const UNITS: usize = 21;
    const STEPS: usize = 12;

    fn network() -> Network {
        let settings = NetworkSettings { units: UNITS, connection_probability: 0.4, ..Default::default() };
        let mut network = Network::new(&settings, &Streams::new(11));
        // A read-out of order 1, so that every path carries weight in the check.
        network.parameters.readout.iter_mut().for_each(|w| *w *= 50.0);
        network.parameters.bias = [0.3];
        network
    }

    fn context(kind: Kind, scope: Scope, network: &Network) -> Context {
        let (cells, select, assign) = (Cells::All, Select::Level, Assign::Own);
        let modulation = Modulation { kind, fraction: 0.5, cells, scope, select, assign };
        let behaviour = Behaviour { level: 1.7, ..Behaviour::default() };
        let targets = Targets::new(network, &modulation, 1, 0.4, &Streams::new(12));
        targets.context(network.shape, 0, &behaviour, 2.0)
    }

    fn trials<'a>(contexts: [&'a Context; 2]) -> Vec<Trial<'a>> {
        let trial = |k: usize| Trial {
            context: contexts[k],
            amplitude: if k == 0 { 1.0 } else { -1.0 },
            stimulus: (3, 6),
            noise: Noise::new(&Streams::new(13), &format!("trial {k}")),
        };
        vec![trial(0), trial(1)]
    }

    fn targets() -> [Vec<f32>; 2] {
        [1.0f32, -1.0].map(|z| (0..STEPS).map(|t| if t < 6 { 0.0 } else { z }).collect())
    }

    /// Textbook forward pass in f64, unit by unit, with the noise of the fast one.
    fn oracle_loss(network: &Network, contexts: [&Context; 2]) -> f64 {
        let width = network.shape.width;
        let parameters = &network.parameters;
        let (low, high) = (f64::from(network.tau_range.0), f64::from(network.tau_range.1));
        let mut total = 0.0;
        for (trial, target) in trials(contexts).iter_mut().zip(targets()) {
            let mut noise = vec![0.0f32; width];
            trial.noise.fill(&mut noise, 0.01);
            let mut x: Vec<f64> = noise[..UNITS].iter().map(|x| f64::from(*x)).collect();
            let mut square = 0.0;
            for (t, z) in target.iter().enumerate() {
                trial.noise.fill(&mut noise, network.noise);
                let r: Vec<f64> = x.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
                for i in 0..UNITS {
                    let c = trial.context;
                    let mut input = 0.0;
                    for (j, r) in r.iter().enumerate() {
                        let w = f64::from(network.sign(j) * parameters.weights[j * width + i].max(0.0));
                        let pre = c.pre_gain.as_ref().map_or(1.0, |g| g[j]);
                        let synapse = c.synapse_gain.as_ref().map_or(1.0, |g| g[j * width + i]);
                        input += w * r * f64::from(pre * synapse * c.post_gain[i]);
                    }
                    let on = if (3..6).contains(&t) { f64::from(trial.amplitude) } else { 0.0 };
                    input += f64::from(c.current[i]) + f64::from(network.input[i]) * on;
                    let raw = f64::from(parameters.tau_raw[i]);
                    let tau = low + (high - low) / (1.0 + (-raw).exp());
                    x[i] += (input - x[i]) / tau + f64::from(noise[i]);
                }
                let rates = x.iter().map(|x| 1.0 / (1.0 + (-x).exp()));
                let o: f64 = rates.zip(&parameters.readout).map(|(r, w)| r * f64::from(*w)).sum();
                square += (o + f64::from(parameters.bias[0]) - f64::from(*z)).powi(2);
            }
            total += square.sqrt() / 2.0;
        }
        total
    }

    fn fast(network: &Network, contexts: [&Context; 2]) -> (f64, Parameters) {
        let gain = contexts[0].synapse_gain.as_deref();
        let effective = Effective::new(network, gain, true);
        let mut tape = Tape::new(network.shape);
        let mut group = trials(contexts);
        tape.forward(network, &effective, STEPS, &mut group);
        let mut by_output = vec![0.0; 2 * STEPS];
        let mut loss = 0.0;
        for (b, target) in targets().iter().enumerate() {
            loss += tape.loss(b, target) / 2.0;
            tape.loss_gradient(b, target, 0.5, &mut by_output);
        }
        let mut gradient = Parameters::zeros(network.shape);
        tape.backward(network, &effective, gain, &group, &by_output, &mut gradient);
        (loss, gradient)
    }

    /// Central differences of the f64 oracle at every parameter that acts, against the f32 gradient.
    #[allow(clippy::needless_range_loop)] // the network changes under the index
    fn gradients_agree(first: &Context, second: &Context) {
        let contexts = [first, second];
        let mut network = network();
        let (loss, gradient) = fast(&network, contexts);
        let expected = oracle_loss(&network, contexts);
        assert!((loss - expected).abs() < 1e-5 * expected, "loss {loss}, oracle {expected}");
        let scale = gradient.parts().map(|p| p.iter().fold(0.0f32, |m, g| m.max(g.abs())));
        for part in 0..4 {
            for k in 0..network.parameters.parts()[part].len() {
                let before = network.parameters.parts()[part][k];
                let derivative = f64::from(gradient.parts()[part][k]);
                if part == 0 && before <= 0.0 {
                    assert_eq!(derivative, 0.0, "an absent synapse has no gradient");
                    continue;
                }
                let h = 2f32.powi(-10).min(if part == 0 { before * 0.5 } else { 1.0 });
                let mut at = |value: f32| {
                    network.parameters.parts_mut()[part][k] = value;
                    (f64::from(value), oracle_loss(&network, contexts))
                };
                let ((x0, low), (x1, high)) = (at(before - h), at(before + h));
                at(before);
                let numeric = (high - low) / (x1 - x0);
                let tolerance = 1e-3 * numeric.abs() + 1e-4 * f64::from(scale[part]);
                assert!(
                    (derivative - numeric).abs() < tolerance,
                    "part {part}, index {k}: {derivative} against {numeric}"
                );
            }
            assert!(scale[part] > 0.0, "part {part} has a gradient");
        }
    }

    #[test]
    fn gradients_through_time_agree_with_finite_differences_under_every_kind_of_modulation() {
        let network = network();
        let neutral = Context::neutral(network.shape);
        gradients_agree(&context(Kind::WeightGain, Scope::Incoming, &network), &neutral);
        gradients_agree(&context(Kind::WeightGain, Scope::Outgoing, &network), &neutral);
        gradients_agree(&context(Kind::AdditiveCurrent, Scope::Incoming, &network), &neutral);
        for (kind, scope) in [(Kind::WeightGain, Scope::BothEnds), (Kind::RandomGain, Scope::Incoming)] {
            let context = context(kind, scope, &network);
            gradients_agree(&context, &context);
        }
    }

    #[test]
    fn a_gain_of_one_is_no_modulation_bit_for_bit() {
        let network = network();
        let modulation = Modulation {
            kind: Kind::WeightGain,
            fraction: 1.0,
            cells: Cells::All,
            scope: Scope::Incoming,
            select: Select::Level,
            assign: Assign::Own,
        };
        let neutral = Context::neutral(network.shape);
        let (loss, gradient) = fast(&network, [&neutral, &neutral]);
        for scope in [Scope::Incoming, Scope::Outgoing, Scope::BothEnds] {
            let modulation = Modulation { scope, ..modulation.clone() };
            let targets = Targets::new(&network, &modulation, 1, 0.0, &Streams::new(1));
            let one = targets.at_level(network.shape, 0, 1.0);
            let (same_loss, same_gradient) = fast(&network, [&one, &one]);
            assert_eq!(loss, same_loss);
            assert_eq!(gradient, same_gradient);
        }
    }

    #[test]
    fn with_every_unit_targeted_the_three_readings_of_a_sub_population_coincide() {
        let network = network();
        let context = |scope| {
            let modulation = Modulation {
                kind: Kind::WeightGain,
                fraction: 1.0,
                cells: Cells::All,
                scope,
                select: Select::Level,
                assign: Assign::Own,
            };
            let targets = Targets::new(&network, &modulation, 1, 0.0, &Streams::new(1));
            targets.at_level(network.shape, 0, 0.5)
        };
        let losses = [Scope::Incoming, Scope::Outgoing, Scope::BothEnds].map(|scope| {
            let context = context(scope);
            fast(&network, [&context, &context]).0
        });
        assert!((losses[0] - losses[1]).abs() < 1e-5 && (losses[0] - losses[2]).abs() < 1e-5, "{losses:?}");
    }
}
