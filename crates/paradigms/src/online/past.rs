//! The past as terms of the objective.
//!
//! Eq. 7 of Mei et al. 2025, θ* = argmin Σ_t λ_t L_t(θ; z_t), with λ_t = γ^(T−t) over the last W mini-batches, T being
//! the newest: the task loss is the newest summand, with λ_T = 1; [`Window`] adds the others. With γ = 0 or W = 1 only
//! the newest counts, bit for bit. The sum is not divided by Σ λ: at equal learning rate a longer memory takes longer
//! steps.

use std::collections::VecDeque;

use candle_core::{Device, Tensor};
use rand::RngExt;
use serde_json::json;

use base::rng::FastRng;
use base::state::State;
use learn::context::StepContext;
use learn::error::Result;
use learn::nn::{Active, cross_entropy, read, weighted_cross_entropy};
use learn::objective::LossTerm;
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

    fn save(&self) -> State {
        let (inputs, labels): (Vec<_>, Vec<_>) = self.batches.iter().cloned().unzip();
        State::default().buffer("inputs", &inputs).value("labels", json!(labels))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let labels: Vec<Vec<u32>> = state.get_value("labels")?;
        self.batches = state.get_buffer("inputs")?.into_iter().zip(labels).collect();
        Ok(())
    }

    fn bytes(&self) -> u64 {
        let of = |(inputs, targets): &(Vec<f32>, Vec<u32>)| {
            size_of_val(inputs.as_slice()) + size_of_val(targets.as_slice())
        };
        self.batches.iter().map(of).sum::<usize>() as u64
    }
}

/// Σ_{k=1}^{W−1} γ^k L_{T−k}(θ; z_{T−k}): the older summands of Eq. 7. The gain on its weight multiplies all of them, the gain
/// `discount` stretches γ's horizon, and of the W mini-batches as many count as the gain `window` says.
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

    /// γ whose horizon −1/ln γ is `gain` times as long, γ^(1/gain); γ itself at a gain of 1.
    fn stretched(&self, gain: f32) -> f32 {
        if gain == 1.0 {
            self.gamma
        } else if gain > 0.0 {
            self.gamma.powf(1.0 / gain)
        } else {
            0.0
        }
    }
}

/// Of `all` mini-batches, the newest included, the share `gain`: at least one, at most all.
fn counting(all: usize, gain: f32) -> usize {
    ((all as f32 * gain).round() as usize).clamp(1, all.max(1))
}

impl LossTerm for Window {
    fn name(&self) -> &str {
        "window"
    }

    fn has_window(&self) -> bool {
        true
    }

    fn has_discount(&self) -> bool {
        true
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let (mut inputs, mut targets, mut weights) = (Vec::new(), Vec::new(), Vec::new());
        let mut lambda = 1.0;
        let gamma = self.stretched(cx.gains.discount);
        let counting = counting(self.past_batches + 1, cx.gains.window) - 1;
        for (past, labels) in self.past.batches.iter().rev().take(counting) {
            lambda *= gamma;
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

    fn state_bytes(&self) -> u64 {
        0
    }

    fn save(&self) -> State {
        self.past.save()
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.past.load(state)
    }
}

/// The mean loss of `samples` samples drawn uniformly, with replacement, from the last `batches` mini-batches before
/// the newest: Eq. 7 with equal λ over the window, estimated by a draw. The gain `replay` says how many are drawn, the gain
/// `window` from how many of the mini-batches.
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

    fn has_window(&self) -> bool {
        true
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        if self.past.batches.is_empty() {
            return Ok(None);
        }
        let samples = (self.samples as f32 * cx.gains.replay).round().max(1.0) as usize;
        let (mut inputs, mut targets) = (Vec::new(), Vec::with_capacity(samples));
        let kept = self.past.batches.len();
        let oldest = kept - counting(self.batches, cx.gains.window).min(kept);
        for _ in 0..samples {
            // All mini-batches but a stream's last have the same size, so two uniform draws are one.
            let (past, labels) = &self.past.batches[oldest + self.random.random_range(0..kept - oldest)];
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

    fn state_bytes(&self) -> u64 {
        0
    }

    fn save(&self) -> State {
        self.past.save().value("random", json!(self.random))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.random = state.get_value("random")?;
        self.past.load(state)
    }
}

#[cfg(test)]
#[path = "past_tests.rs"]
mod tests;
