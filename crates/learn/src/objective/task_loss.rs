//! The loss of the task at hand: softmax cross-entropy over the active outputs.

use candle_core::Tensor;

use super::term::LossTerm;
use crate::context::StepContext;
use crate::error::Result;
use crate::nn::{BatchStatistics, cross_entropy};

/// Mean cross-entropy of the batch.
#[derive(Debug, Default)]
pub struct TaskLoss {
    last: BatchStatistics,
}

impl TaskLoss {
    /// The name under which its weight can be gained.
    pub const NAME: &str = "task";
}

impl LossTerm for TaskLoss {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let batch = cx.batch;
        let (loss, statistics) =
            cross_entropy(cx.logits, &batch.targets, &batch.active, cx.gains.temperature)?;
        self.last = statistics;
        Ok(Some(loss))
    }

    fn statistics(&self) -> Option<&BatchStatistics> {
        Some(&self.last)
    }
}
