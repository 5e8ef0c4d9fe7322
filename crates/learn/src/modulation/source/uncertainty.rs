//! Sources on uncertainty: of a single answer, of a known kind, of an unknown kind.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean};
use base::rng::Streams;
use contract::settings;

settings! {
    /// −ln p(y).
    #[derive(Debug, Clone)]
    pub(super) struct Surprise {
        /// whether the signal is its hyperbolic tangent
        squash: bool = false => [false | true];
    }
}

impl Rule for Surprise {
    type Memory = ();

    fn start(&self, _: &Streams) {}

    fn next(&self, (): &mut (), seen: &Observation) -> f64 {
        if self.squash { seen.loss.tanh() } else { seen.loss }
    }
}

settings! {
    /// H / ln K, or H.
    #[derive(Debug, Clone)]
    pub(super) struct Entropy {
        /// whether the signal is H itself
        nats: bool = false => [false | true];
    }
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

settings! {
    /// Running mean of the surprise beyond what the answer itself expects, the entropy of its distribution.
    #[derive(Debug, Clone)]
    pub(super) struct Excess {
        /// share by which the running mean moves
        rate: f64 = 0.3 => [above 0 to 1];
    }
}

impl Rule for Excess {
    type Memory = RunningMean;

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

settings! {
    /// Running mean of the loss while nothing is out of the usual.
    #[derive(Debug, Clone)]
    pub(super) struct Expected {
        /// share by which running means move
        rate: f64 = 0.02 => [above 0 to 1];
        /// standard deviations beyond which a loss is a change
        threshold: f64 = 3.0 => [finite];
    }
}

impl Rule for Expected {
    type Memory = (Usual, RunningMean);

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

settings! {
    /// How far the loss is above what is usual, in standard deviations beyond a threshold.
    #[derive(Debug, Clone)]
    pub(super) struct Unexpected {
        /// share by which running mean and spread of the loss move
        rate: f64 = 0.02 => [above 0 to 1];
        /// standard deviations that are usual
        threshold: f64 = 2.0 => [finite];
    }
}

impl Rule for Unexpected {
    type Memory = Usual;

    fn start(&self, _: &Streams) -> Usual {
        Usual::default()
    }

    fn next(&self, usual: &mut Usual, seen: &Observation) -> f64 {
        (usual.deviation(seen.loss, self.rate) - self.threshold).max(0.0)
    }
}
