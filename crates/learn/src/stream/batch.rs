//! What the learner gets: batches of training samples, and nothing that the stream hides.

use candle_core::Tensor;

use crate::error::Result;
use crate::nn::Active;

/// One mini-batch as the learner sees it. It carries neither test data nor the future, and the task only where the
/// stream reveals it.
#[derive(Debug, Clone)]
pub struct Batch {
    /// n × features, in [0, 1] unless the benchmark normalises.
    pub inputs: Tensor,
    /// n output indices.
    pub targets: Vec<u32>,
    /// Outputs that compete.
    pub active: Active,
    /// The task of all samples; `None` where the stream hides it or the batch mixes tasks.
    pub task: Option<usize>,
    /// Targets that are not one label per sample.
    pub extra: Extra,
}

impl Batch {
    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.inputs.dim(0).unwrap_or(0)
    }

    /// Mean over the samples, one number per feature, and the mean square over samples and features.
    ///
    /// # Errors
    /// Engine errors.
    pub fn input_moments(&self) -> Result<(Vec<f32>, f64)> {
        let features = self.inputs.elem_count() / self.samples().max(1);
        crate::nn::read(&self.inputs.contiguous()?, |values| moments(values, features))
    }
}

/// Mean of each feature over samples that stand one after another, and the mean square of all numbers.
pub fn moments(values: &[f32], features: usize) -> (Vec<f32>, f64) {
    let scale = 1.0 / (values.len() / features.max(1)).max(1) as f32;
    let mut mean = vec![0.0; features];
    for row in values.chunks_exact(features.max(1)) {
        mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += scale * x);
    }
    let square = values.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / values.len().max(1) as f64;
    (mean, square)
}

/// Targets beyond one label per sample.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Extra {
    /// `targets` says all.
    #[default]
    None,
    /// Regression: n × outputs.
    Values(Vec<f32>),
    /// Several heads on one trunk: per head n labels that count from 0 inside the head, [`Extra::ABSENT`] where a
    /// sample does not belong to the head's task.
    Heads(Vec<Vec<u32>>),
}

impl Extra {
    /// The label of a sample without a label for a head.
    pub const ABSENT: u32 = u32::MAX;
}
