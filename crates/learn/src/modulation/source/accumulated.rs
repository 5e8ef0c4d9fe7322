//! Evidence of a change that adds up over steps: one batch of noisy labels says little, many in a row say much.

use super::rule::{Observation, Rule};
use super::uncertainty::Usual;
use base::rng::Streams;
use contract::settings;

settings! {
    /// A leaky sum of how far the loss is above what is usual, seen through a steep threshold.
    #[derive(Debug, Clone)]
    pub(super) struct AccumulatedSurprise {
        /// share by which running mean and spread of the loss move
        rate: f64 = 0.02 => [above 0 to 1];
        /// share of the sum that stays
        retention: f64 = 0.98 => [0 to 1];
        /// what is taken off at every step, in standard deviations
        drift: f64 = 0.5 => [finite];
        /// sum at which the signal is ½
        threshold: f64 = 5.0 => [finite];
        /// how steep the threshold is
        steepness: f64 = 2.0 => [above 0];
    }
}

impl Rule for AccumulatedSurprise {
    type Memory = (Usual, f64);

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (usual, sum): &mut Self::Memory, seen: &Observation) -> f64 {
        let deviation = usual.deviation(seen.loss, self.rate);
        *sum = (self.retention * *sum + deviation - self.drift).max(0.0);
        1.0 / (1.0 + (-self.steepness * (*sum - self.threshold)).exp())
    }
}
