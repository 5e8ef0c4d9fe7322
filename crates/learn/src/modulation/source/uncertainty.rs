//! Sources on uncertainty: of a single answer, of a known kind, of an unknown kind.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, check_finite, check_rate};
use base::error::{DefinitionError, Result};
use base::rng::Streams;

/// −ln p(y).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Surprise {
    squash: bool,
}

impl Rule for Surprise {
    type Memory = ();

    fn start(&self, _: &Streams) {}

    fn next(&self, (): &mut (), seen: &Observation) -> f64 {
        if self.squash { seen.loss.tanh() } else { seen.loss }
    }
}

/// H / ln K, or H.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Entropy {
    nats: bool,
}

impl Rule for Entropy {
    type Memory = ();

    fn start(&self, _: &Streams) {}

    fn next(&self, (): &mut (), seen: &Observation) -> f64 {
        if self.nats {
            seen.entropy
        } else if seen.choices < 2.0 {
            0.0
        } else {
            seen.entropy / seen.choices.ln()
        }
    }
}

/// Running mean of the surprise beyond what the answer itself expects, the entropy of its distribution.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Excess {
    rate: f64,
}

impl Default for Excess {
    fn default() -> Self {
        Self { rate: 0.3 }
    }
}

impl Rule for Excess {
    type Memory = RunningMean;

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)
    }

    fn start(&self, _: &Streams) -> RunningMean {
        RunningMean::default()
    }

    fn next(&self, mean: &mut RunningMean, seen: &Observation) -> f64 {
        mean.see(seen.loss - seen.entropy, self.rate)
    }
}

/// Running mean and standard deviation of the loss: what the learner is used to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Usual {
    mean: RunningMean,
    square: RunningMean,
}

impl Usual {
    /// (L − μ)/σ against the past, then the past takes L in. 0 while there is no spread to compare with.
    pub fn deviation(&mut self, loss: f64, rate: f64) -> f64 {
        let deviation = match (self.mean.get(), self.square.get()) {
            (Some(mean), Some(variance)) if variance > 0.0 => (loss - mean) / variance.sqrt(),
            _ => 0.0,
        };
        let distance = self.mean.get().map_or(0.0, |mean| loss - mean);
        self.mean.see(loss, rate);
        // The first value says nothing about the spread.
        if distance != 0.0 || self.square.get().is_some() {
            self.square.see(distance * distance, rate);
        }
        deviation
    }
}

/// Running mean of the loss while nothing is out of the usual.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Expected {
    rate: f64,
    threshold: f64,
}

impl Default for Expected {
    fn default() -> Self {
        Self { rate: 0.02, threshold: 3.0 }
    }
}

impl Rule for Expected {
    type Memory = (Usual, RunningMean);

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)?;
        check_finite("threshold", self.threshold)
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (usual, mean): &mut Self::Memory, seen: &Observation) -> f64 {
        if usual.deviation(seen.loss, self.rate) > self.threshold {
            return mean.get().unwrap_or(seen.loss);
        }
        mean.see(seen.loss, self.rate)
    }
}

/// How far the loss is above what is usual, in standard deviations beyond a threshold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Unexpected {
    rate: f64,
    threshold: f64,
}

impl Default for Unexpected {
    fn default() -> Self {
        Self { rate: 0.02, threshold: 2.0 }
    }
}

impl Rule for Unexpected {
    type Memory = Usual;

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)?;
        check_finite("threshold", self.threshold)
    }

    fn start(&self, _: &Streams) -> Usual {
        Usual::default()
    }

    fn next(&self, usual: &mut Usual, seen: &Observation) -> f64 {
        (usual.deviation(seen.loss, self.rate) - self.threshold).max(0.0)
    }
}
