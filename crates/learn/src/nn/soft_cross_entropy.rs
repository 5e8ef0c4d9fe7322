//! Cross-entropy against probabilities instead of labels: distillation.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

use super::cross_entropy::{Active, softmax_row};
use super::fused::refuse_second_order;
use super::parameters::{contiguous, lock, read};
use crate::error::{Error, Result};

/// −(1/n) Σ_i Σ_k q_ik ln p_ik with p_i = softmax(logits_i / temperature) over the active outputs: a scalar tensor.
///
/// logits: n × K; targets q: n × K, rows that sum to 1 and are 0 on outputs that are not active.
///
/// # Errors
/// Another number of targets than of logits.
pub fn soft_cross_entropy(
    logits: &Tensor,
    targets: Vec<f32>,
    active: &Active,
    temperature: f32,
) -> Result<Tensor> {
    if targets.len() != logits.elem_count() {
        let text = format!("{} targets for {} scores", targets.len(), logits.elem_count());
        return Err(Error::engine(text));
    }
    let probabilities = Arc::new(Mutex::new(Vec::new()));
    let op = SoftCrossEntropy { targets, active: active.clone(), temperature, probabilities };
    Ok(logits.apply_op1(op)?)
}

/// softmax(logits / temperature) over the active outputs, n × K.
///
/// # Errors
/// Engine errors.
pub fn softened(logits: &Tensor, active: &Active, temperature: f32) -> Result<Vec<f32>> {
    let classes = logits.dim(1)?;
    let mut rows = read(&logits.contiguous()?, <[f32]>::to_vec)?;
    for (sample, row) in rows.chunks_exact_mut(classes).enumerate() {
        softmax_row(row, active.mask(sample), temperature);
    }
    Ok(rows)
}

struct SoftCrossEntropy {
    targets: Vec<f32>,
    active: Active,
    temperature: f32,
    /// n × K, from the forward pass.
    probabilities: Arc<Mutex<Vec<f32>>>,
}

impl CustomOp1 for SoftCrossEntropy {
    fn name(&self) -> &'static str {
        "soft-cross-entropy"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, classes) = layout.shape().dims2()?;
        let mut rows = contiguous(storage, layout)?.to_vec();
        let mut loss = 0.0f64;
        let targets = self.targets.chunks_exact(classes);
        for (sample, (row, targets)) in rows.chunks_exact_mut(classes).zip(targets).enumerate() {
            let scaled: Vec<f32> = row.iter().map(|z| z / self.temperature).collect();
            let log_sum = softmax_row(row, self.active.mask(sample), self.temperature);
            let wanted = targets.iter().zip(&scaled).filter(|(q, _)| **q > 0.0);
            loss += wanted.map(|(q, z)| f64::from(*q) * f64::from(log_sum - z)).sum::<f64>();
        }
        *lock(&self.probabilities) = rows;
        Ok((CpuStorage::F32(vec![(loss / n as f64) as f32]), Shape::from(())))
    }

    /// ∂L/∂z = (p − q) / (n · temperature) for active outputs, 0 for the others.
    fn bwd(&self, logits: &Tensor, _loss: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        refuse_second_order(self.name())?;
        let (n, classes) = logits.dims2()?;
        let upstream = read(gradient, |g| g[0]).map_err(candle_core::Error::wrap)?;
        let factor = upstream / (n as f32 * self.temperature);
        let mut delta = lock(&self.probabilities).clone();
        delta.iter_mut().zip(&self.targets).for_each(|(p, q)| *p = (*p - q) * factor);
        Tensor::from_vec(delta, (n, classes), logits.device()).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing;
    use candle_core::{Device, Var};

    #[test]
    fn the_gradient_is_the_difference_of_probabilities_over_the_temperature() {
        // Scores 2 ln 3 and 0 at T = 2: p = (¾, ¼), whatever the third, inactive output says; q = (½, ½, 0).
        // Loss −½ ln ¾ − ½ ln ¼; gradient (¾ − ½, ¼ − ½, 0) / 2.
        let logits = Var::new(&[[2.0 * 3f32.ln(), 0.0, 9.0]], &Device::Cpu).expect("var");
        let active = Active::Same(vec![true, true, false].into());
        let loss = soft_cross_entropy(logits.as_tensor(), vec![0.5, 0.5, 0.0], &active, 2.0).expect("loss");
        let expected = -0.5 * 0.75f32.ln() - 0.5 * 0.25f32.ln();
        assert!((loss.to_scalar::<f32>().expect("scalar") - expected).abs() < 1e-6);
        let store = loss.backward().expect("backward");
        let gradient = read(store.get(logits.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read");
        testing::assert_close(&gradient, &[0.125, -0.125, 0.0], 1e-6);
        let rows = softened(logits.as_tensor(), &active, 2.0).expect("rows");
        testing::assert_close(&rows, &[0.75, 0.25, 0.0], 1e-6);
    }

    #[test]
    fn one_label_for_certain_is_plain_cross_entropy() {
        let logits = testing::uniform(&[3, 4], "logits");
        let labels = [1u32, 3, 0];
        let (hard, _) = super::super::cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
        let mut targets = vec![0.0; 12];
        labels.iter().enumerate().for_each(|(row, label)| targets[4 * row + *label as usize] = 1.0);
        let soft = soft_cross_entropy(&logits, targets, &Active::All, 1.0).expect("loss");
        let number = |loss: &Tensor| loss.to_scalar::<f32>().expect("scalar");
        assert!((number(&hard) - number(&soft)).abs() < 1e-6);
    }
}
