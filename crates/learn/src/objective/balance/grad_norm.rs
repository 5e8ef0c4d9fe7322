//! GradNorm (Chen, Badrinarayanan, Lee & Rabinovich 2018): tasks train at similar rates.

use super::part::{Balance, add_up, keep};
use crate::error::Result;
use crate::nn::{Gradients, Parameters};
use base::state::State;
use contract::settings;

settings! {
    /// Settings of GradNorm.
    #[derive(Debug, Clone, PartialEq)]
    pub struct GradNormSpec {
        /// strength α of the pull towards equal training rates
        pub alpha: f32 = 1.5 => [at least 0];
        /// learning rate of λ_i
        pub rate: f32 = 0.025 => [above 0];
    }
}

/// λ_i descends |G_i − Ḡ r_i^α|, where G_i = λ_i ‖∇_W L_i‖ on the last shared layer W, Ḡ is their mean and
/// r_i = (L_i / L_i(0)) / mean_j (L_j / L_j(0)); the target is held constant. Then λ_i ≥ 0.01 with mean 1.
#[derive(Debug, Clone)]
pub struct GradNorm {
    spec: GradNormSpec,
    weights: Vec<f32>,
    /// L_j(0): the losses of the first batch that had every task.
    first: Option<Vec<f64>>,
    norms: Vec<f64>,
}

impl GradNorm {
    /// For `tasks` tasks.
    pub fn new(spec: &GradNormSpec, tasks: usize) -> Self {
        let spec = spec.clone();
        Self { spec, weights: vec![1.0; tasks], first: None, norms: vec![0.0; tasks] }
    }
}

impl Balance for GradNorm {
    fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn needs_apart(&self) -> bool {
        true
    }

    fn combine(&mut self, apart: &[Gradients], parameters: &Parameters, sum: &mut Gradients) {
        add_up(apart, sum);
        let last = parameters.last_layer();
        for (norm, gradients) in self.norms.iter_mut().zip(apart) {
            let layer = gradients.buffers.iter().zip(parameters.iter()).filter(|(_, p)| p.layer + 1 == last);
            let squares = layer.flat_map(|(buffer, _)| buffer).map(|g| f64::from(*g).powi(2));
            *norm = squares.sum::<f64>().sqrt();
        }
    }

    fn observe(&mut self, losses: &[f64]) {
        // A batch without some task says nothing about relative rates.
        if losses.iter().any(|loss| !loss.is_finite()) {
            return;
        }
        let count = losses.len() as f64;
        let first = self.first.get_or_insert_with(|| losses.to_vec());
        let relative: Vec<f64> =
            losses.iter().zip(&*first).map(|(now, first)| now / first.max(1e-12)).collect();
        let mean_rate = (relative.iter().sum::<f64>() / count).max(1e-12);
        let mean_norm = self.norms.iter().sum::<f64>() / count;
        for ((weight, norm), relative) in self.weights.iter_mut().zip(&self.norms).zip(&relative) {
            let target = mean_norm * (relative / mean_rate).powf(self.spec.alpha.into());
            let slope = norm / f64::from(*weight);
            let sign = if *norm > target { 1.0 } else { -1.0 };
            *weight = (f64::from(*weight) - f64::from(self.spec.rate) * sign * slope).max(0.01) as f32;
        }
        let total: f32 = self.weights.iter().sum();
        self.weights.iter_mut().for_each(|weight| *weight *= count as f32 / total);
    }

    fn save(&self) -> State {
        keep((&self.weights, &self.first, &self.norms))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.weights, self.first, self.norms) = state.get_value("learned")?;
        Ok(())
    }
}
