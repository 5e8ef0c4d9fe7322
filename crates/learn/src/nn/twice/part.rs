//! Functions as parts of a larger one: convolutions without a last dense layer, a last layer that is activated, and
//! derivatives with respect to what goes in.

use super::function::{Function, Normalise};
use super::tape::Tape;
use crate::nn::patches::Geometry;
use crate::nn::spec::CnnSpec;
use numeric::matrix::matmul;
use numeric::{Activation, elementwise, matrix};

impl Function {
    /// The convolutions of a [`CnnSpec`] without pooling, each activated, and nothing behind them: features of an image
    /// (positions × channels). `shape`: channels, height, width.
    pub fn convolutions(spec: &CnnSpec, shape: [usize; 3]) -> Self {
        let mut function = Self { layers: Vec::new() };
        let [mut channels, mut height, mut width] = shape;
        for units in &spec.channels {
            let CnnSpec { kernel, padding, stride, .. } = *spec;
            let geometry = Geometry { height, width, channels, kernel, padding, stride };
            function.push(Some(geometry), geometry.patch(), *units, spec.activation, Normalise::None);
            [height, width] = geometry.output().unwrap_or_default();
            channels = *units;
        }
        function
    }

    /// The same function with φ on its last layer.
    #[must_use]
    pub fn activated(mut self, activation: Activation) -> Self {
        if let Some(last) = self.layers.last_mut() {
            last.activation = activation;
        }
        self
    }

    /// Inputs and units of every layer (of a convolution: numbers per patch, channels), from the input.
    pub fn layers(&self) -> impl Iterator<Item = [usize; 2]> {
        self.layers.iter().map(|layer| [layer.inputs, layer.units])
    }

    /// From `upstream` = ∂L/∂output (n × outputs, behind the last activation) to ∇L(θ) into `gradient` (overwritten).
    /// `tape` must come from [`Function::forward`] at the same θ and inputs.
    pub fn backward_from(
        &self,
        theta: &[f32],
        inputs: &[f32],
        upstream: &[f32],
        tape: &mut Tape,
        gradient: &mut [f32],
    ) {
        self.set_output_delta(tape, upstream);
        if let (Some(layer), Some(y), Some(delta)) =
            (self.layers.last(), tape.activity.last(), tape.delta.last_mut())
        {
            elementwise::through_activation(delta, y, layer.activation);
        }
        self.backward(theta, inputs, tape, gradient);
    }

    /// ∂L/∂input (n × inputs, overwritten), after [`Function::gradient`] or [`Function::backward`] with this tape.
    pub fn input_gradient(&self, theta: &[f32], tape: &Tape, out: &mut Vec<f32>) {
        let Some(layer) = self.layers.first() else { return };
        let delta = matrix::Matrix::new(&tape.delta[0], tape.delta[0].len() / layer.units, layer.units);
        let mut rows = vec![0.0; delta.rows * layer.inputs];
        matmul(&mut rows, delta, layer.weight(theta), false);
        layer.fold(&mut rows, out, &mut Vec::new());
    }

    /// R{∂L/∂input} = ∂/∂r ∂L/∂input at θ + r·v (n × inputs, overwritten): the product of v with the mixed second
    /// derivative. `tape`, `v` and `scratch` must be those of the [`Function::hessian_product`] just taken at θ.
    pub fn change_of_input_gradient(
        &self,
        theta: &[f32],
        tape: &Tape,
        v: &[f32],
        scratch: &Tape,
        out: &mut Vec<f32>,
    ) {
        let Some(layer) = self.layers.first() else { return };
        let matrix = |values| matrix::Matrix::new(values, tape.delta[0].len() / layer.units, layer.units);
        // R{δ W} = R{δ} W + δ V
        let mut rows = vec![0.0; tape.delta[0].len() / layer.units * layer.inputs];
        matmul(&mut rows, matrix(&scratch.delta[0]), layer.weight(theta), false);
        matmul(&mut rows, matrix(&tape.delta[0]), layer.weight(v), true);
        layer.fold(&mut rows, out, &mut Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Samples, Targets};
    use super::*;
    use crate::nn::{read, testing};

    fn vector(length: usize, name: &str) -> Vec<f32> {
        read(&testing::uniform(&[length], name), <[f32]>::to_vec).expect("read")
    }

    fn spec(activation: Activation) -> CnnSpec {
        CnnSpec { channels: vec![3, 4], stride: 2, pool: 1, activation, ..CnnSpec::default() }
    }

    #[test]
    fn the_gradient_of_inputs_and_its_change_are_those_of_finite_differences() {
        let cnn = CnnSpec { hidden: vec![], ..spec(Activation::Tanh) };
        for function in [
            Function::dense(&[30, 6, 3], Activation::Tanh, Normalise::None),
            Function::dense(&[30, 3], Activation::Relu, Normalise::None),
            Function::of_cnn(&cnn, [1, 5, 6], 3, Normalise::None),
        ] {
            let (theta, v) = (vector(function.count(), "theta"), vector(function.count(), "v"));
            let inputs = vector(2 * 30, "inputs");
            let at = |theta: &[f32], inputs: &[f32]| {
                let (mut tape, mut gradient) = (Tape::default(), vec![0.0; theta.len()]);
                let samples = Samples { inputs, targets: Targets::Labels(&[2, 0]) };
                let loss = function.gradient(theta, &samples, &mut tape, &mut gradient);
                let mut to_inputs = vec![0.0; inputs.len()];
                function.input_gradient(theta, &tape, &mut to_inputs);
                let (mut scratch, mut product) = (Tape::default(), vec![0.0; theta.len()]);
                function.hessian_product(theta, &samples, &tape, &v, &mut scratch, &mut product);
                let mut change = vec![0.0; inputs.len()];
                function.change_of_input_gradient(theta, &tape, &v, &scratch, &mut change);
                (loss, to_inputs, change)
            };
            let (_, to_inputs, change) = at(&theta, &inputs);
            let slopes: Vec<f32> = (0..inputs.len())
                .map(|place| {
                    let moved = |step: f32| {
                        let mut inputs = inputs.clone();
                        inputs[place] += step;
                        at(&theta, &inputs).0
                    };
                    ((moved(1e-2) - moved(-1e-2)) / 2e-2) as f32
                })
                .collect();
            testing::assert_close(&to_inputs, &slopes, 1e-3);
            let moved = |step: f32| {
                let theta: Vec<f32> = theta.iter().zip(&v).map(|(t, v)| t + step * v).collect();
                at(&theta, &inputs).1
            };
            let (high, low) = (moved(1e-3), moved(-1e-3));
            let numeric: Vec<f32> = high.iter().zip(&low).map(|(h, l)| (h - l) / 2e-3).collect();
            testing::assert_close(&change, &numeric, 1e-3);
        }
    }

    #[test]
    fn features_pull_back_through_their_last_activation() {
        let inputs = vector(2 * 30, "inputs");
        let dense = CnnSpec { hidden: vec![], ..spec(Activation::Tanh) };
        for function in [
            Function::convolutions(&spec(Activation::Tanh), [1, 5, 6]),
            Function::of_cnn(&dense, [1, 5, 6], 7, Normalise::None).activated(Activation::Sigmoid),
        ] {
            let theta = vector(function.count(), "theta");
            let upstream = vector(2 * function.outputs(), "upstream");
            let (mut tape, mut gradient) = (Tape::default(), vec![0.0; theta.len()]);
            // L = Σ upstream ∘ output
            function.forward(&theta, &inputs, &mut tape);
            function.backward_from(&theta, &inputs, &upstream, &mut tape, &mut gradient);
            let numeric: Vec<f32> = (0..theta.len())
                .map(|place| {
                    let mut moved = |step: f32| -> f64 {
                        let mut theta = theta.clone();
                        theta[place] += step;
                        function.forward(&theta, &inputs, &mut tape);
                        tape.outputs().iter().zip(&upstream).map(|(y, u)| f64::from(y * u)).sum()
                    };
                    ((moved(1e-2) - moved(-1e-2)) / 2e-2) as f32
                })
                .collect();
            testing::assert_close(&gradient, &numeric, 1e-3);
        }
    }
}
