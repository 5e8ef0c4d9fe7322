//! How long a session of the three tasks may be, and how often it is asked whether to stop.

use base::error::{Error, Result};
use contract::Watch;

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
