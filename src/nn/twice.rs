//! Dense networks as functions of a flat parameter vector that can be differentiated twice.
//!
//! Second-order meta-learning needs ∇L and H·v. Fused ops refuse a second derivative and plain graph ops are slow for
//! networks of a few dozen units, so both products are written out here: the gradient by back-propagation, the Hessian
//! times a vector by Pearlmutter's R-operator (1994), R{·} = ∂/∂r of the same passes at θ + r·v. No difference quotient,
//! no matrix H: one product costs about two gradients.

use super::kernel::{self, Activation, Matrix, matmul};
use super::{MlpSpec, Parameters, read};
use crate::error::{Error, Result};

/// What the outputs are compared with.
#[derive(Debug, Clone, Copy)]
pub enum Targets<'a> {
    /// n × outputs values; the loss is the mean of squared differences.
    Values(&'a [f32]),
    /// n labels; the loss is the mean softmax cross-entropy.
    Labels(&'a [u32]),
}

/// Samples with their targets.
#[derive(Debug, Clone, Copy)]
pub struct Samples<'a> {
    /// n × inputs.
    pub inputs: &'a [f32],
    pub targets: Targets<'a>,
}

/// What a gradient leaves behind for the product with the Hessian at the same point; reusable storage.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    /// Per layer, n × units: φ(a).
    activity: Vec<Vec<f32>>,
    /// Per layer, n × units: ∂L/∂a.
    delta: Vec<Vec<f32>>,
    /// Per hidden layer, n × units: ∂L/∂φ(a).
    upstream: Vec<Vec<f32>>,
}

impl Tape {
    /// n × outputs values of the last pass.
    pub fn outputs(&self) -> &[f32] {
        self.activity.last().map_or(&[], Vec::as_slice)
    }
}

/// Layer sizes and activation; the parameters come with each call, in the store's order: weight (outputs × inputs) and
/// bias of layer 0, of layer 1, …
#[derive(Debug, Clone)]
pub struct DenseFunction {
    sizes: Vec<usize>,
    activation: Activation,
    /// Per layer: where its weight begins.
    starts: Vec<usize>,
}

impl DenseFunction {
    /// `sizes` from input to output.
    pub fn new(sizes: Vec<usize>, activation: Activation) -> Self {
        let mut starts = vec![0];
        for pair in sizes.windows(2) {
            starts.push(starts[starts.len() - 1] + pair[0] * pair[1] + pair[1]);
        }
        Self { sizes, activation, starts }
    }

    /// The function that [`MlpSpec`] builds as a model.
    pub fn of(spec: &MlpSpec, inputs: usize, outputs: usize) -> Self {
        let sizes = std::iter::once(inputs).chain(spec.hidden.iter().copied()).chain([outputs]).collect();
        Self::new(sizes, spec.activation)
    }

    /// Number of parameters.
    pub fn count(&self) -> usize {
        self.starts[self.layers()]
    }

    /// Where the parameters of the last layer begin.
    pub fn head(&self) -> usize {
        self.starts[self.layers() - 1]
    }

    /// Width of the input.
    pub fn inputs(&self) -> usize {
        self.sizes[0]
    }

    fn layers(&self) -> usize {
        self.sizes.len() - 1
    }

    fn weight<'t>(&self, layer: usize, theta: &'t [f32]) -> Matrix<'t> {
        let (inputs, outputs) = (self.sizes[layer], self.sizes[layer + 1]);
        let start = self.starts[layer];
        Matrix::new(&theta[start..start + inputs * outputs], outputs, inputs)
    }

    fn bias<'t>(&self, layer: usize, theta: &'t [f32]) -> &'t [f32] {
        &theta[self.starts[layer + 1] - self.sizes[layer + 1]..self.starts[layer + 1]]
    }

    fn split<'t>(&self, layer: usize, gradient: &'t mut [f32]) -> (&'t mut [f32], &'t mut [f32]) {
        gradient[self.starts[layer]..self.starts[layer + 1]]
            .split_at_mut(self.sizes[layer] * self.sizes[layer + 1])
    }

    /// Outputs for n × inputs values, kept on the tape.
    pub fn forward(&self, theta: &[f32], inputs: &[f32], tape: &mut Tape) {
        let n = inputs.len() / self.sizes[0];
        fit(&mut tape.activity, &self.sizes[1..], n);
        for layer in 0..self.layers() {
            let (below, above) = tape.activity.split_at_mut(layer);
            let x = below.last().map_or(inputs, Vec::as_slice);
            let y = &mut above[0];
            matmul(y, Matrix::new(x, n, self.sizes[layer]), self.weight(layer, theta).t(), false);
            kernel::activate(y, None, self.bias(layer, theta), self.activation_of(layer));
        }
    }

    fn activation_of(&self, layer: usize) -> Activation {
        if layer + 1 == self.layers() { Activation::Identity } else { self.activation }
    }

    /// L(θ) without a gradient.
    pub fn loss(&self, theta: &[f32], samples: &Samples<'_>, tape: &mut Tape) -> f64 {
        self.forward(theta, samples.inputs, tape);
        let mut delta = std::mem::take(&mut tape.delta);
        fit(&mut delta, &self.sizes[1..], samples.inputs.len() / self.sizes[0]);
        let loss = loss_and_delta(tape.outputs(), &samples.targets, &mut delta[self.layers() - 1]);
        tape.delta = delta;
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

    /// From ∂L/∂output, which the caller has put on the tape with [`DenseFunction::set_output_delta`], to ∇L(θ).
    pub fn backward(&self, theta: &[f32], inputs: &[f32], tape: &mut Tape, gradient: &mut [f32]) {
        let n = inputs.len() / self.sizes[0];
        fit(&mut tape.upstream, &self.sizes[1..], n);
        for layer in (0..self.layers()).rev() {
            let units = self.sizes[layer + 1];
            let x = if layer == 0 { inputs } else { &tape.activity[layer - 1] };
            let (weight, bias) = self.split(layer, gradient);
            let delta = Matrix::new(&tape.delta[layer], n, units);
            matmul(weight, delta.t(), Matrix::new(x, n, self.sizes[layer]), false);
            bias.fill(0.0);
            kernel::add_row_sum(bias, &tape.delta[layer]);
            if layer > 0 {
                matmul(&mut tape.upstream[layer - 1], delta, self.weight(layer, theta), false);
                tape.delta[layer - 1].copy_from_slice(&tape.upstream[layer - 1]);
                kernel::through_activation(&mut tape.delta[layer - 1], x, self.activation);
            }
        }
    }

    /// Puts ∂L/∂output (n × outputs) of a loss that the caller defines on the tape of a forward pass.
    pub fn set_output_delta(&self, tape: &mut Tape, delta: &[f32]) {
        let n = delta.len() / self.sizes[self.layers()];
        fit(&mut tape.delta, &self.sizes[1..], n);
        tape.delta[self.layers() - 1].copy_from_slice(delta);
    }

    /// H(θ)·v into `product` (overwritten). `tape` must come from [`DenseFunction::gradient`] at the same θ and samples;
    /// `scratch` is storage.
    pub fn hessian_product(
        &self,
        theta: &[f32],
        samples: &Samples<'_>,
        tape: &Tape,
        v: &[f32],
        scratch: &mut Tape,
        product: &mut [f32],
    ) {
        let (n, layers) = (samples.inputs.len() / self.sizes[0], self.layers());
        fit(&mut scratch.activity, &self.sizes[1..], n);
        fit(&mut scratch.delta, &self.sizes[1..], n);
        fit(&mut scratch.upstream, &self.sizes[1..], n);
        // R{a} = R{h} Wᵀ + h Vᵀ + v_b; R{φ(a)} = φ′ ∘ R{a}. R{a} waits in `upstream` for φ″.
        for layer in 0..layers {
            let inputs = self.sizes[layer];
            let x = if layer == 0 { samples.inputs } else { &tape.activity[layer - 1] };
            let (below, above) = scratch.activity.split_at_mut(layer);
            let y = &mut above[0];
            matmul(y, Matrix::new(x, n, inputs), self.weight(layer, v).t(), false);
            if let Some(below) = below.last() {
                matmul(y, Matrix::new(below, n, inputs), self.weight(layer, theta).t(), true);
            }
            kernel::activate(y, None, self.bias(layer, v), Activation::Identity);
            scratch.upstream[layer].copy_from_slice(y);
            kernel::through_activation(y, &tape.activity[layer], self.activation_of(layer));
        }
        let last = layers - 1;
        change_of_delta(tape.outputs(), &scratch.activity[last], &samples.targets, &mut scratch.delta[last]);
        for layer in (0..layers).rev() {
            let (inputs, units) = (self.sizes[layer], self.sizes[layer + 1]);
            let x = if layer == 0 { samples.inputs } else { &tape.activity[layer - 1] };
            // R{∇W} = R{δ}ᵀ h + δᵀ R{h}
            let (weight, bias) = self.split(layer, product);
            let delta = Matrix::new(&tape.delta[layer], n, units);
            let change = Matrix::new(&scratch.delta[layer], n, units);
            matmul(weight, change.t(), Matrix::new(x, n, inputs), false);
            bias.fill(0.0);
            kernel::add_row_sum(bias, &scratch.delta[layer]);
            if layer == 0 {
                break;
            }
            matmul(weight, delta.t(), Matrix::new(&scratch.activity[layer - 1], n, inputs), true);
            // R{δ_below} = (R{δ} W + δ V) ∘ φ′ + (δ W) ∘ φ″ ∘ R{a}
            let (below, above) = scratch.delta.split_at_mut(layer);
            let below = &mut below[layer - 1];
            matmul(below, Matrix::new(&above[0], n, units), self.weight(layer, theta), false);
            matmul(below, delta, self.weight(layer, v), true);
            kernel::through_activation(below, x, self.activation);
            add_curvature(below, x, &tape.upstream[layer - 1], &scratch.upstream[layer - 1], self.activation);
        }
    }
}

fn fit(buffers: &mut Vec<Vec<f32>>, units: &[usize], n: usize) {
    buffers.resize_with(units.len(), Vec::new);
    for (buffer, units) in buffers.iter_mut().zip(units) {
        buffer.resize(n * units, 0.0);
    }
}

/// The mean loss, and ∂L/∂output into `delta`.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
fn loss_and_delta(outputs: &[f32], targets: &Targets<'_>, delta: &mut [f32]) -> f64 {
    let mut sum = 0.0;
    match targets {
        Targets::Values(values) => {
            let scale = 2.0 / values.len() as f32;
            for ((delta, output), value) in delta.iter_mut().zip(outputs).zip(*values) {
                let difference = output - value;
                sum += f64::from(difference * difference);
                *delta = scale * difference;
            }
            sum / values.len() as f64
        }
        Targets::Labels(labels) => {
            let width = outputs.len() / labels.len();
            let scale = 1.0 / labels.len() as f32;
            let rows = outputs.chunks_exact(width).zip(delta.chunks_exact_mut(width));
            for ((row, delta), label) in rows.zip(*labels) {
                softmax(row, delta);
                sum -= f64::from(delta[*label as usize].max(f32::MIN_POSITIVE)).ln();
                delta[*label as usize] -= 1.0;
                kernel::scale(delta, scale);
            }
            sum / labels.len() as f64
        }
    }
}

/// R{∂L/∂output} from R{output}: twice the mean's weight for squares; p ∘ (R − Σ p R) for cross-entropy.
#[allow(clippy::cast_precision_loss)]
fn change_of_delta(outputs: &[f32], change: &[f32], targets: &Targets<'_>, delta: &mut [f32]) {
    match targets {
        Targets::Values(values) => {
            let scale = 2.0 / values.len() as f32;
            delta.iter_mut().zip(change).for_each(|(delta, change)| *delta = scale * change);
        }
        Targets::Labels(labels) => {
            let width = outputs.len() / labels.len();
            let scale = 1.0 / labels.len() as f32;
            let rows = outputs.chunks_exact(width).zip(change.chunks_exact(width));
            for ((row, change), delta) in rows.zip(delta.chunks_exact_mut(width)) {
                softmax(row, delta);
                let mean: f32 = delta.iter().zip(change).map(|(p, r)| p * r).sum();
                delta.iter_mut().zip(change).for_each(|(p, r)| *p *= scale * (r - mean));
            }
        }
    }
}

fn softmax(row: &[f32], out: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    out.iter_mut().zip(row).for_each(|(out, value)| *out = (value - largest).exp());
    let sum: f32 = out.iter().sum();
    kernel::scale(out, 1.0 / sum);
}

/// below += upstream ∘ φ″ ∘ change, with φ″ computed from the outputs y; ReLU has none.
fn add_curvature(below: &mut [f32], y: &[f32], upstream: &[f32], change: &[f32], activation: Activation) {
    let second = |y: f32| match activation {
        Activation::Identity | Activation::Relu => 0.0,
        Activation::Tanh => -2.0 * y * (1.0 - y * y),
        Activation::Sigmoid => y * (1.0 - y) * (1.0 - 2.0 * y),
    };
    if matches!(activation, Activation::Identity | Activation::Relu) {
        return;
    }
    for (((below, y), upstream), change) in below.iter_mut().zip(y).zip(upstream).zip(change) {
        *below += upstream * second(*y) * change;
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
            return Err(Error::Engine(candle_core::Error::Msg("parameters of another network".into())));
        };
        read(&parameter.var, |source| out.copy_from_slice(source))?;
        at = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::{Active, Gradients, Mlp, Model, cross_entropy, testing};
    use crate::rng::Streams;

    fn vector(length: usize, name: &str) -> Vec<f32> {
        read(&testing::uniform(&[length], name), <[f32]>::to_vec).expect("read")
    }

    /// The product against (∇L(θ + εv) − ∇L(θ − εv)) / 2ε.
    fn check_product(activation: Activation, targets: Targets<'_>) {
        let function = DenseFunction::new(vec![3, 7, 5, 2], activation);
        let (theta, v) = (vector(function.count(), "theta"), vector(function.count(), "v"));
        let inputs = vector(12, "inputs");
        let samples = Samples { inputs: &inputs, targets };
        let (mut tape, mut scratch) = (Tape::default(), Tape::default());
        let mut gradient = vec![0.0; function.count()];
        function.gradient(&theta, &samples, &mut tape, &mut gradient);
        let mut product = vec![0.0; function.count()];
        function.hessian_product(&theta, &samples, &tape, &v, &mut scratch, &mut product);
        let mut at = |epsilon: f32| {
            let moved: Vec<f32> = theta.iter().zip(&v).map(|(t, v)| t + epsilon * v).collect();
            let mut gradient = vec![0.0; function.count()];
            function.gradient(&moved, &samples, &mut scratch, &mut gradient);
            gradient
        };
        let (high, low) = (at(1e-3), at(-1e-3));
        let numeric: Vec<f32> = high.iter().zip(&low).map(|(h, l)| (h - l) / 2e-3).collect();
        testing::assert_close(&product, &numeric, 1e-3);
        assert!(product.iter().any(|p| p.abs() > 1e-3));
    }

    #[test]
    fn the_hessian_product_is_the_change_of_the_gradient() {
        for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
            check_product(activation, Targets::Values(&[0.5, -1.0, 2.0, 0.0, 1.0, 1.0, -0.5, 0.25]));
            check_product(activation, Targets::Labels(&[0, 1, 1, 0]));
        }
    }

    #[test]
    fn value_and_gradient_are_those_of_the_model_on_the_graph() {
        let mlp = Mlp::new(&[3, 7, 5, 2], Activation::Tanh, crate::nn::Init::default(), &Streams::new(3))
            .expect("mlp");
        let x = testing::uniform(&[4, 3], "inputs");
        let labels = [0, 1, 1, 0];
        let logits = mlp.forward(&x, &crate::modulation::Gains::default()).expect("forward");
        let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
        let mut expected = Gradients::default();
        mlp.parameters().backward(&loss, &mut expected).expect("backward");
        let function = DenseFunction::new(vec![3, 7, 5, 2], Activation::Tanh);
        let mut theta = vec![0.0; function.count()];
        gather(mlp.parameters(), &mut theta).expect("gather");
        let inputs = read(&x, <[f32]>::to_vec).expect("read");
        let samples = Samples { inputs: &inputs, targets: Targets::Labels(&labels) };
        let mut gradient = vec![0.0; function.count()];
        let value = function.gradient(&theta, &samples, &mut Tape::default(), &mut gradient);
        assert!((value - f64::from(loss.to_scalar::<f32>().expect("scalar"))).abs() < 1e-6);
        testing::assert_close(&gradient, &expected.buffers.concat(), 1e-5);
    }

    #[test]
    fn a_linear_unit_has_the_hessian_of_paper() {
        // L = (w x + b − t)² with x = 3: H = 2 [x², x; x, 1] = [18, 6; 6, 2]; H·(1, −1) = (12, 4).
        let function = DenseFunction::new(vec![1, 1], Activation::Relu);
        let samples = Samples { inputs: &[3.0], targets: Targets::Values(&[1.0]) };
        let (mut tape, mut gradient, mut product) = (Tape::default(), [0.0; 2], [0.0; 2]);
        // w = 2, b = 0.5: difference 5.5, L = 30.25, ∇ = (33, 11)
        assert_eq!(function.gradient(&[2.0, 0.5], &samples, &mut tape, &mut gradient), 30.25);
        assert_eq!(gradient, [33.0, 11.0]);
        function.hessian_product(
            &[2.0, 0.5],
            &samples,
            &tape,
            &[1.0, -1.0],
            &mut Tape::default(),
            &mut product,
        );
        assert_eq!(product, [12.0, 4.0]);
    }
}
