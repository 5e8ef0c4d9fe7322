//! Checks that the three tasks and their learners share.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Error, Result};
use contract::Watch;

/// A finite number in [low, high].
pub(super) fn within(key: &str, value: f64, low: f64, high: f64) -> Result<(), DefinitionError> {
    if value.is_finite() && (low..=high).contains(&value) {
        return Ok(());
    }
    let allowed = if high == f64::INFINITY {
        format!("a finite number, at least {low}")
    } else {
        format!("{low} to {high}")
    };
    Err(DefinitionError::range(key, value, &allowed))
}

/// A finite number above 0.
pub(super) fn positive(key: &str, value: f64) -> Result<(), DefinitionError> {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, "a finite number above 0"))
}

/// A count in [low, high].
pub(super) fn count(key: &str, value: usize, low: usize, high: usize) -> Result<(), DefinitionError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, &format!("{low} to {high}")))
}

/// At most this many trials per run: a record stays small and a run stays short.
pub(super) const MOST_TRIALS: usize = 1_000_000;

/// Controls that replay what a modulated run of the same seed did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// The learner modulates itself.
    #[default]
    None,
    /// Constants: the mean of every meta-parameter over the modulated run, at each kind of decision.
    Mean,
    /// The modulated run's trajectory, rotated so that its switches come near no true ones: right values at wrong times.
    Rotated,
}

/// A watch that is asked every 256 trials, and sees a pass over the trials as a part of the run.
pub(super) struct Progress<'a> {
    watch: &'a mut dyn Watch,
    from: f64,
    share: f64,
}

impl<'a> Progress<'a> {
    /// The pass that covers `share` of the run from `from` on.
    pub(super) fn new(watch: &'a mut dyn Watch, from: f64, share: f64) -> Self {
        Self { watch, from, share }
    }

    /// Trial `done` of `trials` begins.
    pub(super) fn at(&mut self, done: usize, trials: usize) -> Result<()> {
        if done.is_multiple_of(256) { self.always(done, trials) } else { Ok(()) }
    }

    /// The same where one trial may take long.
    pub(super) fn always(&mut self, done: usize, trials: usize) -> Result<()> {
        let share = self.from + self.share * done as f64 / trials as f64;
        self.watch.progress(share).map_or(Ok(()), |reason| Err(Error::Stopped(reason)))
    }
}
