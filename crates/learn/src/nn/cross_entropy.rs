//! Fused softmax and cross-entropy over the active classes, with the batch statistics that signals need.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

use super::fused::refuse_second_order;
use super::parameters::{contiguous, lock, read};
use crate::error::{Error, Result};

/// Which outputs compete in the softmax. Inactive outputs get probability 0 and no gradient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Active {
    /// Every output.
    #[default]
    All,
    /// The same outputs for the whole batch, by index.
    Same(Arc<[bool]>),
    /// Per sample: an index into a list of masks (joint training over tasks).
    PerSample { masks: Arc<[Arc<[bool]>]>, of: Vec<usize> },
}

impl Active {
    /// The mask of one sample; `None` when all outputs are active.
    pub fn mask(&self, sample: usize) -> Option<&[bool]> {
        match self {
            Self::All => None,
            Self::Same(mask) => Some(mask),
            Self::PerSample { masks, of } => Some(&masks[of[sample]]),
        }
    }
}

/// What a forward pass of the loss saw; signals of the next step read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchStatistics {
    /// Mean cross-entropy in nats.
    pub loss: f64,
    /// Share of correct predictions in [0, 1].
    pub accuracy: f64,
    /// Mean entropy of the predictive distribution in nats.
    pub entropy: f64,
}

/// Mean cross-entropy of softmax(logits / temperature) over the batch: a scalar tensor, and the batch's statistics.
///
/// logits: n × K; targets: n labels below K, each active for its sample.
///
/// # Errors
/// A label that is out of range or inactive.
pub fn cross_entropy(
    logits: &Tensor,
    targets: &[u32],
    active: &Active,
    temperature: f32,
) -> Result<(Tensor, BatchStatistics)> {
    fused(logits, targets, active, temperature, None)
}

/// Σ_i w_i ℓ_i, the samples' own cross-entropies with a weight each instead of their mean; the statistics stay
/// unweighted means.
///
/// # Errors
/// A label that is out of range or inactive; as many weights as labels are needed.
pub fn weighted_cross_entropy(
    logits: &Tensor,
    targets: &[u32],
    active: &Active,
    temperature: f32,
    weights: &[f32],
) -> Result<(Tensor, BatchStatistics)> {
    if weights.len() != targets.len() {
        let text = format!("{} weights for {} labels", weights.len(), targets.len());
        return Err(Error::engine(text));
    }
    fused(logits, targets, active, temperature, Some(weights))
}

fn fused(
    logits: &Tensor,
    targets: &[u32],
    active: &Active,
    temperature: f32,
    weights: Option<&[f32]>,
) -> Result<(Tensor, BatchStatistics)> {
    let (n, classes) = logits.dims2()?;
    if targets.len() != n {
        return Err(Error::engine(format!("{} labels for {n} samples", targets.len())));
    }
    for (sample, target) in targets.iter().enumerate() {
        let label = *target as usize;
        if label >= classes || active.mask(sample).is_some_and(|mask| !mask[label]) {
            let problem =
                format!("label {label} of sample {sample} is not among the active of {classes} classes");
            return Err(Error::data("batch", problem));
        }
    }
    let result = Arc::new(Mutex::new(Forward::default()));
    let op = CrossEntropy {
        targets: targets.to_vec(),
        active: active.clone(),
        temperature,
        weights: weights.map(<[f32]>::to_vec),
        result: result.clone(),
    };
    let loss = logits.apply_op1(op)?;
    let statistics = lock(&result).statistics.clone();
    Ok((loss, statistics))
}

#[derive(Debug, Default)]
struct Forward {
    /// n × K.
    probabilities: Vec<f32>,
    statistics: BatchStatistics,
}

struct CrossEntropy {
    targets: Vec<u32>,
    active: Active,
    temperature: f32,
    /// One per sample; `None`: each counts 1/n.
    weights: Option<Vec<f32>>,
    result: Arc<Mutex<Forward>>,
}

/// Turns one row of logits into probabilities over the active outputs; returns log Σ exp of the scaled row.
pub(crate) fn softmax_row(row: &mut [f32], mask: Option<&[bool]>, temperature: f32) -> f32 {
    if let Some(mask) = mask {
        row.iter_mut().zip(mask).for_each(|(z, active)| *z = if *active { *z } else { f32::NEG_INFINITY });
    }
    if temperature != 1.0 {
        row.iter_mut().for_each(|z| *z /= temperature);
    }
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for z in row.iter_mut() {
        *z = (*z - largest).exp();
        sum += *z;
    }
    row.iter_mut().for_each(|p| *p /= sum);
    largest + sum.ln()
}

/// Index of the largest active value; the first one on ties.
pub fn argmax(row: &[f32], mask: Option<&[bool]>) -> usize {
    let mut best = None;
    for (index, value) in row.iter().enumerate() {
        let better = best.is_none_or(|at: usize| *value > row[at]);
        if mask.is_none_or(|mask| mask[index]) && better {
            best = Some(index);
        }
    }
    best.unwrap_or(0)
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "fused-softmax-cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, classes) = layout.shape().dims2()?;
        let mut probabilities = contiguous(storage, layout)?.to_vec();
        let (mut loss, mut correct, mut entropy) = (0.0f64, 0usize, 0.0f64);
        let mut weighted = 0.0f64;
        for (sample, row) in probabilities.chunks_exact_mut(classes).enumerate() {
            let target = self.targets[sample] as usize;
            let mask = self.active.mask(sample);
            correct += usize::from(argmax(row, mask) == target);
            let logit = row[target] / self.temperature;
            let log_sum = softmax_row(row, mask, self.temperature);
            loss += f64::from(log_sum - logit);
            if let Some(weights) = &self.weights {
                weighted += f64::from(weights[sample]) * f64::from(log_sum - logit);
            }
            entropy -= row.iter().filter(|p| **p > 0.0).map(|p| f64::from(p * p.ln())).sum::<f64>();
        }
        let count = n as f64;
        let statistics = BatchStatistics {
            loss: loss / count,
            accuracy: correct as f64 / count,
            entropy: entropy / count,
        };
        let value = if self.weights.is_some() { weighted } else { statistics.loss } as f32;
        *lock(&self.result) = Forward { probabilities, statistics };
        Ok((CpuStorage::F32(vec![value]), Shape::from(())))
    }

    /// ∂L/∂z = (p − onehot) / (n · temperature) for active outputs, 0 for the others; with weights w_i instead of 1/n.
    fn bwd(&self, logits: &Tensor, _loss: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        refuse_second_order(self.name())?;
        let (n, classes) = logits.dims2()?;
        let upstream = read(gradient, |g| g[0]).map_err(candle_core::Error::wrap)?;
        let factor = upstream / (n as f32 * self.temperature);
        let mut delta = lock(&self.result).probabilities.clone();
        for (sample, (row, target)) in delta.chunks_exact_mut(classes).zip(&self.targets).enumerate() {
            row[*target as usize] -= 1.0;
            let own = self.weights.as_ref().map_or(factor, |w| upstream * w[sample] / self.temperature);
            row.iter_mut().for_each(|d| *d *= own);
        }
        Tensor::from_vec(delta, (n, classes), logits.device()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing;
    use candle_core::Var;

    #[test]
    fn loss_and_gradient_equal_candles_own() {
        let logits = Var::from_tensor(&testing::uniform(&[6, 4], "logits")).expect("var");
        let targets = [0u32, 3, 1, 2, 2, 0];
        let (ours, statistics) =
            cross_entropy(logits.as_tensor(), &targets, &Active::All, 1.0).expect("loss");
        let labels = Tensor::new(&targets, logits.device()).expect("labels");
        let theirs = candle_nn::loss::cross_entropy(logits.as_tensor(), &labels).expect("loss");
        let number = |loss: &Tensor| loss.to_scalar::<f32>().expect("scalar");
        assert!((number(&ours) - number(&theirs)).abs() < 1e-6);
        assert!((statistics.loss - f64::from(number(&theirs))).abs() < 1e-6);
        let gradient = |loss: &Tensor| {
            let store = loss.backward().expect("backward");
            read(store.get(logits.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read")
        };
        testing::assert_close(&gradient(&ours), &gradient(&theirs), 1e-6);
    }

    #[test]
    fn weights_multiply_each_samples_own_loss_and_gradient() {
        // Equal logits of two classes: each sample's loss is ln 2 and its gradient ∓½, times its weight.
        let logits = Var::new(&[[1.0f32, 1.0], [0.0, 0.0]], &candle_core::Device::Cpu).expect("var");
        let (loss, statistics) =
            weighted_cross_entropy(logits.as_tensor(), &[0, 1], &Active::All, 1.0, &[1.0, 0.5])
                .expect("loss");
        assert!((loss.to_scalar::<f32>().expect("scalar") - 1.5 * 2f32.ln()).abs() < 1e-6);
        assert!((statistics.loss - 2f64.ln()).abs() < 1e-6);
        let store = loss.backward().expect("backward");
        let gradient = read(store.get(logits.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read");
        testing::assert_close(&gradient, &[-0.5, 0.5, 0.25, -0.25], 1e-6);
        let error = weighted_cross_entropy(logits.as_tensor(), &[0, 1], &Active::All, 1.0, &[1.0]);
        assert!(error.expect_err("a weight is missing").to_string().contains("1 weights for 2 labels"));
    }

    #[test]
    fn inactive_outputs_get_no_probability_and_no_gradient() {
        // Two active outputs with equal logits: loss ln 2, gradient ∓½.
        let logits = Var::new(&[[1.0f32, 9.0, 1.0]], &candle_core::Device::Cpu).expect("var");
        let active = Active::Same(vec![true, false, true].into());
        let (loss, statistics) = cross_entropy(logits.as_tensor(), &[2], &active, 1.0).expect("loss");
        assert!((statistics.loss - 2f64.ln()).abs() < 1e-6 && (statistics.entropy - 2f64.ln()).abs() < 1e-6);
        let store = loss.backward().expect("backward");
        let gradient = read(store.get(logits.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read");
        testing::assert_close(&gradient, &[0.5, 0.0, -0.5], 1e-6);
        let error = cross_entropy(logits.as_tensor(), &[1], &active, 1.0).expect_err("inactive label");
        assert!(error.to_string().contains("label 1 of sample 0"));
    }
}
