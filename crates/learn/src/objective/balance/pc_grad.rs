//! PCGrad (Yu, Kumar, Gupta, Levine, Hausman & Finn 2020): gradients that conflict are projected onto each other's
//! normal plane.

use rand::seq::SliceRandom;

use super::part::{Balance, add_up, keep, shared_product};
use crate::error::Result;
use crate::nn::{Gradients, Parameters};
use base::rng::{FastRng, Streams};
use base::state::State;
use contract::settings;
use numeric::elementwise;

settings! {
    /// PCGrad has no settings.
    #[derive(Debug, Clone, PartialEq)]
    pub struct PcGradSpec {}
}

/// For every task i and the others j in random order: where g_i·g_j < 0 on the trunk, g_i ← g_i − (g_i·g_j / ‖g_j‖²) g_j,
/// g_j as it was; then the sum. λ_i = 1.
#[derive(Debug, Clone)]
pub struct PcGrad {
    weights: Vec<f32>,
    random: FastRng,
}

impl PcGrad {
    /// For `tasks` tasks; the order comes from the stream `pcgrad`.
    pub fn new(tasks: usize, streams: &Streams) -> Self {
        Self { weights: vec![1.0; tasks], random: streams.fast("pcgrad") }
    }
}

impl Balance for PcGrad {
    fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn needs_apart(&self) -> bool {
        true
    }

    fn combine(&mut self, apart: &[Gradients], parameters: &Parameters, sum: &mut Gradients) {
        let last = parameters.last_layer();
        let mut projected = apart.to_vec();
        for (i, own) in projected.iter_mut().enumerate() {
            let mut others: Vec<usize> = (0..apart.len()).filter(|j| *j != i).collect();
            others.shuffle(&mut self.random);
            for other in others.into_iter().map(|j| &apart[j]) {
                let product = shared_product(own, other, parameters);
                let square = shared_product(other, other, parameters);
                if product >= 0.0 || square == 0.0 {
                    continue;
                }
                let share = (-product / square) as f32;
                for ((own, other), parameter) in
                    own.buffers.iter_mut().zip(&other.buffers).zip(parameters.iter())
                {
                    if parameter.layer < last {
                        elementwise::axpy(own, share, other);
                    }
                }
            }
        }
        add_up(&projected, sum);
    }

    fn save(&self) -> State {
        keep(&self.random)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.random = state.get_value("learned")?;
        Ok(())
    }
}
