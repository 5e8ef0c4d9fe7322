//! Gradients and Hessian products against finite differences, the graph, and paper.

use super::*;
use crate::nn::{Active, CnnSpec, Gradients, Mlp, Model, ModelSpec, cross_entropy, read, testing};
use base::rng::Streams;
use numeric::Activation;

fn vector(length: usize, name: &str) -> Vec<f32> {
    read(&testing::uniform(&[length], name), <[f32]>::to_vec).expect("read")
}

/// The product against (∇L(θ + εv) − ∇L(θ − εv)) / 2ε, and ∇L·v against (L(θ + εv) − L(θ − εv)) / 2ε.
fn check_product(function: &Function, targets: Targets<'_>, samples: usize) {
    let (theta, v) = (vector(function.count(), "theta"), vector(function.count(), "v"));
    let inputs = vector(samples * function.inputs(), "inputs");
    let samples = Samples { inputs: &inputs, targets };
    let (mut tape, mut scratch) = (Tape::default(), Tape::default());
    let mut gradient = vec![0.0; function.count()];
    function.gradient(&theta, &samples, &mut tape, &mut gradient);
    let mut product = vec![0.0; function.count()];
    // Twice, so that what the first product leaves behind cannot leak into the second.
    for _ in 0..2 {
        function.hessian_product(&theta, &samples, &tape, &v, &mut scratch, &mut product);
    }
    let mut at = |epsilon: f32| {
        let moved: Vec<f32> = theta.iter().zip(&v).map(|(t, v)| t + epsilon * v).collect();
        let mut gradient = vec![0.0; function.count()];
        let loss = function.gradient(&moved, &samples, &mut scratch, &mut gradient);
        (loss, gradient)
    };
    let ((loss_high, high), (loss_low, low)) = (at(1e-3), at(-1e-3));
    let numeric: Vec<f32> = high.iter().zip(&low).map(|(h, l)| (h - l) / 2e-3).collect();
    testing::assert_close(&product, &numeric, 1e-3);
    assert!(product.iter().any(|p| p.abs() > 1e-3));
    let slope: f64 = gradient.iter().zip(&v).map(|(g, v)| f64::from(g * v)).sum();
    let difference = (loss_high - loss_low) / 2e-3;
    assert!((slope - difference).abs() <= 1e-3 * difference.abs().max(1.0), "{slope} against {difference}");
}

const VALUES: Targets<'_> = Targets::Values(&[0.5, -1.0, 2.0, 0.0, 1.0, 1.0, -0.5, 0.25]);
const LABELS: Targets<'_> = Targets::Labels(&[0, 1, 1, 0]);

#[test]
fn the_hessian_product_is_the_change_of_the_gradient() {
    for activation in [Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
        for normalise in [Normalise::None, Normalise::Batch] {
            let function = Function::dense(&[3, 7, 5, 2], activation, normalise);
            check_product(&function, VALUES, 4);
            check_product(&function, LABELS, 4);
        }
    }
}

fn small_cnn() -> CnnSpec {
    CnnSpec {
        channels: vec![3, 4],
        stride: 2,
        pool: 1,
        hidden: vec![],
        activation: Activation::Tanh,
        ..CnnSpec::default()
    }
}

#[test]
fn through_convolutions_too() {
    for normalise in [Normalise::None, Normalise::Batch] {
        for activation in [Activation::Relu, Activation::Tanh] {
            let spec = CnnSpec { activation, ..small_cnn() };
            let function = Function::of_cnn(&spec, [2, 5, 6], 2, normalise);
            check_product(&function, VALUES, 4);
            check_product(&function, LABELS, 4);
        }
    }
}

#[test]
fn a_convolutional_function_is_the_model_on_the_graph() {
    let model = ModelSpec::Cnn(small_cnn()).build([1, 5, 6], 2, &Streams::new(3)).expect("model");
    let function = Function::of_cnn(&small_cnn(), [1, 5, 6], 2, Normalise::None);
    assert_eq!(function.count(), model.parameters().count());
    assert_eq!(function.multiply_adds(), model.multiply_adds());
    let mut theta = vec![0.0; function.count()];
    gather(model.parameters(), &mut theta).expect("gather");
    let x = testing::uniform(&[4, 30], "inputs");
    let expected = model.infer(&x, &crate::gains::Gains::default()).expect("infer");
    let mut tape = Tape::default();
    function.forward(&theta, &read(&x, <[f32]>::to_vec).expect("read"), &mut tape);
    testing::assert_close(tape.outputs(), &read(&expected, |y| y.to_vec()).expect("read"), 1e-5);
}

#[test]
fn value_and_gradient_are_those_of_the_model_on_the_graph() {
    let mlp =
        Mlp::new(&[3, 7, 5, 2], Activation::Tanh, crate::nn::Init::default(), &Streams::new(3)).expect("mlp");
    let x = testing::uniform(&[4, 3], "inputs");
    let labels = [0, 1, 1, 0];
    let logits = mlp.forward(&x, &crate::gains::Gains::default()).expect("forward");
    let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
    let mut expected = Gradients::default();
    mlp.parameters().backward(&loss, &mut expected).expect("backward");
    let function = Function::dense(&[3, 7, 5, 2], Activation::Tanh, Normalise::None);
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
    let function = Function::dense(&[1, 1], Activation::Relu, Normalise::None);
    let samples = Samples { inputs: &[3.0], targets: Targets::Values(&[1.0]) };
    let (mut tape, mut gradient, mut product) = (Tape::default(), [0.0; 2], [0.0; 2]);
    // w = 2, b = 0.5: difference 5.5, L = 30.25, ∇ = (33, 11)
    assert_eq!(function.gradient(&[2.0, 0.5], &samples, &mut tape, &mut gradient), 30.25);
    assert_eq!(gradient, [33.0, 11.0]);
    function.hessian_product(&[2.0, 0.5], &samples, &tape, &[1.0, -1.0], &mut Tape::default(), &mut product);
    assert_eq!(product, [12.0, 4.0]);
}
