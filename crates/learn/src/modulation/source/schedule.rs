//! Sources that know nothing but time, or time and the true changes: the arms that say where a gain can help at all.

use serde::{Deserialize, Serialize};

use super::rule::{BoundaryTold, Observation, Rule};
use base::error::DefinitionError;
use base::rng::Streams;

/// Knots of a free schedule, at most.
pub(super) const MOST_KNOTS: usize = 16;

fn check_decay(tau: f64, power: f64) -> Result<(), DefinitionError> {
    if !(tau > 0.0 && tau.is_finite()) {
        return Err(DefinitionError::range("tau", tau, "a number of updates > 0"));
    }
    if !(0.0..=4.0).contains(&power) {
        return Err(DefinitionError::range("power", power, "0 to 4"));
    }
    Ok(())
}

/// (1 + n/τ)^(−p): 1 at first, then less and less.
fn decayed(updates: u64, tau: f64, power: f64) -> f64 {
    (1.0 + updates as f64 / tau).powf(-power)
}

/// A decay in training time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Annealing {
    tau: f64,
    power: f64,
}

impl Default for Annealing {
    fn default() -> Self {
        Self { tau: 100.0, power: 0.5 }
    }
}

impl Rule for Annealing {
    /// Updates so far.
    type Memory = u64;

    fn check(&self) -> Result<(), DefinitionError> {
        check_decay(self.tau, self.power)
    }

    fn start(&self, _: &Streams) -> u64 {
        0
    }

    fn next(&self, updates: &mut u64, _: &Observation) -> f64 {
        *updates += 1;
        decayed(*updates - 1, self.tau, self.power)
    }
}

/// The same decay, begun anew at each true change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Event {
    tau: f64,
    power: f64,
    delay: u64,
}

impl Default for Event {
    fn default() -> Self {
        Self { tau: 100.0, power: 0.5, delay: 0 }
    }
}

impl Rule for Event {
    /// Updates since the start or the last change.
    type Memory = u64;

    fn check(&self) -> Result<(), DefinitionError> {
        check_decay(self.tau, self.power)
    }

    fn start(&self, _: &Streams) -> u64 {
        0
    }

    fn next(&self, since: &mut u64, _: &Observation) -> f64 {
        let now = *since;
        *since += 1;
        now.checked_sub(self.delay).map_or(0.0, |later| decayed(later, self.tau, self.power))
    }

    fn boundary(&self, since: &mut u64, _: &BoundaryTold) {
        *since = 0;
    }
}

/// One value for each of equal parts of the run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Knots {
    values: Vec<f64>,
    /// Of the whole run.
    updates: u64,
}

impl Default for Knots {
    fn default() -> Self {
        Self { values: vec![0.0], updates: 1 }
    }
}

impl Rule for Knots {
    /// Updates so far.
    type Memory = u64;

    fn check(&self) -> Result<(), DefinitionError> {
        if !(1..=MOST_KNOTS).contains(&self.values.len()) {
            let found = format!("{} values", self.values.len());
            return Err(DefinitionError::range("values", found, &format!("1 to {MOST_KNOTS} values")));
        }
        if let Some(bad) = self.values.iter().find(|value| !value.is_finite()) {
            return Err(DefinitionError::range("values", bad, "finite numbers"));
        }
        if self.updates == 0 {
            return Err(DefinitionError::range("updates", 0, "a number of updates >= 1"));
        }
        Ok(())
    }

    fn start(&self, _: &Streams) -> u64 {
        0
    }

    fn next(&self, updates: &mut u64, _: &Observation) -> f64 {
        // What is said after an update acts on the next one.
        *updates += 1;
        let part = u128::from(*updates) * self.values.len() as u128 / u128::from(self.updates.max(1));
        let last = self.values.len().saturating_sub(1);
        let part = usize::try_from(part).unwrap_or(last).min(last);
        self.values.get(part).copied().unwrap_or(0.0)
    }
}
