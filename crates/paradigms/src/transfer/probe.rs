//! Performance on test samples, which the learner never sees.

use candle_core::{Device, Tensor};

use contract::Pace;
use learn::Learner;
use learn::error::Result;
use learn::nn::{Active, predict, read};
use learn::stream::Side;

/// Samples per forward pass.
const BATCH: usize = 512;

/// Test samples of one domain. Performance is the accuracy, or for regression minus the mean squared error: higher is
/// better in both.
pub(super) struct Probe {
    inputs: Vec<f32>,
    features: usize,
    labels: Vec<u32>,
    values: Vec<f32>,
    active: Active,
}

impl Probe {
    /// At most `limit` of a domain's test samples, evenly spaced.
    pub fn new(side: &Side, limit: usize) -> Self {
        let n = side.inputs.len() / side.features.max(1);
        let at: Vec<usize> = (0..n.min(limit)).map(|i| i * n / n.min(limit)).collect();
        let row = |i: &usize| side.inputs[i * side.features..(i + 1) * side.features].iter().copied();
        Self {
            inputs: at.iter().flat_map(row).collect(),
            features: side.features,
            labels: at.iter().filter_map(|i| side.labels.get(*i).copied()).collect(),
            values: at.iter().filter_map(|i| side.values.get(*i).copied()).collect(),
            active: side.active.clone(),
        }
    }

    pub fn performance(&self, learner: &Learner, pace: &mut Pace<'_>) -> Result<f64> {
        let (model, gains) = (learner.model.as_ref(), learner.gains());
        if self.values.is_empty() {
            let rows = self.inputs.chunks(BATCH * self.features).zip(self.labels.chunks(BATCH));
            let mut right = 0;
            for (inputs, labels) in rows {
                pace.ask()?;
                let x = Tensor::from_slice(inputs, (labels.len(), self.features), &Device::Cpu)?;
                let predicted = predict(model, &x, &self.active, gains)?;
                right += predicted.iter().zip(labels).filter(|(p, label)| **p == **label as usize).count();
            }
            return Ok(right as f64 / self.labels.len().max(1) as f64);
        }
        pace.ask()?;
        let n = self.inputs.len() / self.features;
        let x = Tensor::from_slice(&self.inputs, (n, self.features), &Device::Cpu)?;
        let squares = read(&model.infer(&x, gains)?, |outputs| {
            outputs.iter().zip(&self.values).map(|(f, y)| f64::from(f - y).powi(2)).sum::<f64>()
        })?;
        Ok(-squares / self.values.len() as f64)
    }
}
