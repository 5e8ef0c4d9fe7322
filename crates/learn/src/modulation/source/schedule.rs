//! Sources that know nothing but time, or time and the true changes: the arms that say where a gain can help at all.

use super::rule::{BoundaryTold, Observation, Rule};
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;
use contract::settings;

/// Knots of a free schedule, at most.
pub(super) const MOST_KNOTS: usize = 16;

/// (1 + n/τ)^(−p): 1 at first, then less and less.
fn decayed(updates: u64, tau: f64, power: f64) -> f64 {
    (1.0 + updates as f64 / tau).powf(-power)
}

settings! {
    /// A decay in training time.
    #[derive(Debug, Clone)]
    pub(super) struct Annealing {
        /// updates after which decay sets in
        tau: f64 = 100.0 => [above 0];
        /// p
        power: f64 = 0.5 => [0 to 4];
    }
}

impl Rule for Annealing {
    /// Updates so far.
    type Memory = u64;

    fn start(&self, _: &Streams) -> u64 {
        0
    }

    fn next(&self, updates: &mut u64, _: &Observation) -> f64 {
        *updates += 1;
        decayed(*updates - 1, self.tau, self.power)
    }
}

settings! {
    /// The same decay, begun anew at each true change.
    #[derive(Debug, Clone)]
    pub(super) struct Event {
        /// updates after which decay sets in
        tau: f64 = 100.0 => [above 0];
        /// p
        power: f64 = 0.5 => [0 to 4];
        /// updates until the signal begins
        delay: u64 = 0 => [at least 0];
    }
}

impl Rule for Event {
    /// Updates since the start or the last change.
    type Memory = u64;

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

settings! {
    /// One value for each of equal parts of the run.
    #[derive(Debug, Clone)]
    pub(super) struct Knots {
        /// the value of each part
        values: Vec<f64> = vec![0.0] => [or "[0]"; told "1 to 16 numbers"];
        /// of the whole run
        updates: u64 = 1 => [at least 1];
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
        self.check_ranges()
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
