//! Gains on a layer's output: feature gates and dropout masks.

use candle_core::Tensor;

use crate::gains::LayerGain;
use base::error::{DefinitionError, Result};

/// y (n × … × units) times the layer's gate, one factor per unit, and its mask, one factor per sample and unit. Without
/// either, y itself.
pub(crate) fn gated(y: Tensor, gain: &LayerGain) -> Result<Tensor> {
    let units = y.dim(candle_core::D::Minus1)?;
    let y = match gain.gate.expand(units)? {
        Some(gate) => y.broadcast_mul(&Tensor::from_vec(gate, units, y.device())?)?,
        None => y,
    };
    let Some(mask) = &gain.mask else { return Ok(y) };
    let n = y.dim(0)?;
    if mask.len() != n * units {
        let allowed = format!("{n} samples x {units} units");
        return Err(DefinitionError::range("mask", format!("{} values", mask.len()), &allowed).into());
    }
    let mut shape = vec![1; y.rank()];
    shape[0] = n;
    shape[y.rank() - 1] = units;
    Ok(y.broadcast_mul(&Tensor::from_slice(mask, shape, y.device())?)?)
}
