//! Adagrad (Duchi, Hazan & Singer 2011), as in PyTorch without decay of the rate.

use super::chain::{Transform, UpdateContext};
use crate::error::Result;
use crate::nn::Gradients;
use base::state::State;

/// g / (√Σ g² + ε) in place of the gradient, the sum over all steps so far.
#[derive(Debug)]
pub struct Adagrad {
    epsilon: f32,
    squares: Vec<Vec<f32>>,
}

impl Adagrad {
    /// ε > 0; the sums start at 0.
    pub fn new(epsilon: f32) -> Self {
        Self { epsilon, squares: Vec::new() }
    }
}

impl Transform for Adagrad {
    fn name(&self) -> &'static str {
        "adagrad"
    }

    fn update(&mut self, gradients: &mut Gradients, _cx: &UpdateContext<'_>) -> Result<()> {
        gradients.fit_other(&mut self.squares);
        for (gradient, squares) in gradients.buffers.iter_mut().zip(&mut self.squares) {
            for (g, sum) in gradient.iter_mut().zip(squares) {
                *sum += *g * *g;
                *g /= sum.sqrt() + self.epsilon;
            }
        }
        Ok(())
    }

    fn reset(&mut self) {
        self.squares.clear();
    }

    fn save(&self) -> State {
        State::default().buffer("squares", &self.squares)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.squares = state.get_buffer("squares")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gains::Gains;
    use crate::nn::Parameters;
    use crate::nn::testing::assert_close;

    #[test]
    fn a_step_is_divided_by_the_root_of_all_squares_so_far() {
        // Gradients 3, then 4: 3/3 = 1, then 4/√(9 + 16) = 0.8; forgotten, 4/4 = 1 again.
        let (parameters, gains) = (Parameters::default(), Gains::default());
        let cx = UpdateContext { parameters: &parameters, gains: &gains };
        let mut adagrad = Adagrad::new(1e-10);
        let step = |adagrad: &mut Adagrad, gradient: f32| {
            let mut gradients = Gradients { buffers: vec![vec![gradient, 0.0]] };
            adagrad.update(&mut gradients, &cx).expect("a step");
            gradients.buffers.concat()
        };
        assert_close(&step(&mut adagrad, 3.0), &[1.0, 0.0], 1e-6);
        let saved = adagrad.save();
        assert_close(&step(&mut adagrad, 4.0), &[0.8, 0.0], 1e-6);
        let mut again = Adagrad::new(1e-10);
        again.load(&saved).expect("its own state");
        assert_close(&step(&mut again, 4.0), &[0.8, 0.0], 1e-6);
        adagrad.reset();
        assert_close(&step(&mut adagrad, 4.0), &[1.0, 0.0], 1e-6);
    }
}
