//! What every fused layer shares: slope gain, bias shift and activation around a weighted input, and the gradient
//! buffers that its backward pass writes.

use super::parameters::{SharedSlot, lock};
use crate::error::Result;
use crate::gains::LayerGain;
use numeric::{Activation, elementwise};

/// y = φ(g ∘ z + b + h) with z the weighted input, g the slope gain and h the bias shift, one value per unit.
#[derive(Debug, Clone)]
pub(crate) struct Fused {
    pub slope: Option<Vec<f32>>,
    pub shift: Option<Vec<f32>>,
    pub activation: Activation,
}

impl Fused {
    /// The gains of one layer of `units`, spelled out per unit.
    pub fn new(gain: &LayerGain, units: usize, activation: Activation) -> Result<Self> {
        Ok(Self { slope: gain.slope.expand(units)?, shift: gain.bias.expand(units)?, activation })
    }

    /// b + h.
    pub fn shifted(&self, bias: &[f32]) -> Vec<f32> {
        match &self.shift {
            None => bias.to_vec(),
            Some(shift) => bias.iter().zip(shift).map(|(bias, shift)| bias + shift).collect(),
        }
    }

    /// z becomes y, in place; rows of one value per unit. `shifted` is b + h.
    pub fn activate(&self, z: &mut [f32], shifted: &[f32]) {
        elementwise::activate(z, self.slope.as_deref(), shifted, self.activation);
    }

    /// z stored unit by unit (units × n) becomes y (n × units).
    pub fn activate_transposed(&self, z: &[f32], shifted: &[f32]) -> Vec<f32> {
        let mut y = vec![0.0; z.len()];
        elementwise::activate_transposed(&mut y, z, self.slope.as_deref(), shifted, self.activation);
        y
    }

    /// ∂L/∂y becomes ∂L/∂(pre-activation), the gradient of the bias before it is summed over rows.
    pub fn to_pre_activation(&self, delta: &mut [f32], y: &[f32]) {
        elementwise::through_activation(delta, y, self.activation);
    }

    /// ∂L/∂(pre-activation) becomes ∂L/∂z.
    pub fn to_weighted_input(&self, delta: &mut [f32]) {
        if let Some(slope) = &self.slope {
            delta.chunks_exact_mut(slope.len()).for_each(|row| elementwise::multiply(row, slope));
        }
    }
}

/// Writes into a gradient buffer; the closure is told whether to add to what is there.
pub(crate) fn accumulate(slot: &SharedSlot, write: impl FnOnce(&mut [f32], bool)) {
    let mut slot = lock(slot);
    let add = slot.filled;
    write(&mut slot.values, add);
    slot.filled = true;
}

/// Adds the sum over rows of `delta` to a bias gradient, or overwrites it.
pub(crate) fn accumulate_row_sum(slot: &SharedSlot, delta: &[f32]) {
    accumulate(slot, |sums, add| {
        if !add {
            sums.fill(0.0);
        }
        elementwise::add_row_sum(sums, delta);
    });
}

/// Fails under candle's second-order mode: a raw-kernel backward carries no graph, and a silently partial second
/// derivative is worse than an error.
pub(crate) fn refuse_second_order(op: &str) -> candle_core::Result<()> {
    let asked =
        || std::env::var("CANDLE_GRAD_DO_NOT_DETACH").is_ok_and(|value| !value.is_empty() && value != "0");
    // candle reads the variable once per thread; remember what it may have seen, whatever is set later.
    thread_local! {
        static SEEN: std::cell::Cell<Option<bool>> = const { std::cell::Cell::new(None) };
    }
    let at_first = SEEN.get().unwrap_or_else(asked);
    SEEN.set(Some(at_first));
    if at_first || asked() {
        candle_core::bail!(
            "{op} has first derivatives only, but CANDLE_GRAD_DO_NOT_DETACH asks for second ones"
        );
    }
    Ok(())
}
