//! Adam (Kingma & Ba 2015), in two orders of the same arithmetic, which differ by rounding alone.
//!
//! The engine corrects both moments, as PyTorch does, so that a gain may change β₁ from step to step. [`Adam`], for passes
//! over slices that are written by hand, folds the corrections into rate and ε, as the authors propose at the end of their
//! section 2. Results of both were published to the last bit, so both stay.

use multiversion::multiversion;

use super::subnormal::normal_or_zero;

/// The coefficients at one step of the form that corrects both moments.
#[derive(Debug, Clone, Copy)]
pub struct AdamStep {
    pub beta1: f32,
    pub beta2: f32,
    pub epsilon: f32,
    /// 1 − β₁ᵗ and √(1 − β₂ᵗ).
    pub correction1: f32,
    pub correction2_sqrt: f32,
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

/// Adam with its moments and β₁ = 0.9, β₂ = 0.999, ε = 1e-8, for slices that keep their order and lengths.
#[derive(Debug, Clone, Default)]
pub struct Adam {
    updates: i32,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl Adam {
    /// One step of size `rate` down the gradient. A number whose gradient was always 0 does not move.
    pub fn descend(&mut self, values: &mut [&mut [f32]], gradient: &[&[f32]], rate: f64) {
        if self.first.is_empty() {
            self.first = gradient.iter().map(|part| vec![0.0; part.len()]).collect();
            self.second.clone_from(&self.first);
        }
        self.updates = self.updates.saturating_add(1);
        let correct1 = 1.0 - 0.9f64.powi(self.updates);
        let correct2 = 1.0 - 0.999f64.powi(self.updates);
        let rate = (rate * correct2.sqrt() / correct1) as f32;
        let epsilon = (1e-8 * correct2.sqrt()) as f32;
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((values, gradient), (first, second)) in values.iter_mut().zip(gradient).zip(moments) {
            descend(values, gradient, first, second, rate, epsilon);
        }
    }
}

#[multiversion(targets = "simd")]
fn descend(
    values: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    rate: f32,
    epsilon: f32,
) {
    for (((value, g), m), v) in values.iter_mut().zip(gradient).zip(first).zip(second) {
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * (g * g);
        *value -= rate * *m / (v.sqrt() + epsilon);
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
        let step =
            AdamStep { beta1: 0.9, beta2: 0.9, epsilon: 1e-8, correction1: 1.0, correction2_sqrt: 1.0 };
        for _ in 0..2000 {
            adam(&mut [0.0], &mut m, &mut v, step);
            assert!([m[0], v[0]].iter().all(|x| !x.is_subnormal()));
        }
        assert_eq!([m[0], v[0]], [0.0; 2]);
    }

    #[test]
    fn the_first_step_has_the_size_of_the_rate_and_untouched_numbers_stay() {
        let (mut one, mut two) = ([0.0f32, 0.0], [0.0f32]);
        let mut optimiser = Adam::default();
        optimiser.descend(&mut [&mut one, &mut two], &[&[0.0, -0.5], &[0.0]], 0.01);
        // m̂ = g, v̂ = g²: the step is 0.01 · sign.
        assert!((one[1] - 0.01).abs() < 1e-7);
        assert_eq!((one[0], two), (0.0, [0.0]));
        // Second step with gradient 0: m̂ = 0.9·0.1·g/0.19, v̂ = 0.999·0.001·g²/(1 − 0.999²).
        optimiser.descend(&mut [&mut one, &mut two], &[&[0.0, 0.0], &[0.0]], 0.01);
        let expected = 0.01 + 0.01 * (0.09 / 0.19) / (0.000_999f64 / (1.0 - 0.998_001)).sqrt();
        assert!((f64::from(one[1]) - expected).abs() < 1e-6);
    }

    #[test]
    fn both_orders_are_the_same_rule() {
        let (mut folded, mut corrected) = ([1.0f32, -2.0], [1.0f32, -2.0]);
        let (mut optimiser, mut m, mut v) = (Adam::default(), [0.0; 2], [0.0; 2]);
        for t in 1..=50i32 {
            let gradient = [0.3 - 0.01 * t as f32, 1e-3 * t as f32];
            optimiser.descend(&mut [&mut folded], &[&gradient], 0.01);
            let step = AdamStep {
                beta1: 0.9,
                beta2: 0.999,
                epsilon: 1e-8,
                correction1: (1.0 - 0.9f64.powi(t)) as f32,
                correction2_sqrt: (1.0 - 0.999f64.powi(t)).sqrt() as f32,
            };
            adam_descend(&mut corrected, 0.01, &gradient, &mut m, &mut v, step);
        }
        assert!(folded.iter().zip(corrected).all(|(a, b)| (a - b).abs() < 1e-5), "{folded:?} {corrected:?}");
        assert!((folded[0] - 1.0).abs() > 0.1);
    }
}
