//! Homoscedastic uncertainty (Kendall, Gal & Cipolla 2018): Σ_i e^{−s_i} L_i + s_i / 2 with s_i = ln σ_i² learned.

use super::part::{Balance, keep};
use crate::error::Result;
use base::state::State;
use contract::settings;

settings! {
    /// Settings of uncertainty weighting.
    #[derive(Debug, Clone, PartialEq)]
    pub struct UncertaintySpec {
        /// learning rate of s_i by plain gradient descent
        pub rate: f32 = 0.01 => [above 0];
    }
}

/// λ_i = e^{−s_i}; s_i starts at 0 and follows −∂/∂s_i (e^{−s_i} L_i + s_i / 2) = e^{−s_i} L_i − ½.
#[derive(Debug, Clone)]
pub struct Uncertainty {
    rate: f64,
    log_variance: Vec<f64>,
    weights: Vec<f32>,
}

impl Uncertainty {
    /// For `tasks` tasks.
    pub fn new(spec: &UncertaintySpec, tasks: usize) -> Self {
        Self { rate: spec.rate.into(), log_variance: vec![0.0; tasks], weights: vec![1.0; tasks] }
    }
}

impl Balance for Uncertainty {
    fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn observe(&mut self, losses: &[f64]) {
        for ((s, weight), loss) in self.log_variance.iter_mut().zip(&mut self.weights).zip(losses) {
            if loss.is_finite() {
                *s += self.rate * ((-*s).exp() * loss - 0.5);
            }
            let lambda = (-*s).exp() as f32;
            *weight = lambda;
        }
    }

    fn save(&self) -> State {
        keep((&self.log_variance, &self.weights))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.log_variance, self.weights) = state.get_value("learned")?;
        Ok(())
    }
}
