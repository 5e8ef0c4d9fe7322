//! Where a dense layer leaves what sums over samples of squared or absolute gradients are made of.

use numeric::elementwise;

/// What is summed over samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Magnitude {
    /// g²: Fisher information.
    Square,
    /// |g|: memory-aware synapses.
    Absolute,
}

impl Magnitude {
    pub(crate) fn add_scaled(self, sum: &mut [f32], weight: f32, x: &[f32]) {
        match self {
            Self::Square => elementwise::add_scaled_square(sum, weight, x),
            Self::Absolute => elementwise::add_scaled_absolute(sum, weight, x),
        }
    }
}

/// Diverts a layer's backward pass: instead of weight gradients it collects per-sample deltas, from which sums over
/// samples of squared or absolute gradients follow by one product (see `nn::squared`).
#[derive(Debug)]
pub(crate) struct Tap {
    pub magnitude: Magnitude,
    /// Weight of each sample in the pass that is being differentiated.
    pub weight: Vec<f32>,
    /// n × out, at the pre-activation: Σ over passes of weight · δ² or weight · |δ|.
    pub deltas: Vec<f32>,
    /// n × in: the layer's inputs in this batch.
    pub input: Vec<f32>,
    /// The slope gain in force: deltas at W x are these times the slope.
    pub slope: Option<Vec<f32>>,
}
