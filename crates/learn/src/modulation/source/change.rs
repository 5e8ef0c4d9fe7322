//! Sources on changes of the environment that the learner finds by itself.

use super::rule::{Observation, Rule};
use super::uncertainty::Usual;
use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;
use contract::settings;
use dynamics::ReducedBayesianObserver;

settings! {
    /// Patience: grows while nothing changes, starts anew at a change that the loss shows.
    #[derive(Debug, Clone)]
    pub(super) struct TimeSince {
        /// steps until the signal is 1
        horizon: f64 = 500.0 => [at least 1];
        /// share by which running mean and spread of the loss move
        rate: f64 = 0.02 => [above 0 to 1];
        /// standard deviations beyond which a loss is a change
        threshold: f64 = 3.0 => [finite];
    }
}

impl Rule for TimeSince {
    type Memory = (Usual, f64);

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (usual, time): &mut Self::Memory, seen: &Observation) -> f64 {
        let changed = usual.deviation(seen.loss, self.rate) > self.threshold;
        *time = if changed { 0.0 } else { (*time + 1.0 / self.horizon).min(1.0) };
        *time
    }
}

settings! {
    /// What Nassar's reduced Bayesian observer makes of the loss: the probability that its mean has jumped, or the rate at
    /// which the observer itself learns.
    #[derive(Debug, Clone)]
    pub(super) struct ChangePoint {
        /// chance of a change at a step
        hazard: f64 = 0.002 => [above 0 below 1];
        /// standard deviation of the loss
        noise: f64 = 0.5 => [above 0];
        /// where the mean can be after a change
        range: [f64; 2] = [0.0, 5.0] => [or "[0, 5]"; told "two numbers, increasing"];
        /// whether the signal is the learning rate α
        rate: bool = false => [false | true];
    }
}

impl ChangePoint {
    fn observer(&self) -> Result<ReducedBayesianObserver, DefinitionError> {
        ReducedBayesianObserver::new(self.hazard, self.noise, self.range)
    }
}

impl Rule for ChangePoint {
    /// `None` only where the settings were never checked.
    type Memory = Option<ReducedBayesianObserver>;

    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()?;
        self.observer()?;
        Ok(())
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        self.observer().ok()
    }

    fn next(&self, observer: &mut Self::Memory, seen: &Observation) -> f64 {
        let (changed, rate) = observer.as_mut().map_or((0.0, 0.0), |observer| observer.observe(seen.loss));
        if self.rate { rate } else { changed }
    }
}
