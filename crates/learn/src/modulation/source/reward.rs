//! Sources on reward: how well the learner does compared with what it is used to.

use super::rule::{Observation, Rule, RunningMean};
use base::rng::Streams;
use contract::settings;

settings! {
    /// δ = r − r̄.
    #[derive(Debug, Clone)]
    pub(super) struct PredictionError {
        /// share by which the running mean moves
        rate: f64 = 0.05 => [above 0 to 1];
    }
}

impl Rule for PredictionError {
    type Memory = RunningMean;

    fn start(&self, _: &Streams) -> RunningMean {
        RunningMean::default()
    }

    fn next(&self, mean: &mut RunningMean, seen: &Observation) -> f64 {
        // The prediction is the mean of what came before.
        let error = mean.get().map_or(0.0, |expected| seen.reward - expected);
        mean.see(seen.reward, self.rate);
        error
    }
}

settings! {
    /// r̄.
    #[derive(Debug, Clone)]
    pub(super) struct Rate {
        /// share by which the running mean moves
        rate: f64 = 0.05 => [above 0 to 1];
    }
}

impl Rule for Rate {
    type Memory = RunningMean;

    fn start(&self, _: &Streams) -> RunningMean {
        RunningMean::default()
    }

    fn next(&self, mean: &mut RunningMean, seen: &Observation) -> f64 {
        mean.see(seen.reward, self.rate)
    }
}

settings! {
    /// (L̄_slow − L̄_fast) / L̄_slow.
    #[derive(Debug, Clone)]
    pub(super) struct Improvement {
        /// share by which the fast mean moves
        fast: f64 = 0.2 => [above 0 to 1];
        /// share by which the slow mean moves
        slow: f64 = 0.02 => [above 0 to 1];
    }
}

impl Rule for Improvement {
    type Memory = [RunningMean; 2];

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, means: &mut Self::Memory, seen: &Observation) -> f64 {
        let [fast, slow] = means;
        let (fast, slow) = (fast.see(seen.loss, self.fast), slow.see(seen.loss, self.slow));
        if slow > 0.0 { (slow - fast) / slow } else { 0.0 }
    }
}
