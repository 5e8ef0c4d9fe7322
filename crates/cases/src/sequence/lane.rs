//! Sixteen trials side by side: every number of a network is a vector over trials, so that all loops vectorise and one
//! trial's numbers never depend on another's. No fused multiply–adds and a fixed order of sums: the same bits on every
//! processor that has the same exponential.

use numeric::lanes;

/// Trials that are simulated side by side.
pub const LANES: usize = 16;

/// One number of each of the trials.
pub type Lane = [f32; LANES];

pub(super) const ZERO: Lane = [0.0; LANES];

/// y += w · x
#[inline(always)]
pub(super) fn add_scaled(y: &mut Lane, w: f32, x: &Lane) {
    for b in 0..LANES {
        y[b] += w * x[b];
    }
}

/// y += a ∘ b
#[inline(always)]
pub(super) fn add_product(y: &mut Lane, a: &Lane, b: &Lane) {
    for k in 0..LANES {
        y[k] += a[k] * b[k];
    }
}

/// a ∘ b
#[inline(always)]
pub(super) fn product(a: &Lane, b: &Lane) -> Lane {
    let mut y = ZERO;
    for k in 0..LANES {
        y[k] = a[k] * b[k];
    }
    y
}

/// tanh, absolute error below 3e-7.
#[inline(always)]
pub(super) fn tanh(x: &Lane) -> Lane {
    let mut y = ZERO;
    for k in 0..LANES {
        y[k] = 1.0 - 2.0 / (lanes::exp(2.0 * x[k]) + 1.0);
    }
    y
}

/// The logistic function.
#[inline(always)]
pub(super) fn sigmoid(x: &Lane) -> Lane {
    let mut y = ZERO;
    for k in 0..LANES {
        y[k] = lanes::sigmoid(x[k]);
    }
    y
}

/// y ∘ (1 − h²): back through h = tanh(·).
#[inline(always)]
pub(super) fn through_tanh(y: &Lane, h: &Lane) -> Lane {
    let mut x = ZERO;
    for k in 0..LANES {
        x[k] = y[k] * (1.0 - h[k] * h[k]);
    }
    x
}

/// Sum over the trials, in their order.
pub(super) fn sum(x: &Lane) -> f32 {
    x.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tanh_and_sigmoid_agree_with_the_standard_library() {
        let x: Lane = std::array::from_fn(|k| (k as f32 - 8.0) * 0.7);
        for ((x, t), s) in x.iter().zip(tanh(&x)).zip(sigmoid(&x)) {
            assert!((x.tanh() - t).abs() < 3e-7, "{x}");
            assert!((1.0 / (1.0 + (-x).exp()) - s).abs() < 3e-7, "{x}");
        }
        assert_eq!(tanh(&[50.0; LANES])[0], 1.0);
        assert_eq!(tanh(&ZERO), ZERO);
    }
}
