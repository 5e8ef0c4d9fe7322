//! The inner loops of the network, compiled several times and chosen for the processor at run time.
//!
//! Units are padded to a [`LANES`] multiple so that every row is a whole number of vectors; padding stays exactly
//! zero in weights, read-out and gradients.

use multiversion::multiversion;

/// Padding granularity in units: one AVX-512 register of f32.
pub const LANES: usize = 16;
/// Rows of the weight matrix that are combined before the result is written back.
const BLOCK: usize = 4;

/// The smallest padded width that holds `units`.
pub fn padded(units: usize) -> usize {
    units.div_ceil(LANES) * LANES
}

/// y\[b\]\[i\] = Σ_j x\[b\]\[j\] · w\[j\]\[i\] for every trial b.
///
/// `w` is `rows` × `width`, `x` and `y` are trials × `width`; only the first `rows` entries of each x\[b\] are read.
/// General matrix products are made for larger shapes: at four trials this takes a third of their time.
pub fn combine_rows(w: &[f32], rows: usize, width: usize, x: &[f32], y: &mut [f32]) {
    assert!(width.is_multiple_of(LANES) && rows <= width && w.len() >= rows * width);
    assert!(x.len() == y.len() && x.len().is_multiple_of(width));
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the processor has the instructions, and the assertions above bound all addresses.
        unsafe { wide::combine_rows(w, rows, width, x, y) };
        return;
    }
    combine_rows_portable(w, rows, width, x, y);
}

/// The same in code that every processor runs.
#[multiversion(targets("x86_64+avx2+fma"))]
fn combine_rows_portable(w: &[f32], rows: usize, width: usize, x: &[f32], y: &mut [f32]) {
    y.fill(0.0);
    let blocks = rows / BLOCK;
    for (block, part) in w.chunks_exact(BLOCK * width).take(blocks).enumerate() {
        let (w0, rest) = part.split_at(width);
        let (w1, rest) = rest.split_at(width);
        let (w2, w3) = rest.split_at(width);
        for (x, y) in x.chunks_exact(width).zip(y.chunks_exact_mut(width)) {
            let x = &x[block * BLOCK..(block + 1) * BLOCK];
            for i in 0..width {
                y[i] += x[0].mul_add(w0[i], x[1] * w1[i]) + x[2].mul_add(w2[i], x[3] * w3[i]);
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

/// The AVX-512 form: up to four trials × six registers of sums stay in registers while the rows stream past.
#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::_mm512_storeu_ps;
    use std::arch::x86_64::{__m512, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps, _mm512_setzero_ps};

    use super::LANES;

    /// # Safety
    /// Needs AVX-512F; `w` holds `rows` × `width`, `x` and `y` the same whole number of rows of `width`, a multiple
    /// of [`LANES`], and `rows` ≤ `width`.
    #[target_feature(enable = "avx512f")]
    pub unsafe fn combine_rows(w: &[f32], rows: usize, width: usize, x: &[f32], y: &mut [f32]) {
        let trials = x.len() / width;
        let vectors = width / LANES;
        let tiles = vectors.div_ceil(6);
        let groups = trials.div_ceil(4);
        for group in 0..groups {
            let (b, end) = (trials * group / groups, trials * (group + 1) / groups);
            for tile in 0..tiles {
                let (v, last) = (vectors * tile / tiles, vectors * (tile + 1) / tiles);
                // SAFETY: b·width + v·LANES + (last − v)·LANES stays inside row b, and b + (end − b) inside x and y.
                unsafe {
                    let (w, x) = (w.as_ptr().add(v * LANES), x.as_ptr().add(b * width));
                    let y = y.as_mut_ptr().add(b * width + v * LANES);
                    match end - b {
                        1 => by_vectors::<1>(w, rows, width, x, y, last - v),
                        2 => by_vectors::<2>(w, rows, width, x, y, last - v),
                        3 => by_vectors::<3>(w, rows, width, x, y, last - v),
                        _ => by_vectors::<4>(w, rows, width, x, y, last - v),
                    }
                }
            }
        }
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn by_vectors<const B: usize>(
        w: *const f32,
        rows: usize,
        width: usize,
        x: *const f32,
        y: *mut f32,
        vectors: usize,
    ) {
        // SAFETY: passed on from the caller.
        unsafe {
            match vectors {
                1 => tile::<B, 1>(w, rows, width, x, y),
                2 => tile::<B, 2>(w, rows, width, x, y),
                3 => tile::<B, 3>(w, rows, width, x, y),
                4 => tile::<B, 4>(w, rows, width, x, y),
                5 => tile::<B, 5>(w, rows, width, x, y),
                _ => tile::<B, 6>(w, rows, width, x, y),
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn tile<const B: usize, const V: usize>(
        w: *const f32,
        rows: usize,
        width: usize,
        x: *const f32,
        y: *mut f32,
    ) {
        let mut sums: [[__m512; V]; B] = [[_mm512_setzero_ps(); V]; B];
        for j in 0..rows {
            // SAFETY: row j of w, entry j of each of the B rows of x: inside the slices by the caller's contract.
            unsafe {
                let row = w.add(j * width);
                let mut part = [_mm512_setzero_ps(); V];
                for v in 0..V {
                    part[v] = _mm512_loadu_ps(row.add(v * LANES));
                }
                for b in 0..B {
                    let scale = _mm512_set1_ps(*x.add(b * width + j));
                    for v in 0..V {
                        sums[b][v] = _mm512_fmadd_ps(scale, part[v], sums[b][v]);
                    }
                }
            }
        }
        for (b, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                // SAFETY: V vectors of B rows of y, inside the slice by the caller's contract.
                unsafe { _mm512_storeu_ps(y.add(b * width + v * LANES), *sum) };
            }
        }
    }
}

/// eˣ by range reduction and a degree-6 polynomial: relative error below 3e-7 on [−87, 87], clamped outside.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
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
pub fn sigmoid(x: f32) -> f32 {
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
#[path = "lanes_tests.rs"]
mod tests;
