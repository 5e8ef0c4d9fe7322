//! Decoupled weight decay (Loshchilov & Hutter 2019).

use super::chain::{Transform, UpdateContext};
use crate::error::Result;
use crate::nn::{Gradients, Role, read};
use numeric::elementwise;

/// Adds `rate` · θ to the direction of weights (not biases), after Adam: θ ← θ − η (direction + rate · θ).
#[derive(Debug, Clone, Copy)]
pub struct DecoupledDecay {
    pub rate: f32,
}

impl Transform for DecoupledDecay {
    fn name(&self) -> &'static str {
        "decoupled-decay"
    }

    fn update(&mut self, gradients: &mut Gradients, cx: &UpdateContext<'_>) -> Result<()> {
        for (parameter, gradient) in cx.parameters.iter().zip(&mut gradients.buffers) {
            if parameter.role == Role::Weight {
                read(&parameter.var, |values| elementwise::axpy(gradient, self.rate, values))?;
            }
        }
        Ok(())
    }
}
