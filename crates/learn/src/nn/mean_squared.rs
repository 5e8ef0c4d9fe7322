//! The loss of regression.

use candle_core::Tensor;

use crate::error::Result;

/// Mean over samples and outputs of the squared difference from these numbers, n × outputs.
///
/// # Errors
/// Engine errors.
pub fn mean_squared(answers: &Tensor, values: &[f32]) -> Result<Tensor> {
    let target = Tensor::from_slice(values, answers.shape(), answers.device())?;
    Ok((answers - target)?.sqr()?.mean_all()?)
}
