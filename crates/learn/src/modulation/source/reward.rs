//! Sources on reward: how well the learner does compared with what it is used to.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, check_rate};
use base::error::{DefinitionError, Result};
use base::rng::Streams;

/// δ = r − r̄.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PredictionError {
    rate: f64,
}

impl Default for PredictionError {
    fn default() -> Self {
        Self { rate: 0.05 }
    }
}

impl Rule for PredictionError {
    type Memory = RunningMean;

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)
    }

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

/// r̄.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rate {
    rate: f64,
}

impl Default for Rate {
    fn default() -> Self {
        Self { rate: 0.05 }
    }
}

impl Rule for Rate {
    type Memory = RunningMean;

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)
    }

    fn start(&self, _: &Streams) -> RunningMean {
        RunningMean::default()
    }

    fn next(&self, mean: &mut RunningMean, seen: &Observation) -> f64 {
        mean.see(seen.reward, self.rate)
    }
}

/// (L̄_slow − L̄_fast) / L̄_slow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Improvement {
    fast: f64,
    slow: f64,
}

impl Default for Improvement {
    fn default() -> Self {
        Self { fast: 0.2, slow: 0.02 }
    }
}

impl Rule for Improvement {
    type Memory = [RunningMean; 2];

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("fast", self.fast)?;
        check_rate("slow", self.slow)
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, means: &mut Self::Memory, seen: &Observation) -> f64 {
        let [fast, slow] = means;
        let (fast, slow) = (fast.see(seen.loss, self.fast), slow.see(seen.loss, self.slow));
        if slow > 0.0 { (slow - fast) / slow } else { 0.0 }
    }
}
