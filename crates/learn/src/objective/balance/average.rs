//! Dynamic weight average (Liu, Johns & Davison 2019): tasks whose loss falls slowly weigh more.

use super::part::{Balance, keep};
use crate::error::Result;
use base::state::State;
use contract::settings;

settings! {
    /// Settings of the dynamic weight average.
    #[derive(Debug, Clone, PartialEq)]
    pub struct WeightAverageSpec {
        /// T of the softmax
        pub temperature: f32 = 2.0 => [above 0];
        /// updates over which losses are averaged (the paper: an epoch)
        pub window: usize = 50 => [at least 1];
    }
}

/// λ_i = K · softmax_i(r_i / T), r_i = L_i(t−1) / L_i(t−2), K the number of tasks; 1 until two windows are over.
#[derive(Debug, Clone)]
pub struct WeightAverage {
    spec: WeightAverageSpec,
    /// Per task: sum and count of this window, and the mean of the one before.
    now: Vec<(f64, u32)>,
    before: Option<Vec<f64>>,
    seen: usize,
    weights: Vec<f32>,
}

impl WeightAverage {
    /// For `tasks` tasks.
    pub fn new(spec: &WeightAverageSpec, tasks: usize) -> Self {
        let spec = spec.clone();
        Self { spec, now: vec![(0.0, 0); tasks], before: None, seen: 0, weights: vec![1.0; tasks] }
    }
}

impl Balance for WeightAverage {
    fn weights(&self) -> &[f32] {
        &self.weights
    }

    fn observe(&mut self, losses: &[f64]) {
        for ((sum, count), loss) in self.now.iter_mut().zip(losses).filter(|(_, loss)| loss.is_finite()) {
            *sum += loss;
            *count += 1;
        }
        self.seen += 1;
        if self.seen < self.spec.window {
            return;
        }
        let means: Vec<f64> = self.now.iter().map(|(sum, count)| sum / f64::from((*count).max(1))).collect();
        if let Some(before) = &self.before {
            let scaled = means.iter().zip(before).map(|(new, old)| {
                let ratio = if *old > 0.0 { new / old } else { 1.0 };
                (ratio / f64::from(self.spec.temperature)).exp()
            });
            let scaled: Vec<f64> = scaled.collect();
            let total: f64 = scaled.iter().sum();
            self.weights = scaled.iter().map(|e| (scaled.len() as f64 * e / total) as f32).collect();
        }
        self.before = Some(means);
        self.seen = 0;
        self.now.fill((0.0, 0));
    }

    fn save(&self) -> State {
        keep((&self.now, &self.before, self.seen, &self.weights))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        (self.now, self.before, self.seen, self.weights) = state.get_value("learned")?;
        Ok(())
    }
}
