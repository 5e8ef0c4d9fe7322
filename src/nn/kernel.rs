//! Raw kernels on slices: matrix product and the element-wise loops of the hot path.
//!
//! Loops are compiled for several instruction sets and chosen at run time. They hold no re-associated sums, so every
//! variant gives the same bits; only the matrix product differs between CPU types.

use multiversion::multiversion;

/// A read-only matrix over a slice: `rows × cols` with explicit strides, so that a transpose costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a> {
    pub data: &'a [f32],
    pub rows: usize,
    pub cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Matrix<'a> {
    /// A row-major matrix. `data` must hold `rows * cols` values.
    pub fn new(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "matrix of {rows} x {cols}");
        Self { data, rows, cols, row_stride: cols, col_stride: 1 }
    }

    /// The transpose, without moving anything.
    #[must_use]
    pub fn t(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            ..self
        }
    }
}

/// `out = a·b`, or `out += a·b` when `accumulate`. `out` is row-major `a.rows × b.cols`. One thread.
pub fn matmul(out: &mut [f32], a: Matrix<'_>, b: Matrix<'_>, accumulate: bool) {
    assert_eq!(a.cols, b.rows, "inner dimensions");
    assert_eq!(out.len(), a.rows * b.cols, "output size");
    let stride = |s: usize| isize::try_from(s).unwrap_or(isize::MAX);
    // SAFETY: the asserts above and `Matrix::new` guarantee that every index is inside its slice; `out` is borrowed
    // mutably, so it cannot overlap the inputs.
    unsafe {
        gemm::gemm(
            a.rows,
            b.cols,
            a.cols,
            out.as_mut_ptr(),
            1,
            stride(b.cols),
            accumulate,
            a.data.as_ptr(),
            stride(a.col_stride),
            stride(a.row_stride),
            b.data.as_ptr(),
            stride(b.col_stride),
            stride(b.row_stride),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

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
        match activation {
            Activation::Identity => {}
            Activation::Relu => relu(row),
            Activation::Tanh => row.iter_mut().for_each(|y| *y = y.tanh()),
            Activation::Sigmoid => row.iter_mut().for_each(|y| *y = 1.0 / (1.0 + (-*y).exp())),
        }
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
        *y = if *y > 0.0 { *y } else { 0.0 };
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

/// First and second moment of Adam, and the direction m̂ / (√v̂ + ε) in place of the gradient.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    /// 1 − β₁ᵗ and √(1 − β₂ᵗ).
    pub correction1: f32,
    pub correction2_sqrt: f32,
}

/// One Adam step on a slice; the arithmetic follows PyTorch's: √v / √(1 − β₂ᵗ) + ε, then m / (1 − β₁ᵗ) over it.
#[multiversion(targets = "simd")]
pub fn adam(gradient: &mut [f32], first: &mut [f32], second: &mut [f32], step: AdamStep) {
    let AdamStep { beta1, beta2, epsilon, correction1, correction2_sqrt } = step;
    for ((g, m), v) in gradient.iter_mut().zip(first).zip(second) {
        *m += (1.0 - beta1) * (*g - *m);
        *v = beta2 * *v + (1.0 - beta2) * *g * *g;
        *g = (*m / correction1) / (v.sqrt() / correction2_sqrt + epsilon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_with_transposes_matches_paper() {
        // a = [1 2; 3 4; 5 6], aᵀ·a = [35 44; 44 56]
        let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let a = Matrix::new(&a, 3, 2);
        let mut out = [1.0; 4];
        matmul(&mut out, a.t(), a, false);
        assert_eq!(out, [35.0, 44.0, 44.0, 56.0]);
        matmul(&mut out, a.t(), a, true);
        assert_eq!(out, [70.0, 88.0, 88.0, 112.0]);
    }

    #[test]
    fn relu_has_derivative_zero_at_zero() {
        let mut delta = [1.0, 1.0, 1.0];
        through_activation(&mut delta, &[-1.0, 0.0, 2.0], Activation::Relu);
        assert_eq!(delta, [0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_first_adam_step_is_the_sign_of_the_gradient() {
        let (mut g, mut m, mut v) = ([3.0, -0.5], [0.0; 2], [0.0; 2]);
        let step = AdamStep {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 0.0,
            correction1: 0.1,
            correction2_sqrt: 0.001f32.sqrt(),
        };
        adam(&mut g, &mut m, &mut v, step);
        assert!((g[0] - 1.0).abs() < 1e-4 && (g[1] + 1.0).abs() < 1e-4, "{g:?}");
    }
}
