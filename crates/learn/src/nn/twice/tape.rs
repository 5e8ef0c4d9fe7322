//! Samples with their targets, and what a gradient leaves behind for the product with the Hessian.

use super::layer::Layer;
use super::target::Targets;

/// Samples with their targets.
#[derive(Debug, Clone, Copy)]
pub struct Samples<'a> {
    /// n × inputs; images as height × width × channels.
    pub inputs: &'a [f32],
    pub targets: Targets<'a>,
}

/// What a gradient leaves behind for the product with the Hessian at the same point; reusable storage. One entry per
/// layer; N = n × positions of the layer.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    /// N × units: φ(a).
    pub(super) activity: Vec<Vec<f32>>,
    /// N × units: ∂L/∂a.
    pub(super) delta: Vec<Vec<f32>>,
    /// n × outputs, of hidden layers: ∂L/∂φ(a).
    pub(super) upstream: Vec<Vec<f32>>,
    /// N × inputs, of convolutions: the rows that the weight multiplies.
    pub(super) patches: Vec<Vec<f32>>,
    /// N × units, of normalised layers: x̂, and ∂L/∂x̂.
    pub(super) normalised: Vec<Vec<f32>>,
    pub(super) outer: Vec<Vec<f32>>,
    /// Per unit of normalised layers: 1/√(σ² + ε).
    pub(super) inverse: Vec<Vec<f32>>,
    pub(super) padded: Vec<f32>,
    pub(super) folded: Vec<f32>,
}

impl Tape {
    /// n × outputs values of the last pass.
    pub fn outputs(&self) -> &[f32] {
        self.activity.last().map_or(&[], Vec::as_slice)
    }

    pub(super) fn fit(&mut self, layers: &[Layer], n: usize) {
        let Self { activity, delta, upstream, patches, normalised, outer, inverse, .. } = self;
        for buffers in [&mut *activity, delta, upstream] {
            buffers.resize_with(layers.len(), Vec::new);
            for (buffer, layer) in buffers.iter_mut().zip(layers) {
                buffer.resize(n * layer.outputs(), 0.0);
            }
        }
        patches.resize_with(layers.len(), Vec::new);
        for buffers in [normalised, outer] {
            buffers.resize_with(layers.len(), Vec::new);
            for (buffer, layer) in buffers.iter_mut().zip(layers).filter(|(_, layer)| layer.normalised) {
                buffer.resize(n * layer.outputs(), 0.0);
            }
        }
        inverse.resize_with(layers.len(), Vec::new);
        for (buffer, layer) in inverse.iter_mut().zip(layers) {
            buffer.resize(layer.units, 0.0);
        }
    }
}
