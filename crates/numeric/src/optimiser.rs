//! The optimiser's loops over memory, each in a plain form and in one that also takes the step θ ← θ − η · direction.
//!
//! A moment that decays with no gradient to feed it (a unit that never fires) would end as a subnormal number, on
//! which the arithmetic of common processors is tens of times slower, and rounding keeps it there for good. So moments
//! below the smallest normal number become 0, which moves no parameter.

use multiversion::multiversion;

/// Adam's coefficients at one step.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    /// 1 − β₁ᵗ and √(1 − β₂ᵗ).
    pub correction1: f32,
    pub correction2_sqrt: f32,
}

#[inline(always)]
fn normal_or_zero(x: f32) -> f32 {
    if x.abs() < f32::MIN_POSITIVE { 0.0 } else { x }
}

/// Updates the moments; returns m̂ / (√v̂ + ε). As in PyTorch, but the corrections multiply by their reciprocals.
#[inline(always)]
fn adam_direction(g: f32, m: &mut f32, v: &mut f32, step: AdamStep, reciprocals: [f32; 2]) -> f32 {
    *m = normal_or_zero(*m + (1.0 - step.beta1) * (g - *m));
    *v = normal_or_zero(step.beta2 * *v + (1.0 - step.beta2) * g * g);
    (*m * reciprocals[0]) / (v.sqrt() * reciprocals[1] + step.epsilon)
}

/// One Adam step on a slice: the direction takes the gradient's place.
#[multiversion(targets = "simd")]
pub fn adam(gradient: &mut [f32], first: &mut [f32], second: &mut [f32], step: AdamStep) {
    let reciprocals = [1.0 / step.correction1, 1.0 / step.correction2_sqrt];
    for ((g, m), v) in gradient.iter_mut().zip(first).zip(second) {
        *g = adam_direction(*g, m, v, step, reciprocals);
    }
}

/// [`adam`] and the descent in one pass.
#[multiversion(targets = "simd")]
pub fn adam_descend(
    values: &mut [f32],
    rate: f32,
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    step: AdamStep,
) {
    let reciprocals = [1.0 / step.correction1, 1.0 / step.correction2_sqrt];
    for (((value, g), m), v) in values.iter_mut().zip(gradient).zip(first).zip(second) {
        *value += -rate * adam_direction(*g, m, v, step, reciprocals);
    }
}

/// v ← μ v + g, g ← v.
#[multiversion(targets = "simd")]
pub fn momentum(gradient: &mut [f32], velocity: &mut [f32], coefficient: f32) {
    for (g, v) in gradient.iter_mut().zip(velocity) {
        *v = normal_or_zero(coefficient * *v + *g);
        *g = *v;
    }
}

/// [`momentum`] and the descent in one pass.
#[multiversion(targets = "simd")]
pub fn momentum_descend(
    values: &mut [f32],
    rate: f32,
    gradient: &[f32],
    velocity: &mut [f32],
    coefficient: f32,
) {
    for ((value, g), v) in values.iter_mut().zip(gradient).zip(velocity) {
        *v = normal_or_zero(coefficient * *v + *g);
        *value += -rate * *v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_moment_without_gradients_ends_at_zero_and_never_below_the_normal_numbers() {
        let (mut m, mut v) = ([1.0f32], [1.0f32]);
        let mut velocity = [1.0f32];
        let step =
            AdamStep { beta1: 0.9, beta2: 0.9, epsilon: 1e-8, correction1: 1.0, correction2_sqrt: 1.0 };
        for _ in 0..2000 {
            adam(&mut [0.0], &mut m, &mut v, step);
            momentum(&mut [0.0], &mut velocity, 0.9);
            assert!([m[0], v[0], velocity[0]].iter().all(|x| !x.is_subnormal()));
        }
        assert_eq!([m[0], v[0], velocity[0]], [0.0; 3]);
    }
}
