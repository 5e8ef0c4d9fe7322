//! Heavy-ball momentum: v ← μ v + g, g ← v (the form of PyTorch's SGD).

use super::chain::{Transform, UpdateContext};
use crate::error::Result;
use crate::nn::Gradients;
use base::state::State;
use numeric::optimiser;

/// Momentum with coefficient μ in [0, 1); modulation may scale μ, the product stays at or below 0.999.
#[derive(Debug, Default)]
pub struct Momentum {
    coefficient: f32,
    /// The coefficient of the step that was begun last.
    current: f32,
    velocity: Vec<Vec<f32>>,
}

impl Momentum {
    /// Momentum with coefficient μ.
    pub fn new(coefficient: f32) -> Self {
        Self { coefficient, current: coefficient, velocity: Vec::new() }
    }
}

impl Transform for Momentum {
    fn name(&self) -> &'static str {
        "momentum"
    }

    fn update(&mut self, gradients: &mut Gradients, cx: &UpdateContext<'_>) -> Result<()> {
        self.begin(gradients, cx);
        for (gradient, velocity) in gradients.buffers.iter_mut().zip(&mut self.velocity) {
            optimiser::momentum(gradient, velocity, self.current);
        }
        Ok(())
    }

    fn begin(&mut self, gradients: &Gradients, cx: &UpdateContext<'_>) -> bool {
        self.current = modulated(self.coefficient, cx.gains.momentum);
        gradients.fit_other(&mut self.velocity);
        true
    }

    fn apply(&mut self, index: usize, gradient: &[f32], values: &mut [f32], rate: f32) {
        optimiser::momentum_descend(values, rate, gradient, &mut self.velocity[index], self.current);
    }

    fn reset(&mut self) {
        self.velocity.clear();
    }

    fn save(&self) -> State {
        State::default().buffer("velocity", &self.velocity)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.velocity = state.get_buffer("velocity")?;
        Ok(())
    }
}

/// A momentum coefficient under a gain, kept below 1.
pub(super) fn modulated(coefficient: f32, gain: f32) -> f32 {
    (coefficient * gain).clamp(0.0, coefficient.max(0.999))
}
