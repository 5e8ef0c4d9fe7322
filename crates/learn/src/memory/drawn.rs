//! Samples drawn from a memory, and what the network makes of them.

use candle_core::Tensor;

use crate::context::StepContext;
use crate::error::Result;
use crate::nn::{Active, cross_entropy, mean_squared};

/// Samples drawn from a memory.
#[derive(Debug)]
pub struct Drawn {
    /// n × features.
    pub inputs: Tensor,
    pub targets: Vec<u32>,
    /// Numbers that the samples ask for; empty where they ask for their labels.
    pub values: Vec<f32>,
    /// Where the stream reveals the task, the outputs of each sample's own; elsewhere those of the batch at hand, so that
    /// classes met since compete too.
    pub active: Active,
    /// n × outputs, as the network scored the samples when they were stored; `None` where the memory keeps none.
    pub logits: Option<Tensor>,
}

impl Drawn {
    /// Mean cross-entropy of the samples as the network scores them now; of a regression the mean squared error.
    ///
    /// # Errors
    /// Engine errors.
    pub fn loss(&self, cx: &StepContext<'_>) -> Result<Tensor> {
        if !self.values.is_empty() {
            return mean_squared(&self.scores(cx)?, &self.values);
        }
        Ok(cross_entropy(&self.scores(cx)?, &self.targets, &self.active, cx.gains.temperature)?.0)
    }

    /// How the network scores the samples now, n × outputs.
    ///
    /// # Errors
    /// Engine errors.
    pub fn scores(&self, cx: &StepContext<'_>) -> Result<Tensor> {
        cx.model.forward(&self.inputs, &cx.gains.unmasked())
    }
}
