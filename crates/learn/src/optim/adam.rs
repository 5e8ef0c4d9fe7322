//! Adam (Kingma & Ba 2015), arithmetic as in PyTorch up to rounding.

use super::chain::{Transform, UpdateContext};
use super::momentum::modulated;
use crate::error::Result;
use crate::nn::Gradients;
use base::state::State;
use numeric::optimiser;
use numeric::optimiser::AdamStep;

/// Adam's direction m̂ / (√v̂ + ε) in place of the gradient.
#[derive(Debug)]
pub struct Adam {
    beta1: f32,
    beta2: f32,
    epsilon: f32,
    /// Π β₁ over the steps taken; modulation may change β₁ from step to step.
    beta1_power: f64,
    steps: i32,
    /// The coefficients of the step that was begun last.
    step: AdamStep,
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
}

impl Adam {
    /// β₁, β₂ in [0, 1), ε > 0.
    pub fn new(beta1: f32, beta2: f32, epsilon: f32) -> Self {
        Self {
            beta1,
            beta2,
            epsilon,
            beta1_power: 1.0,
            steps: 0,
            step: AdamStep { beta1, beta2, epsilon, correction1: 1.0, correction2_sqrt: 1.0 },
            first: Vec::new(),
            second: Vec::new(),
        }
    }
}

impl Transform for Adam {
    fn name(&self) -> &'static str {
        "adam"
    }

    fn update(&mut self, gradients: &mut Gradients, cx: &UpdateContext<'_>) -> Result<()> {
        self.begin(gradients, cx);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for (gradient, (first, second)) in gradients.buffers.iter_mut().zip(moments) {
            optimiser::adam(gradient, first, second, self.step);
        }
        Ok(())
    }

    fn begin(&mut self, gradients: &Gradients, cx: &UpdateContext<'_>) -> bool {
        let beta1 = modulated(self.beta1, cx.gains.momentum);
        self.steps += 1;
        self.beta1_power *= f64::from(beta1);
        let step = AdamStep {
            beta1,
            beta2: self.beta2,
            epsilon: self.epsilon,
            correction1: (1.0 - self.beta1_power) as f32,
            correction2_sqrt: (1.0 - f64::from(self.beta2).powi(self.steps)).sqrt() as f32,
        };
        self.step = step;
        gradients.fit_other(&mut self.first);
        gradients.fit_other(&mut self.second);
        true
    }

    fn apply(&mut self, index: usize, gradient: &[f32], values: &mut [f32], rate: f32) {
        let (first, second) = (&mut self.first[index], &mut self.second[index]);
        optimiser::adam_descend(values, rate, gradient, first, second, self.step);
    }

    fn reset(&mut self) {
        *self = Self::new(self.beta1, self.beta2, self.epsilon);
    }

    fn save(&self) -> State {
        State::default()
            .number("steps", f64::from(self.steps))
            .number("beta1_power", self.beta1_power)
            .buffer("first", &self.first)
            .buffer("second", &self.second)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        let steps = state.get_number("steps")? as i32;
        self.steps = steps;
        self.beta1_power = state.get_number("beta1_power")?;
        self.first = state.get_buffer("first")?;
        self.second = state.get_buffer("second")?;
        Ok(())
    }
}
