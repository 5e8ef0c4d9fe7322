//! What the last hidden layer makes of inputs, as directions.

use candle_core::Tensor;

use super::model::Model;
use super::parameters::read;
use crate::error::{Error, Result};
use crate::gains::Gains;

/// Activations of the last hidden layer, each row scaled to length 1 (a row of zeros stays): n × units, row by row.
///
/// # Errors
/// A network that shows no hidden layer; engine errors.
pub fn features(model: &dyn Model, inputs: &Tensor, gains: &Gains) -> Result<(Vec<f32>, usize)> {
    let hidden = model.hidden(inputs, gains)?;
    let Some(last) = hidden.last() else {
        return Err(Error::engine("the network shows no hidden layer"));
    };
    let units = last.dim(1)?;
    let mut values = read(&last.contiguous()?, <[f32]>::to_vec)?;
    values.chunks_exact_mut(units).for_each(to_length_one);
    Ok((values, units))
}

/// Scales a vector to length 1; zeros stay.
pub fn to_length_one(values: &mut [f32]) {
    let length = values.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        values.iter_mut().for_each(|x| *x /= length);
    }
}
