//! Evidence of a change that adds up over steps: one batch of noisy labels says little, many in a row say much.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, check_finite, check_rate};
use super::uncertainty::Usual;
use base::error::DefinitionError;
use base::rng::Streams;

/// A leaky sum of how far the loss is above what is usual, seen through a steep threshold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AccumulatedSurprise {
    rate: f64,
    retention: f64,
    drift: f64,
    threshold: f64,
    steepness: f64,
}

impl Default for AccumulatedSurprise {
    fn default() -> Self {
        Self { rate: 0.02, retention: 0.98, drift: 0.5, threshold: 5.0, steepness: 2.0 }
    }
}

impl Rule for AccumulatedSurprise {
    type Memory = (Usual, f64);

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)?;
        if !(0.0..=1.0).contains(&self.retention) {
            return Err(DefinitionError::range("retention", self.retention, "0 to 1"));
        }
        check_finite("drift", self.drift)?;
        check_finite("threshold", self.threshold)?;
        if !(self.steepness > 0.0 && self.steepness.is_finite()) {
            return Err(DefinitionError::range("steepness", self.steepness, "a finite number > 0"));
        }
        Ok(())
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (usual, sum): &mut Self::Memory, seen: &Observation) -> f64 {
        let deviation = usual.deviation(seen.loss, self.rate);
        *sum = (self.retention * *sum + deviation - self.drift).max(0.0);
        1.0 / (1.0 + (-self.steepness * (*sum - self.threshold)).exp())
    }
}
