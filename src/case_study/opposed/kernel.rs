//! The inner loops of the network, compiled several times and chosen for the processor at run time.
//!
//! Units are padded to a [`LANES`] multiple so that every row is a whole number of vectors; padding stays exactly
//! zero in weights, read-out and gradients.

use multiversion::multiversion;

/// Padding granularity in units: one AVX-512 register of f32.
pub const LANES: usize = 16;
/// Rows of the weight matrix that are combined before the result is written back.
const BLOCK: usize = 8;

/// The smallest padded width that holds `units`.
pub fn padded(units: usize) -> usize {
    units.div_ceil(LANES) * LANES
}

/// y\[b\]\[i\] = Σ_j x\[b\]\[j\] · w\[j\]\[i\] for every trial b.
///
/// `w` is `rows` × `width`, `x` and `y` are trials × `width`; only the first `rows` entries of each x\[b\] are read.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn combine_rows(w: &[f32], rows: usize, width: usize, x: &[f32], y: &mut [f32]) {
    y.fill(0.0);
    let blocks = rows / BLOCK;
    for (block, part) in w.chunks_exact(BLOCK * width).take(blocks).enumerate() {
        let (w0, rest) = part.split_at(width);
        let (w1, rest) = rest.split_at(width);
        let (w2, rest) = rest.split_at(width);
        let (w3, rest) = rest.split_at(width);
        let (w4, rest) = rest.split_at(width);
        let (w5, rest) = rest.split_at(width);
        let (w6, w7) = rest.split_at(width);
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let x = &x[block * BLOCK..(block + 1) * BLOCK];
            for i in 0..width {
                let low = x[0].mul_add(w0[i], x[1] * w1[i]) + x[2].mul_add(w2[i], x[3] * w3[i]);
                let high = x[4].mul_add(w4[i], x[5] * w5[i]) + x[6].mul_add(w6[i], x[7] * w7[i]);
                y[i] += low + high;
            }
        }
    }
    for j in blocks * BLOCK..rows {
        let row = &w[j * width..(j + 1) * width];
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            for (y, w) in y.iter_mut().zip(row) {
                *y = x[j].mul_add(*w, *y);
            }
        }
    }
}

/// eˣ by range reduction and a degree-6 polynomial: relative error below 3e-7 on [−87, 87], clamped outside.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2²³: adding it rounds to an integer, kept in the low mantissa bits.
    let x = x.clamp(-87.0, 87.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    // ln 2 in two parts, so that the reduced argument keeps its precision.
    let r = n.mul_add(-0.693_359_4, x);
    let r = n.mul_add(2.121_944_4e-4, r);
    let p = r.mul_add(1.388_889e-3, 8.333_334e-3);
    let p = r.mul_add(p, 4.166_666_8e-2);
    let p = r.mul_add(p, 1.666_666_7e-1);
    let p = r.mul_add(p, 0.5);
    let p = r.mul_add(p, 1.0);
    let p = r.mul_add(p, 1.0);
    let power = f32::from_bits(shifted.to_bits().wrapping_shl(23).wrapping_add(127 << 23));
    p * power
}

/// The logistic function.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// r = sigmoid(x), element-wise.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn sigmoid_into(x: &[f32], r: &mut [f32]) {
    for (r, x) in r.iter_mut().zip(x) {
        *r = sigmoid(*x);
    }
}

/// What one forward step of one trial reads and writes; all slices have the padded width.
pub struct Step<'a> {
    /// Recurrent input W r before the postsynaptic gain.
    pub recurrent: &'a [f32],
    /// Postsynaptic gain (1 where not targeted).
    pub gain: &'a [f32],
    /// Stimulus and constant currents.
    pub drive: &'a [f32],
    /// 1/τ in 1/steps.
    pub alpha: &'a [f32],
    /// Noise, already scaled.
    pub noise: &'a [f32],
    /// State x, advanced in place.
    pub x: &'a mut [f32],
    /// Rate after the step.
    pub r: &'a mut [f32],
    /// I − x before the step, which the gradient of 1/τ needs.
    pub pull: &'a mut [f32],
}

/// x ← x + α (g·(W r) + drive − x) + noise; r = sigmoid(x).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn advance(step: Step<'_>) {
    let n = step.x.len();
    let Step { recurrent, gain, drive, alpha, noise, x, r, pull } = step;
    let (recurrent, gain, drive) = (&recurrent[..n], &gain[..n], &drive[..n]);
    let (alpha, noise, r, pull) = (&alpha[..n], &noise[..n], &mut r[..n], &mut pull[..n]);
    for i in 0..n {
        let toward = recurrent[i].mul_add(gain[i], drive[i]) - x[i];
        let next = alpha[i].mul_add(toward, x[i]) + noise[i];
        pull[i] = toward;
        x[i] = next;
        r[i] = sigmoid(next);
    }
}

/// What one backward step of one trial reads and writes; all slices have the padded width.
pub struct BackStep<'a> {
    /// Derivative of the loss by this step's output.
    pub by_output: f32,
    pub readout: &'a [f32],
    pub gain: &'a [f32],
    pub alpha: &'a [f32],
    /// Rate after the step.
    pub r: &'a [f32],
    pub pull: &'a [f32],
    /// Derivative by r that flows back through the recurrent weights of the next step.
    pub carry: &'a [f32],
    /// Derivative by x, carried from step to step in place.
    pub by_x: &'a mut [f32],
    /// Out: derivative by the recurrent input W r.
    pub by_recurrent: &'a mut [f32],
    /// Accumulated derivative by α.
    pub by_alpha: &'a mut [f32],
    /// Accumulated derivative by the read-out weights.
    pub by_readout: &'a mut [f32],
}

/// The adjoint of [`advance`] and of the read-out.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn retreat(step: BackStep<'_>) {
    let n = step.by_x.len();
    let BackStep { by_output, readout, gain, alpha, r, pull, carry, .. } = step;
    let (readout, gain, alpha) = (&readout[..n], &gain[..n], &alpha[..n]);
    let (r, pull, carry, by_x) = (&r[..n], &pull[..n], &carry[..n], &mut step.by_x[..n]);
    let by_recurrent = &mut step.by_recurrent[..n];
    let (by_alpha, by_readout) = (&mut step.by_alpha[..n], &mut step.by_readout[..n]);
    for i in 0..n {
        let by_r = readout[i].mul_add(by_output, carry[i]);
        // `by_x` still holds the derivative by the *next* state; it reaches this one through the leak 1 − α.
        let here = (1.0 - alpha[i]).mul_add(by_x[i], by_r * r[i] * (1.0 - r[i]));
        by_x[i] = here;
        by_recurrent[i] = here * alpha[i] * gain[i];
        by_alpha[i] = here.mul_add(pull[i], by_alpha[i]);
        by_readout[i] = by_output.mul_add(r[i], by_readout[i]);
    }
}

/// Σ a·b in f32 with sixteen partial sums.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] = a[lane].mul_add(b[lane], sums[lane]);
        }
    }
    sums.iter().sum()
}

/// by_weight\[j\]\[i\] += Σ_k r\[k\]\[j\] · d\[k\]\[i\]: the weight gradient of all steps and trials in one product.
///
/// `r` and `d` are `k` × `width`, `by_weight` is `rows` × `width`.
pub fn accumulate_outer(k: usize, rows: usize, width: usize, r: &[f32], d: &[f32], by_weight: &mut [f32]) {
    assert!(r.len() >= k * width && d.len() >= k * width && by_weight.len() >= rows * width && rows <= width);
    let stride = width as isize;
    // SAFETY: the assertion above bounds every address that these shapes and strides reach.
    unsafe {
        gemm::gemm(
            width,
            rows,
            k,
            by_weight.as_mut_ptr(),
            stride,
            1,
            true,
            d.as_ptr(),
            stride,
            1,
            r.as_ptr(),
            1,
            stride,
            1.0f32,
            1.0f32,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_sigmoid_agree_with_the_standard_library() {
        for k in -8700..=8700 {
            let x = k as f32 * 0.01;
            let exact = f64::from(x).exp();
            assert!((f64::from(exp(x)) / exact - 1.0).abs() < 3e-7, "exp({x})");
        }
        assert_eq!(sigmoid(0.0), 0.5);
        assert!(sigmoid(-200.0) >= 0.0 && sigmoid(-200.0) < 1e-30);
        assert_eq!(sigmoid(200.0), 1.0);
    }

    #[test]
    fn rows_are_combined_as_in_the_textbook_sum() {
        let (rows, width) = (19, 32);
        let w: Vec<f32> =
            (0..rows * width).map(|k| if k % width < rows { (k % 13) as f32 - 6.0 } else { 0.0 }).collect();
        let x: Vec<f32> = (0..3 * width).map(|k| (k % 7) as f32 - 3.0).collect();
        let mut y = vec![1.0; 3 * width];
        combine_rows(&w, rows, width, &x, &mut y);
        for b in 0..3 {
            for i in 0..width {
                let expected: f32 = (0..rows).map(|j| x[b * width + j] * w[j * width + i]).sum();
                assert_eq!(y[b * width + i], expected);
            }
        }
    }

    #[test]
    fn the_outer_product_adds_to_what_is_there() {
        // One unit pair, two steps: 10 + 2·3 + 4·5 = 36 at (j = 1, i = 0).
        let mut r = vec![0.0; 2 * 16];
        let mut d = vec![0.0; 2 * 16];
        (r[1], d[0], r[17], d[16]) = (2.0, 3.0, 4.0, 5.0);
        let mut g = vec![0.0; 2 * 16];
        g[16] = 10.0;
        accumulate_outer(2, 2, 16, &r, &d, &mut g);
        assert_eq!(g[16], 36.0);
        assert_eq!(g.iter().sum::<f32>(), 36.0);
    }
}
