//! The interface of every network.

use candle_core::Tensor;

use super::cross_entropy::{Active, argmax};
use super::parameters::{Gradients, Parameters, read};
use super::squared;
use super::squared::Passes;
use super::tap::Magnitude;
use crate::error::Result;
use crate::gains::Gains;

/// A network from inputs to class scores, whose layers can be gained.
pub trait Model: Send {
    /// All trainable tensors, in order.
    fn parameters(&self) -> &Parameters;

    /// x (n × features) → logits (n × outputs), `tracked` as a graph that can be differentiated.
    ///
    /// # Errors
    /// Shape errors.
    fn run(&self, x: &Tensor, gains: &Gains, tracked: bool) -> Result<Tensor>;

    /// [`Model::run`] as a graph, for training.
    ///
    /// # Errors
    /// Shape errors.
    fn forward(&self, x: &Tensor, gains: &Gains) -> Result<Tensor> {
        self.run(x, gains, true)
    }

    /// The same values without a graph, for evaluation.
    ///
    /// # Errors
    /// Shape errors.
    fn infer(&self, x: &Tensor, gains: &Gains) -> Result<Tensor> {
        self.run(x, gains, false)
    }

    /// Activations of the hidden layers (n × units each), from the input; nothing where the network does not show them.
    ///
    /// # Errors
    /// Shape errors.
    fn hidden(&self, _x: &Tensor, _gains: &Gains) -> Result<Vec<Tensor>> {
        Ok(Vec::new())
    }

    /// Units per gainable layer, from the input; the last one is the output layer.
    fn layer_units(&self) -> Vec<usize>;

    /// How many of the first layers are recurrent and take a gain on their recurrent weights.
    fn recurrent_layers(&self) -> usize {
        0
    }

    /// Multiply–adds of one forward pass of one sample.
    fn multiply_adds(&self) -> u64;

    /// Number of logits.
    fn outputs(&self) -> usize {
        self.layer_units().last().copied().unwrap_or(0)
    }

    /// Σ over passes and samples of weight · |∂ℓ/∂θ|² (or its absolute value), where ℓ is each sample's own loss: the
    /// raw material of Fisher information and of MAS. The default goes sample by sample; dense networks need one
    /// product per layer and batch.
    ///
    /// # Errors
    /// Engine errors.
    fn gradient_magnitudes(
        &self,
        x: &Tensor,
        gains: &Gains,
        passes: &Passes,
        magnitude: Magnitude,
    ) -> Result<Gradients> {
        squared::per_sample(&|x| self.forward(x, gains), self.parameters(), x, passes, magnitude)
    }
}

/// Mean |activation| over the samples of the units of each hidden layer, from the input.
///
/// # Errors
/// Engine errors.
pub fn activity(model: &dyn Model, inputs: &Tensor, gains: &Gains) -> Result<Vec<Vec<f64>>> {
    let of = |layer: &Tensor| -> Result<Vec<f64>> {
        let (samples, units) = layer.dims2()?;
        read(&layer.contiguous()?, |values| {
            let mut sums = vec![0.0f64; units];
            for row in values.chunks_exact(units.max(1)) {
                sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(value.abs()));
            }
            sums.iter_mut().for_each(|sum| *sum /= samples.max(1) as f64);
            sums
        })
    };
    model.hidden(inputs, gains)?.iter().map(of).collect()
}

/// Predicted labels for inputs (n × features), over the active outputs, without a graph.
///
/// # Errors
/// Engine errors.
pub fn predict(model: &dyn Model, inputs: &Tensor, active: &Active, gains: &Gains) -> Result<Vec<usize>> {
    let logits = model.infer(inputs, gains)?;
    let width = logits.dim(1)?;
    read(&logits, |values| {
        let rows = values.chunks_exact(width).enumerate();
        rows.map(|(sample, row)| argmax(row, active.mask(sample))).collect()
    })
}
