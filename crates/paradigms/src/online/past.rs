//! The past as terms of the objective.
//!
//! Eq. 7 of Mei et al. 2025, θ* = argmin Σ_t λ_t L_t(θ; z_t), with λ_t = γ^(T−t) over the last W mini-batches, T being
//! the newest: the task loss is the newest summand, with λ_T = 1; [`Window`] adds the others. With γ = 0 or W = 1 only
//! the newest counts, bit for bit. The sum is not divided by Σ λ: at equal learning rate a longer memory takes longer
//! steps.

use std::collections::VecDeque;

use candle_core::{Device, Tensor};
use rand::RngExt;

use base::error::Result;
use base::rng::FastRng;
use learn::nn::{Active, cross_entropy, read, weighted_cross_entropy};
use learn::objective::{LossTerm, StepContext};
use learn::stream::Batch;

/// The most recent mini-batches, oldest first.
#[derive(Debug, Default)]
struct Past {
    batches: VecDeque<(Vec<f32>, Vec<u32>)>,
}

impl Past {
    fn push(&mut self, batch: &Batch, most: usize) -> Result<()> {
        self.batches.push_back((read(&batch.inputs, <[f32]>::to_vec)?, batch.targets.clone()));
        while self.batches.len() > most {
            self.batches.pop_front();
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        let of = |(inputs, targets): &(Vec<f32>, Vec<u32>)| {
            size_of_val(inputs.as_slice()) + size_of_val(targets.as_slice())
        };
        self.batches.iter().map(of).sum::<usize>() as u64
    }
}

/// Σ_{k=1}^{W−1} γ^k L_{T−k}(θ; z_{T−k}): the older summands of Eq. 7. Its gain `window` multiplies all of them.
#[derive(Debug)]
pub(super) struct Window {
    /// W − 1.
    past_batches: usize,
    gamma: f32,
    past: Past,
}

impl Window {
    /// A window of `length` ≥ 1 mini-batches, the newest included, with discount γ in [0, 1].
    pub fn new(length: usize, gamma: f32) -> Self {
        Self { past_batches: length.saturating_sub(1), gamma, past: Past::default() }
    }
}

impl LossTerm for Window {
    fn name(&self) -> &str {
        "window"
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let (mut inputs, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        let mut lambda = 1.0;
        for (past, labels) in self.past.batches.iter().rev() {
            lambda *= self.gamma;
            if lambda == 0.0 {
                break;
            }
            inputs.extend_from_slice(past);
            targets.extend_from_slice(labels);
            // L_t is the mean over its mini-batch.
            weights.resize(targets.len(), lambda / labels.len() as f32);
        }
        if targets.is_empty() {
            return Ok(None);
        }
        let features = inputs.len() / targets.len();
        let inputs = Tensor::from_vec(inputs, (targets.len(), features), &Device::Cpu)?;
        let logits = cx.model.forward(&inputs, &cx.gains.unmasked())?;
        let (loss, _) =
            weighted_cross_entropy(&logits, &targets, &Active::All, cx.gains.temperature, &weights)?;
        Ok(Some(loss))
    }

    fn after_batch(&mut self, batch: &Batch) -> Result<()> {
        self.past.push(batch, self.past_batches)
    }

    fn replay_bytes(&self) -> u64 {
        self.past.bytes()
    }
}

/// The mean loss of `samples` samples drawn uniformly, with replacement, from the last `batches` mini-batches before
/// the newest: Eq. 7 with equal λ over the window, estimated by a draw.
#[derive(Debug)]
pub(super) struct Replay {
    batches: usize,
    samples: usize,
    random: FastRng,
    past: Past,
}

impl Replay {
    pub fn new(batches: usize, samples: usize, random: FastRng) -> Self {
        Self { batches, samples, random, past: Past::default() }
    }
}

impl LossTerm for Replay {
    fn name(&self) -> &str {
        "replay"
    }

    fn replays(&self) -> bool {
        true
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        if self.past.batches.is_empty() {
            return Ok(None);
        }
        let samples = (self.samples as f32 * cx.gains.replay).round().max(1.0) as usize;
        let (mut inputs, mut targets) = (Vec::new(), Vec::with_capacity(samples));
        for _ in 0..samples {
            // All mini-batches but a stream's last have the same size, so two uniform draws are one.
            let (past, labels) = &self.past.batches[self.random.random_range(0..self.past.batches.len())];
            let at = self.random.random_range(0..labels.len());
            let features = past.len() / labels.len();
            inputs.extend_from_slice(&past[at * features..(at + 1) * features]);
            targets.push(labels[at]);
        }
        let features = inputs.len() / targets.len();
        let inputs = Tensor::from_vec(inputs, (targets.len(), features), &Device::Cpu)?;
        let logits = cx.model.forward(&inputs, &cx.gains.unmasked())?;
        Ok(Some(cross_entropy(&logits, &targets, &Active::All, cx.gains.temperature)?.0))
    }

    fn after_batch(&mut self, batch: &Batch) -> Result<()> {
        self.past.push(batch, self.batches)
    }

    fn replay_bytes(&self) -> u64 {
        self.past.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;
    use learn::gains::Gains;
    use learn::nn::{Gradients, Init, Mlp, Model};
    use learn::objective::{Objective, Weighted};
    use numeric::Activation;

    /// One input, two classes, all parameters 0: every probability is ½, so a sample (x, label 0) has the loss ln 2
    /// and the weight gradient (−½ x, ½ x).
    fn zero_network() -> Mlp {
        let model = Mlp::new(&[1, 2], Activation::Relu, Init::default(), &Streams::new(1)).expect("model");
        model.parameters().restore(&[vec![0.0; 2], vec![0.0; 2]]).expect("restore");
        model
    }

    fn batch(xs: &[f32], label: u32) -> Batch {
        Batch {
            inputs: Tensor::from_slice(xs, (xs.len(), 1), &Device::Cpu).expect("tensor"),
            targets: vec![label; xs.len()],
            active: Active::All,
            task: None,
            extra: learn::stream::Extra::None,
        }
    }

    #[test]
    fn law_9_equation_7_over_a_window_equals_the_sum_computed_by_hand() {
        // W = 3, γ = ½. z₁ leaves the window; z₂ = {4}, z₃ = {1, 3} with mean loss, z₄ = {10}, label 0 but for z₂.
        // Gradient of class 0's weight: λ₄·(−½·10) + λ₃·(−½·2) + λ₂·(+½·4) = −5 − ½·1 + ¼·2 = −5.
        let (model, gains) = (zero_network(), Gains::default());
        let mut objective = Objective::new(vec![Weighted::new(1.0, Window::new(3, 0.5))]);
        for (xs, label) in [(&[100.0][..], 0), (&[4.0], 1), (&[1.0, 3.0], 0)] {
            objective.after_batch(&batch(xs, label)).expect("kept");
        }
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
        let weight = &gradients.buffers[0];
        assert!((weight[0] + 5.0).abs() < 1e-5 && (weight[1] - 5.0).abs() < 1e-5, "{weight:?}");
        // Biases: −½·1 − ½·½ + ½·¼ = −0.625.
        assert!((gradients.buffers[1][0] + 0.625).abs() < 1e-6, "{:?}", gradients.buffers[1]);
        // The value of the older summands: (½ + ¼) ln 2; with the newest it is 1.75 ln 2.
        let mut window = Window::new(3, 0.5);
        for (xs, label) in [(&[4.0][..], 1), (&[1.0, 3.0], 0)] {
            window.after_batch(&batch(xs, label)).expect("kept");
        }
        let newest = batch(&[10.0], 0);
        let logits = model.forward(&newest.inputs, &gains).expect("forward");
        let cx = StepContext { model: &model, batch: &newest, logits: &logits, gains: &gains };
        let older =
            window.forward(&cx).expect("forward").expect("a past").to_scalar::<f32>().expect("scalar");
        let newest = objective.statistics().loss;
        assert!((f64::from(older) - 0.75 * 2f64.ln()).abs() < 1e-6);
        assert!((newest + f64::from(older) - 1.75 * 2f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn a_window_without_discounted_past_is_plain_descent_bit_for_bit() {
        let (model, gains) = (zero_network(), Gains::default());
        let gradient = |terms| {
            let mut objective = Objective::new(terms);
            objective.after_batch(&batch(&[4.0], 1)).expect("kept");
            let mut gradients = Gradients::zeros(model.parameters());
            objective.gradient(&model, &batch(&[0.3], 0), &gains, &mut gradients).expect("gradient");
            gradients.buffers
        };
        let plain = gradient(vec![]);
        assert_eq!(gradient(vec![Weighted::new(1.0, Window::new(10, 0.0))]), plain);
        assert_eq!(gradient(vec![Weighted::new(1.0, Window::new(1, 0.9))]), plain);
        assert_ne!(gradient(vec![Weighted::new(1.0, Window::new(2, 0.9))]), plain);
    }

    #[test]
    fn a_gain_on_the_window_multiplies_the_whole_past() {
        let model = zero_network();
        let mut objective = Objective::new(vec![Weighted::new(1.0, Window::new(2, 0.5))]);
        objective.after_batch(&batch(&[4.0], 0)).expect("kept");
        let gains = Gains { terms: [("window".to_owned(), 3.0)].into(), ..Gains::default() };
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
        // −½·10 − 3·½·½·4 = −8.
        assert!((gradients.buffers[0][0] + 8.0).abs() < 1e-5, "{:?}", gradients.buffers[0]);
    }

    #[test]
    fn replay_of_one_remembered_sample_equals_the_sum_computed_by_hand() {
        // Whatever is drawn, it is x = 4 with label 1: −½·10 + 0.5·½·4 = −4.
        let model = zero_network();
        let term = Replay::new(1, 7, Streams::new(1).fast("replay"));
        let mut objective = Objective::new(vec![Weighted::new(0.5, term)]);
        objective.after_batch(&batch(&[100.0], 0)).expect("kept");
        objective.after_batch(&batch(&[4.0], 1)).expect("kept");
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[10.0], 0), &Gains::default(), &mut gradients).expect("gradient");
        assert!((gradients.buffers[0][0] + 4.0).abs() < 1e-5, "{:?}", gradients.buffers[0]);
        assert_eq!(objective.replay_bytes(), 8);
    }
}
