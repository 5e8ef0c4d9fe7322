//! Checks that the three tasks and their learners share.

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

/// A watch that is asked every 256 trials.
pub(super) struct Progress<'a>(pub &'a mut dyn Watch);

impl Progress<'_> {
    /// Trial `done` of `trials` begins.
    pub(super) fn at(&mut self, done: usize, trials: usize) -> Result<()> {
        if done.is_multiple_of(256) { self.always(done, trials) } else { Ok(()) }
    }

    /// The same where one trial may take long.
    pub(super) fn always(&mut self, done: usize, trials: usize) -> Result<()> {
        let share = done as f64 / trials as f64;
        self.0.progress(share).map_or(Ok(()), |reason| Err(Error::Stopped(reason)))
    }
}
