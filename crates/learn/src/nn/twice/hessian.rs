//! The product of the Hessian with a vector (Pearlmutter 1994), layer by layer.

use super::function::Function;
use super::tape::{Samples, Tape};
use super::target::change_of_delta;
use numeric::matrix::matmul;
use numeric::{Activation, elementwise, matrix};

impl Function {
    /// H(θ)·v into `product` (overwritten). `tape` must come from [`Function::gradient`] at the same θ and samples;
    /// `scratch` is storage, whose entries take the changes R{·} of the tape's.
    pub fn hessian_product(
        &self,
        theta: &[f32],
        samples: &Samples<'_>,
        tape: &Tape,
        v: &[f32],
        scratch: &mut Tape,
        product: &mut [f32],
    ) {
        scratch.fit(&self.layers, self.samples(samples.inputs));
        self.change_of_forward(theta, samples.inputs, tape, v, scratch);
        let Tape { activity, delta, upstream, patches, normalised, outer, inverse, padded, folded } = scratch;
        let last = self.layers.len() - 1;
        change_of_delta(tape.outputs(), &activity[last], &samples.targets, &mut delta[last]);
        for (at, layer) in self.layers.iter().enumerate().rev() {
            let x = if at == 0 { samples.inputs } else { &tape.activity[at - 1] };
            let (weight, bias) = layer.split(product);
            let change = &mut delta[at];
            bias.fill(0.0);
            elementwise::add_row_sum(bias, change);
            if layer.normalised {
                let pass = super::normalise::Pass {
                    x: &tape.normalised[at],
                    s: &tape.inverse[at],
                    outer: &tape.outer[at],
                    inner: &tape.delta[at],
                };
                // `change_of_forward` left ⟨x̂ ∘ R{a}⟩ in place of the inverse.
                super::normalise::change_of_backward(change, pass, &normalised[at], &inverse[at]);
            }
            // R{∇W} = R{δ}ᵀ p + δᵀ R{p}, p the rows that W multiplies
            let rows = layer.rows_of(x, &tape.patches[at]);
            let matrix = |values| matrix::Matrix::new(values, rows.rows, layer.units);
            matmul(weight, matrix(change).t(), rows, false);
            if at == 0 {
                break;
            }
            let delta_here = matrix(&tape.delta[at]);
            matmul(weight, delta_here.t(), layer.rows_of(&activity[at - 1], &patches[at]), true);
            // R{δ_below} = (R{δ} W + δ V) ∘ φ′ + (δ W) ∘ φ″ ∘ R{pre-activation}
            folded.resize(rows.rows * layer.inputs, 0.0);
            matmul(folded, matrix(change), layer.weight(theta), false);
            matmul(folded, delta_here, layer.weight(v), true);
            layer.fold(folded, &mut outer[at - 1], padded);
            let below = &self.layers[at - 1];
            delta[at - 1].copy_from_slice(&outer[at - 1]);
            elementwise::through_activation(&mut delta[at - 1], x, below.activation);
            add_curvature(&mut delta[at - 1], x, &tape.upstream[at - 1], &upstream[at - 1], below.activation);
        }
    }

    /// R{p} = unfolded R{h}; R{a} = R{p} Wᵀ + p Vᵀ; R{x̂} = J R{a}; R{φ} = φ′ ∘ (R{x̂} + v_b), whose second factor waits
    /// in `upstream` for φ″.
    fn change_of_forward(&self, theta: &[f32], inputs: &[f32], tape: &Tape, v: &[f32], scratch: &mut Tape) {
        let Tape { activity, upstream, patches, normalised, inverse, padded, .. } = scratch;
        for (at, layer) in self.layers.iter().enumerate() {
            let x = if at == 0 { inputs } else { &tape.activity[at - 1] };
            let (below, above) = activity.split_at_mut(at);
            let y = &mut above[0];
            matmul(y, layer.rows_of(x, &tape.patches[at]), layer.weight(v).t(), false);
            if let Some(below) = below.last() {
                layer.unfold(below, &mut patches[at], padded);
                matmul(y, layer.rows_of(below, &patches[at]), layer.weight(theta).t(), true);
            }
            if layer.normalised {
                let (_, along) =
                    super::normalise::jacobian_product(y, &tape.normalised[at], &tape.inverse[at]);
                inverse[at].copy_from_slice(&along);
                normalised[at].copy_from_slice(y);
            }
            elementwise::activate(y, None, layer.bias(v), Activation::Identity);
            upstream[at].copy_from_slice(y);
            elementwise::through_activation(y, &tape.activity[at], layer.activation);
        }
    }
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
