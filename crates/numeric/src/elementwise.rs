//! Raw kernels on slices: matrix product and the element-wise loops of the hot path.
//!
//! Loops are compiled for several instruction sets and chosen at run time. They hold no re-associated sums, so every
//! variant gives the same bits; only the matrix product differs between CPU types.

use multiversion::multiversion;

pub use super::matrix::{Matrix, matmul, product};

/// Activation functions whose derivative is a function of their output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    Identity,
    /// max(0, z); its derivative at 0 is 0, as in PyTorch.
    Relu,
    Tanh,
    Sigmoid,
}

/// y ← φ(slope ∘ y + bias), row by row; `slope` and `bias` hold one value per column, `slope` may be absent.
pub fn activate(y: &mut [f32], slope: Option<&[f32]>, bias: &[f32], activation: Activation) {
    for row in y.chunks_exact_mut(bias.len()) {
        match slope {
            Some(slope) => scale_shift(row, slope, bias),
            None => add(row, bias),
        }
        apply(row, activation);
    }
}

/// The same for z stored column by column (units × n): `y` becomes φ(slope ∘ zᵀ + bias), n × units. A product is
/// fastest when it may write its columns together; turning it round costs less than that saves.
pub fn activate_transposed(
    y: &mut [f32],
    z: &[f32],
    slope: Option<&[f32]>,
    bias: &[f32],
    activation: Activation,
) {
    transpose_scale_shift(y, z, slope, bias);
    apply(y, activation);
}

fn apply(y: &mut [f32], activation: Activation) {
    match activation {
        Activation::Identity => {}
        Activation::Relu => relu(y),
        Activation::Tanh => tanh(y),
        Activation::Sigmoid => y.iter_mut().for_each(|y| *y = 1.0 / (1.0 + (-*y).exp())),
    }
}

#[multiversion(targets = "simd")]
fn transpose_scale_shift(y: &mut [f32], z: &[f32], slope: Option<&[f32]>, bias: &[f32]) {
    const TILE: usize = 16;
    let units = bias.len();
    let n = z.len() / units.max(1);
    let mut tile = [[0.0f32; TILE]; TILE];
    for unit in (0..units).step_by(TILE) {
        let width = TILE.min(units - unit);
        for first in (0..n).step_by(TILE) {
            let height = TILE.min(n - first);
            for (c, column) in tile.iter_mut().enumerate().take(width) {
                // A slope of 1 multiplies exactly, so that it gives the bits of no slope.
                let (slope, bias) = (slope.map_or(1.0, |slope| slope[unit + c]), bias[unit + c]);
                let start = (unit + c) * n + first;
                for (out, z) in column.iter_mut().zip(&z[start..start + height]) {
                    *out = slope * *z + bias;
                }
            }
            for r in 0..height {
                let start = (first + r) * units + unit;
                for (out, column) in y[start..start + width].iter_mut().zip(&tile) {
                    *out = column[r];
                }
            }
        }
    }
}

/// The transpose of a row-major matrix with `cols` columns.
pub fn transposed(x: &[f32], cols: usize) -> Vec<f32> {
    let mut out = vec![0.0; x.len()];
    transpose_scale_shift(&mut out, x, None, &vec![0.0; x.len() / cols.max(1)]);
    out
}

/// tanh as the rational function that Eigen and TensorFlow use, within 5e-7 of the exact value; unlike the standard
/// library's it runs in vector registers.
#[multiversion(targets = "simd")]
fn tanh(y: &mut [f32]) {
    for y in y {
        let x = y.clamp(-7.905_311, 7.905_311);
        let square = x * x;
        let mut odd = -2.760_768_5e-16f32;
        for coefficient in
            [2.000_188e-13, -8.604_672e-11, 5.122_297e-8, 1.485_722_4e-5, 6.372_619_3e-4, 4.893_524_6e-3]
        {
            odd = odd * square + coefficient;
        }
        let mut even = 1.198_258_4e-6f32;
        for coefficient in [1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3] {
            even = even * square + coefficient;
        }
        *y = (x * odd / even).clamp(-1.0, 1.0);
    }
}

/// delta ← delta ∘ φ′, with φ′ computed from the outputs y.
pub fn through_activation(delta: &mut [f32], y: &[f32], activation: Activation) {
    match activation {
        Activation::Identity => {}
        Activation::Relu => mask_positive(delta, y),
        Activation::Tanh => delta.iter_mut().zip(y).for_each(|(d, y)| *d *= 1.0 - y * y),
        Activation::Sigmoid => delta.iter_mut().zip(y).for_each(|(d, y)| *d *= y * (1.0 - y)),
    }
}

#[multiversion(targets = "simd")]
fn relu(y: &mut [f32]) {
    for y in y {
        // Written so that a NaN passes: a divergence must not hide.
        *y = if *y <= 0.0 { 0.0 } else { *y };
    }
}

#[multiversion(targets = "simd")]
fn mask_positive(delta: &mut [f32], y: &[f32]) {
    for (delta, y) in delta.iter_mut().zip(y) {
        *delta = if *y > 0.0 { *delta } else { 0.0 };
    }
}

#[multiversion(targets = "simd")]
fn scale_shift(y: &mut [f32], slope: &[f32], bias: &[f32]) {
    for ((y, slope), bias) in y.iter_mut().zip(slope).zip(bias) {
        *y = *slope * *y + *bias;
    }
}

/// y += x.
#[multiversion(targets = "simd")]
pub fn add(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += *x;
    }
}

/// y *= x.
#[multiversion(targets = "simd")]
pub fn multiply(y: &mut [f32], x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y *= *x;
    }
}

/// y *= a.
#[multiversion(targets = "simd")]
pub fn scale(y: &mut [f32], a: f32) {
    for y in y {
        *y *= a;
    }
}

/// y += a·x.
#[multiversion(targets = "simd")]
pub fn axpy(y: &mut [f32], a: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
    }
}

/// y += a·g∘x.
#[multiversion(targets = "simd")]
pub fn axpy_scaled(y: &mut [f32], a: f32, g: &[f32], x: &[f32]) {
    for ((y, g), x) in y.iter_mut().zip(g).zip(x) {
        *y += a * *g * *x;
    }
}

/// y += p·x², element-wise.
#[multiversion(targets = "simd")]
pub fn add_scaled_square(y: &mut [f32], p: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += p * *x * *x;
    }
}

/// y += p·|x|, element-wise.
#[multiversion(targets = "simd")]
pub fn add_scaled_absolute(y: &mut [f32], p: f32, x: &[f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += p * x.abs();
    }
}

/// sums += Σ over the rows of x. `sums` holds one value per column.
pub fn add_row_sum(sums: &mut [f32], x: &[f32]) {
    for row in x.chunks_exact(sums.len()) {
        add(sums, row);
    }
}

/// g += s·c ∘ (θ − θ̄): the gradient of a quadratic anchor ½ s Σ c (θ − θ̄)².
#[multiversion(targets = "simd")]
pub fn add_anchor_gradient(
    gradient: &mut [f32],
    scale: f32,
    strength: &[f32],
    value: &[f32],
    centre: &[f32],
) {
    for (((g, c), v), m) in gradient.iter_mut().zip(strength).zip(value).zip(centre) {
        *g += scale * *c * (*v - *m);
    }
}

/// ω −= g ∘ (θ − θ_previous), then θ_previous ← θ: one step of synaptic intelligence's path integral.
#[multiversion(targets = "simd")]
pub fn add_path(omega: &mut [f32], previous: &mut [f32], gradient: &[f32], value: &[f32]) {
    for (((o, p), g), v) in omega.iter_mut().zip(previous).zip(gradient).zip(value) {
        *o -= *g * (*v - *p);
        *p = *v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relu_has_derivative_zero_at_zero() {
        let mut delta = [1.0, 1.0, 1.0];
        through_activation(&mut delta, &[-1.0, 0.0, 2.0], Activation::Relu);
        assert_eq!(delta, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn activation_of_the_transpose_gives_the_bits_of_activation() {
        for (n, units) in [(1, 1), (16, 16), (5, 37), (40, 10), (33, 17)] {
            let values: Vec<f32> = (0..n * units).map(|i| ((i * 7) % 13) as f32 / 3.0 - 2.0).collect();
            let (slope, bias): (Vec<f32>, Vec<f32>) =
                (0..units).map(|i| (1.0 + i as f32 / 9.0, i as f32 / 7.0)).unzip();
            for slope in [None, Some(slope.as_slice())] {
                let mut expected = transposed(&values, n);
                activate(&mut expected, slope, &bias, Activation::Relu);
                let mut y = vec![0.0; n * units];
                activate_transposed(&mut y, &values, slope, &bias, Activation::Relu);
                assert_eq!(y, expected);
            }
        }
        assert_eq!(transposed(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    }

    #[test]
    fn tanh_is_near_the_exact_one_and_never_beyond_one() {
        let x: Vec<f32> = (-120_000..=120_000).map(|i| i as f32 * 1e-4).collect();
        let mut y = x.clone();
        tanh(&mut y);
        for (x, y) in x.iter().zip(&y) {
            let exact = f64::from(*x).tanh();
            assert!((f64::from(*y) - exact).abs() < 5e-7 && y.abs() <= 1.0, "tanh {x} = {y}");
        }
        let mut y = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 0.0];
        tanh(&mut y);
        assert!(y[0].is_nan() && (y[1] - 1.0).abs() < 5e-7 && (y[2] + 1.0).abs() < 5e-7 && y[3] == 0.0);
    }
}
