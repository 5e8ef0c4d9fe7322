//! Dense and convolutional networks as functions of a flat parameter vector that can be differentiated twice.

use serde::{Deserialize, Serialize};

use super::super::patches::Geometry;
use super::layer::Layer;
use super::tape::{Samples, Tape};
use super::target::loss_and_delta;
use crate::error::{Error, Result};
use crate::nn::parameters::{Parameters, read};
use crate::nn::spec::{CnnSpec, MlpSpec};
use numeric::matrix::matmul;
use numeric::{Activation, elementwise, matrix};

/// Whether the weighted inputs of every layer but the last are normalised before bias and activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// No: every sample is answered by itself.
    #[default]
    None,
    /// Per unit over the batch that passes together, without a learned scale. Transductive: an answer depends on the
    /// other samples of its batch.
    Batch,
}

/// Layers and activation; the parameters come with each call, in the store's order: weight (outputs × inputs) and bias
/// of layer 0, of layer 1, …
#[derive(Debug, Clone)]
pub struct Function {
    pub(super) layers: Vec<Layer>,
}

impl Function {
    /// Dense layers; `sizes` from input to output.
    pub fn dense(sizes: &[usize], activation: Activation, normalise: Normalise) -> Self {
        let mut function = Self { layers: Vec::new() };
        for pair in sizes.windows(2) {
            function.push(None, pair[0], pair[1], activation, normalise);
        }
        function.finish()
    }

    /// The function that an [`MlpSpec`] builds as a model, if not normalised.
    pub fn of_mlp(spec: &MlpSpec, inputs: usize, outputs: usize, normalise: Normalise) -> Self {
        let sizes: Vec<usize> =
            std::iter::once(inputs).chain(spec.hidden.iter().copied()).chain([outputs]).collect();
        Self::dense(&sizes, spec.activation, normalise)
    }

    /// The function that a [`CnnSpec`] without pooling builds as a model, if not normalised; `shape`: channels, height,
    /// width.
    pub fn of_cnn(spec: &CnnSpec, shape: [usize; 3], outputs: usize, normalise: Normalise) -> Self {
        let mut function = Self { layers: Vec::new() };
        let [mut channels, mut height, mut width] = shape;
        for units in &spec.channels {
            let CnnSpec { kernel, padding, stride, .. } = *spec;
            let geometry = Geometry { height, width, channels, kernel, padding, stride };
            function.push(Some(geometry), geometry.patch(), *units, spec.activation, normalise);
            [height, width] = geometry.output().unwrap_or_default();
            channels = *units;
        }
        let mut inputs = channels * height * width;
        for units in spec.hidden.iter().copied().chain([outputs]) {
            function.push(None, inputs, units, spec.activation, normalise);
            inputs = units;
        }
        function.finish()
    }

    pub(super) fn push(
        &mut self,
        geometry: Option<Geometry>,
        inputs: usize,
        units: usize,
        activation: Activation,
        normalise: Normalise,
    ) {
        self.layers.push(Layer {
            geometry,
            rows: geometry.map_or(1, |geometry| geometry.positions()),
            inputs,
            units,
            normalised: normalise == Normalise::Batch,
            activation,
            start: self.count(),
        });
    }

    /// The last layer gives plain scores.
    fn finish(mut self) -> Self {
        if let Some(last) = self.layers.last_mut() {
            (last.activation, last.normalised) = (Activation::Identity, false);
        }
        self
    }

    /// Number of parameters.
    pub fn count(&self) -> usize {
        self.layers.last().map_or(0, Layer::end)
    }

    /// Where the parameters of the last layer begin.
    pub fn head(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.start)
    }

    /// Numbers per sample that go in.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, Layer::features)
    }

    /// Numbers per sample that come out.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, Layer::outputs)
    }

    /// Multiply–adds of one forward pass per sample.
    pub fn multiply_adds(&self) -> u64 {
        self.layers.iter().map(Layer::multiply_adds).sum()
    }

    pub(super) fn samples(&self, inputs: &[f32]) -> usize {
        inputs.len() / self.inputs().max(1)
    }

    /// Outputs for n × inputs values, kept on the tape.
    pub fn forward(&self, theta: &[f32], inputs: &[f32], tape: &mut Tape) {
        tape.fit(&self.layers, self.samples(inputs));
        let Tape { activity, patches, normalised, inverse, padded, .. } = tape;
        for (at, layer) in self.layers.iter().enumerate() {
            let (below, above) = activity.split_at_mut(at);
            let (x, y) = (below.last().map_or(inputs, Vec::as_slice), &mut above[0]);
            layer.unfold(x, &mut patches[at], padded);
            matmul(y, layer.rows_of(x, &patches[at]), layer.weight(theta).t(), false);
            if layer.normalised {
                super::normalise::forward(y, &mut inverse[at]);
                normalised[at].copy_from_slice(y);
            }
            elementwise::activate(y, None, layer.bias(theta), layer.activation);
        }
    }

    /// L(θ) without a gradient.
    pub fn loss(&self, theta: &[f32], samples: &Samples<'_>, tape: &mut Tape) -> f64 {
        self.forward(theta, samples.inputs, tape);
        let mut delta = tape.delta.pop().unwrap_or_default();
        let loss = loss_and_delta(tape.outputs(), &samples.targets, &mut delta);
        tape.delta.push(delta);
        loss
    }

    /// L(θ), and ∇L(θ) into `gradient` (overwritten).
    pub fn gradient(
        &self,
        theta: &[f32],
        samples: &Samples<'_>,
        tape: &mut Tape,
        gradient: &mut [f32],
    ) -> f64 {
        let loss = self.loss(theta, samples, tape);
        self.backward(theta, samples.inputs, tape, gradient);
        loss
    }

    /// Puts ∂L/∂output (n × outputs) of a loss that the caller defines on the tape of a forward pass.
    pub fn set_output_delta(&self, tape: &mut Tape, delta: &[f32]) {
        if let Some(last) = tape.delta.last_mut() {
            last.copy_from_slice(delta);
        }
    }

    /// From ∂L/∂output on the tape to ∇L(θ) into `gradient` (overwritten).
    pub fn backward(&self, theta: &[f32], inputs: &[f32], tape: &mut Tape, gradient: &mut [f32]) {
        let Tape { activity, delta, upstream, patches, normalised, outer, inverse, padded, folded } = tape;
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let x = if at == 0 { inputs } else { &activity[at - 1] };
            let (weight, bias) = layer.split(gradient);
            let delta_here = &mut delta[at];
            bias.fill(0.0);
            elementwise::add_row_sum(bias, delta_here);
            if layer.normalised {
                outer[at].copy_from_slice(delta_here);
                super::normalise::jacobian_product(delta_here, &normalised[at], &inverse[at]);
            }
            let rows = layer.rows_of(x, &patches[at]);
            let matrix = matrix::Matrix::new(delta_here, rows.rows, layer.units);
            matmul(weight, matrix.t(), rows, false);
            if at > 0 {
                folded.resize(rows.rows * layer.inputs, 0.0);
                matmul(folded, matrix, layer.weight(theta), false);
                layer.fold(folded, &mut upstream[at - 1], padded);
                delta[at - 1].copy_from_slice(&upstream[at - 1]);
                elementwise::through_activation(&mut delta[at - 1], x, self.layers[at - 1].activation);
            }
        }
    }
}

/// The first `values.len()` scalars of a store, in order.
///
/// # Errors
/// When the store holds fewer.
pub fn gather(parameters: &Parameters, values: &mut [f32]) -> Result<()> {
    let mut at = 0;
    for parameter in parameters.iter() {
        if at == values.len() {
            break;
        }
        let end = at + parameter.var.elem_count();
        let Some(out) = values.get_mut(at..end) else {
            return Err(Error::engine("parameters of another network"));
        };
        read(&parameter.var, |source| out.copy_from_slice(source))?;
        at = end;
    }
    Ok(())
}
