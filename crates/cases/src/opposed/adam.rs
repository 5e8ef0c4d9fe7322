//! Adam (Kingma & Ba 2015) on the plain vectors of this network; β₁ = 0.9, β₂ = 0.999, ε = 1e-8.

use multiversion::multiversion;

use super::network::{Parameters, Shape};

/// The optimiser's state.
#[derive(Debug, Clone)]
pub struct Adam {
    rate: f64,
    updates: i32,
    first: Parameters,
    second: Parameters,
}

impl Adam {
    /// Zero moments.
    pub fn new(shape: Shape, rate: f64) -> Self {
        Self { rate, updates: 0, first: Parameters::zeros(shape), second: Parameters::zeros(shape) }
    }

    /// One step. A parameter whose gradient was always 0 does not move.
    pub fn update(&mut self, parameters: &mut Parameters, gradient: &Parameters) {
        self.updates = self.updates.saturating_add(1);
        let correct1 = 1.0 - 0.9f64.powi(self.updates);
        let correct2 = 1.0 - 0.999f64.powi(self.updates);
        let rate = (self.rate * correct2.sqrt() / correct1) as f32;
        let epsilon = (1e-8 * correct2.sqrt()) as f32;
        let moments = self.first.parts_mut().into_iter().zip(self.second.parts_mut());
        let values = parameters.parts_mut().into_iter().zip(gradient.parts());
        for ((first, second), (value, gradient)) in moments.zip(values) {
            step(value, gradient, first, second, rate, epsilon);
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw+avx2+fma", "x86_64+avx2+fma"))]
pub fn step(
    value: &mut [f32],
    gradient: &[f32],
    first: &mut [f32],
    second: &mut [f32],
    rate: f32,
    epsilon: f32,
) {
    let moments = first.iter_mut().zip(second.iter_mut());
    for ((value, g), (m, v)) in value.iter_mut().zip(gradient).zip(moments) {
        *m = 0.9 * *m + 0.1 * g;
        *v = 0.999 * *v + 0.001 * (g * g);
        *value -= rate * *m / (v.sqrt() + epsilon);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_step_has_the_size_of_the_rate_and_untouched_parameters_stay() {
        let shape = Shape { units: 2, width: 16 };
        let mut parameters = Parameters::zeros(shape);
        let mut gradient = Parameters::zeros(shape);
        gradient.weights[3] = -0.5;
        let mut adam = Adam::new(shape, 0.01);
        adam.update(&mut parameters, &gradient);
        // m̂ = g, v̂ = g²: the step is 0.01 · sign.
        assert!((parameters.weights[3] - 0.01).abs() < 1e-7);
        assert!(parameters.weights.iter().enumerate().all(|(k, w)| k == 3 || *w == 0.0));
        // Second step with gradient 0: m̂ = 0.9·0.1·g/0.19, v̂ = 0.999·0.001·g²/(1 − 0.999²).
        gradient.weights[3] = 0.0;
        adam.update(&mut parameters, &gradient);
        let expected = 0.01 + 0.01 * (0.09 / 0.19) / (0.000_999f64 / (1.0 - 0.998_001)).sqrt();
        assert!((f64::from(parameters.weights[3]) - expected).abs() < 1e-6);
    }
}
