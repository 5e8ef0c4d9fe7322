//! Batch normalisation (Ioffe & Szegedy 2015) without a learned scale, and what passes back and forth through it.
//!
//! Per unit, over the N rows of a batch (samples × positions): x̂ = (a − μ) / √(σ² + ε). The statistics are always those
//! of the batch itself, so the outputs of one sample depend on the others: at test this is the *transductive* form.

use multiversion::multiversion;

/// ε, as in TensorFlow's layers, which MAML's authors used. Larger than PyTorch's 1e-5: units that see only an image's
/// empty border would otherwise blow up derivatives.
const EPSILON: f32 = 1e-3;

/// a ← x̂, and per unit s ← 1/√(σ² + ε).
pub(super) fn forward(a: &mut [f32], s: &mut [f32]) {
    let mean = column_means(a, a, s.len()).0;
    subtract(a, &mean);
    let square = column_means(a, a, s.len()).1;
    for (s, square) in s.iter_mut().zip(&square) {
        *s = 1.0 / (square + EPSILON).sqrt();
    }
    multiply(a, s);
}

/// J·v in place, J = ∂x̂/∂a: s ∘ (v − ⟨v⟩ − x̂ ∘ ⟨x̂ ∘ v⟩), ⟨·⟩ the mean over rows. J is symmetric, so this carries
/// changes forward and derivatives back. Returns ⟨v⟩ and ⟨x̂ ∘ v⟩.
pub(super) fn jacobian_product(v: &mut [f32], x: &[f32], s: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let (mean, along) = column_means(v, x, s.len());
    project(v, x, &mean, &along);
    multiply(v, s);
    (mean, along)
}

/// What one backward pass left for its own derivative.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pass<'a> {
    /// x̂, N × units.
    pub x: &'a [f32],
    /// 1/√(σ² + ε) per unit.
    pub s: &'a [f32],
    /// ∂L/∂x̂, N × units.
    pub outer: &'a [f32],
    /// ∂L/∂a = J ∂L/∂x̂, N × units.
    pub inner: &'a [f32],
}

/// R{∂L/∂a} in place from R{∂L/∂x̂}, where `change` is R{x̂} and `along` is ⟨x̂ ∘ R{a}⟩: the product rule on
/// [`jacobian_product`], with R{s} = −s² ∘ ⟨x̂ ∘ R{a}⟩.
pub(super) fn change_of_backward(v: &mut [f32], pass: Pass<'_>, change: &[f32], along: &[f32]) {
    let Pass { x, s, outer, inner } = pass;
    let units = s.len();
    let (mean, mut weight) = column_means(v, x, units);
    let (_, moved) = column_means(outer, change, units);
    weight.iter_mut().zip(&moved).for_each(|(weight, moved)| *weight += moved);
    let (_, outer_along) = column_means(outer, x, units);
    project(v, x, &mean, &weight);
    project(v, change, &vec![0.0; units], &outer_along);
    multiply(v, s);
    let drift: Vec<f32> = s.iter().zip(along).map(|(s, along)| s * along).collect();
    project(v, inner, &vec![0.0; units], &drift);
}

/// Per column: the means of v and of v ∘ x.
fn column_means(v: &[f32], x: &[f32], units: usize) -> (Vec<f32>, Vec<f32>) {
    let (mut plain, mut product) = (vec![0.0; units], vec![0.0; units]);
    add_rows(&mut plain, &mut product, v, x);
    let share = 1.0 / (v.len() / units.max(1)).max(1) as f32;
    plain.iter_mut().chain(&mut product).for_each(|sum| *sum *= share);
    (plain, product)
}

#[multiversion(targets = "simd")]
fn add_rows(plain: &mut [f32], product: &mut [f32], v: &[f32], x: &[f32]) {
    let units = plain.len();
    for (v, x) in v.chunks_exact(units).zip(x.chunks_exact(units)) {
        for (((plain, product), v), x) in plain.iter_mut().zip(product.iter_mut()).zip(v).zip(x) {
            *plain += *v;
            *product += *v * *x;
        }
    }
}

#[multiversion(targets = "simd")]
fn subtract(a: &mut [f32], mean: &[f32]) {
    for row in a.chunks_exact_mut(mean.len()) {
        for (a, mean) in row.iter_mut().zip(mean) {
            *a -= *mean;
        }
    }
}

#[multiversion(targets = "simd")]
fn multiply(a: &mut [f32], s: &[f32]) {
    for row in a.chunks_exact_mut(s.len()) {
        for (a, s) in row.iter_mut().zip(s) {
            *a *= *s;
        }
    }
}

/// v ← v − mean − x ∘ along, row by row.
#[multiversion(targets = "simd")]
fn project(v: &mut [f32], x: &[f32], mean: &[f32], along: &[f32]) {
    let units = mean.len();
    for (v, x) in v.chunks_exact_mut(units).zip(x.chunks_exact(units)) {
        for (((v, x), mean), along) in v.iter_mut().zip(x).zip(mean).zip(along) {
            *v -= *mean + *x * *along;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_become_nearly_plus_and_minus_one() {
        // Column 0: 1, 5: μ 3, σ² 4, x̂ = ∓2/√4.001. Column 1 is constant: 0.
        let (mut a, mut s) = (vec![1.0, 7.0, 5.0, 7.0], vec![0.0; 2]);
        forward(&mut a, &mut s);
        let expected = 2.0 / 4.001f32.sqrt();
        assert!((a[0] + expected).abs() < 1e-6 && (a[2] - expected).abs() < 1e-6);
        assert_eq!([a[1], a[3]], [0.0, 0.0]);
        assert!((s[1] - 1.0 / 1e-3f32.sqrt()).abs() < 1e-3);
    }
}
