//! Weight decay as a loss term: ½ Σ θ², over weights and biases alike.

use super::LossTerm;
use crate::error::Result;
use crate::nn::{Gradients, Parameters, kernel, read};

/// Its weight is λ: the gradient is λ θ.
#[derive(Debug, Default, Clone, Copy)]
pub struct L2;

impl LossTerm for L2 {
    fn name(&self) -> &'static str {
        "l2"
    }

    fn add_gradient(&mut self, parameters: &Parameters, scale: f32, gradients: &mut Gradients) -> Result<()> {
        for (parameter, gradient) in parameters.iter().zip(&mut gradients.buffers) {
            read(&parameter.var, |values| kernel::axpy(gradient, scale, values))?;
        }
        Ok(())
    }
}
