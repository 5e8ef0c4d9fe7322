//! My source: how often the learner errs.

use super::rule::{Observation, Rule};
use base::rng::Streams;
use contract::settings;

settings! {
    /// The share of wrong answers in the batch, times a factor.
    #[derive(Debug, Clone)]
    pub(super) struct MySource {
        /// factor
        factor: f64 = 1.0 => [above 0 to 10];
    }
}

impl Rule for MySource {
    /// It remembers nothing.
    type Memory = ();

    fn start(&self, _: &Streams) {}

    fn next(&self, _: &mut (), seen: &Observation) -> f64 {
        self.factor * (1.0 - seen.reward)
    }
}
