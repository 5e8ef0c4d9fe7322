//! The task loss of regression.

use candle_core::Tensor;

use super::task_loss::TaskLoss;
use super::term::LossTerm;
use crate::context::StepContext;
use crate::error::{Error, Result};
use crate::nn::{BatchStatistics, mean_squared, read};
use crate::stream::Extra;

/// Mean over samples and outputs of (f(x) − y)².
#[derive(Debug, Default)]
pub struct MeanSquared {
    last: BatchStatistics,
}

impl LossTerm for MeanSquared {
    fn name(&self) -> &str {
        TaskLoss::NAME
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let Extra::Values(values) = &cx.batch.extra else {
            return Err(Error::data("batch", "has labels, but the loss is that of a regression"));
        };
        let loss = mean_squared(cx.logits, values)?;
        let mean = f64::from(read(&loss, |loss| loss[0])?);
        // Accuracy and entropy have no meaning here.
        self.last = BatchStatistics { loss: mean, accuracy: f64::NAN, entropy: f64::NAN };
        Ok(Some(loss))
    }

    fn statistics(&self) -> Option<&BatchStatistics> {
        Some(&self.last)
    }
}
