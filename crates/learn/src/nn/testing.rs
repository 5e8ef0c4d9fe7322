//! Helpers of the engine's tests.

use candle_core::{Device, Tensor};
use rand::RngExt;

use super::parameters::{Gradients, Parameters, read, write};
use crate::error::Result;
use base::rng::Streams;

/// A reproducible tensor of values in [−1, 1].
pub fn uniform(shape: &[usize], name: &str) -> Tensor {
    let mut random = Streams::new(7).get(name);
    let values: Vec<f32> = (0..shape.iter().product()).map(|_| random.random_range(-1.0..1.0)).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).expect("tensor")
}

/// Relative to the largest magnitude involved.
pub fn assert_close(a: &[f32], b: &[f32], tolerance: f32) {
    assert_eq!(a.len(), b.len());
    let size = a.iter().chain(b).fold(1e-6f32, |m, v| m.max(v.abs()));
    for (i, (a, b)) in a.iter().zip(b).enumerate() {
        assert!((a - b).abs() <= tolerance * size, "at {i}: {a} against {b} (scale {size})");
    }
}

/// Compares every parameter's gradient of `loss` with central differences (step 1e-2 of f32, so expect 1e-2).
pub fn check_gradients(parameters: &Parameters, tolerance: f32, loss: impl Fn() -> Result<Tensor>) {
    let mut gradients = Gradients::default();
    parameters.backward(&loss().expect("loss"), &mut gradients).expect("backward");
    let value = || loss().expect("loss").to_scalar::<f32>().expect("scalar");
    for (parameter, gradient) in parameters.iter().zip(&gradients.buffers) {
        let original = read(&parameter.var, <[f32]>::to_vec).expect("read");
        let step = 1e-2;
        let mut numeric = Vec::new();
        for i in 0..original.len() {
            let at = |offset: f32| {
                write(&parameter.var, |values| values[i] = original[i] + offset).expect("write");
                value()
            };
            numeric.push((at(step) - at(-step)) / (2.0 * step));
            write(&parameter.var, |values| values[i] = original[i]).expect("write");
        }
        assert!(gradient.iter().any(|g| *g != 0.0), "{} has no gradient", parameter.name);
        assert_close(gradient, &numeric, tolerance);
    }
}
