//! Sources on changes of the environment that the learner finds by itself.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, check_finite, check_rate};
use super::uncertainty::Usual;
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use dynamics::ReducedBayesianObserver;

/// Patience: grows while nothing changes, starts anew at a change that the loss shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TimeSince {
    horizon: f64,
    rate: f64,
    threshold: f64,
}

impl Default for TimeSince {
    fn default() -> Self {
        Self { horizon: 500.0, rate: 0.02, threshold: 3.0 }
    }
}

impl Rule for TimeSince {
    type Memory = (Usual, f64);

    fn check(&self) -> Result<(), DefinitionError> {
        if !(self.horizon >= 1.0 && self.horizon.is_finite()) {
            return Err(DefinitionError::range("horizon", self.horizon, "a number of steps >= 1"));
        }
        check_rate("rate", self.rate)?;
        check_finite("threshold", self.threshold)
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (usual, time): &mut Self::Memory, seen: &Observation) -> f64 {
        let changed = usual.deviation(seen.loss, self.rate) > self.threshold;
        *time = if changed { 0.0 } else { (*time + 1.0 / self.horizon).min(1.0) };
        *time
    }
}

/// What Nassar's reduced Bayesian observer makes of the loss: the probability that its mean has jumped, or the rate at
/// which the observer itself learns.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ChangePoint {
    hazard: f64,
    noise: f64,
    range: [f64; 2],
    rate: bool,
}

impl Default for ChangePoint {
    fn default() -> Self {
        Self { hazard: 0.002, noise: 0.5, range: [0.0, 5.0], rate: false }
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
        self.observer().map(drop)
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        self.observer().ok()
    }

    fn next(&self, observer: &mut Self::Memory, seen: &Observation) -> f64 {
        let (changed, rate) = observer.as_mut().map_or((0.0, 0.0), |observer| observer.observe(seen.loss));
        if self.rate { rate } else { changed }
    }
}
