//! How a run is watched: a protocol says how far it is, and hears whether it shall stop.

use base::error::{Error, Result, StopReason};

/// What a protocol tells the harness while it runs, and the harness's only way to stop it early.
pub trait Watch {
    /// Called often (every few milliseconds of work) with the share of the run that is done, in [0, 1].
    /// `Some` asks the protocol to return [`base::error::Error::Stopped`] at once.
    fn progress(&mut self, share: f64) -> Option<StopReason>;
}

/// A watch that neither shows anything nor stops the run: for tests and library users.
#[derive(Debug, Default, Clone, Copy)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn progress(&mut self, _share: f64) -> Option<StopReason> {
        None
    }
}

/// A watch in the hands of long work (a test phase, an estimate over all samples), which asks it after each small piece.
pub struct Pace<'a> {
    watch: &'a mut dyn Watch,
    share: f64,
}

impl<'a> Pace<'a> {
    /// Work during which so much of the run counts as done.
    pub fn new(watch: &'a mut dyn Watch, share: f64) -> Self {
        Self { watch, share }
    }

    /// Asks the watch.
    ///
    /// # Errors
    /// [`Error::Stopped`] when it wants the run to end.
    pub fn ask(&mut self) -> Result<()> {
        self.watch.progress(self.share).map_or(Ok(()), |reason| Err(Error::Stopped(reason)))
    }

    /// The same with another share done.
    ///
    /// # Errors
    /// As [`Pace::ask`].
    pub fn at(&mut self, share: f64) -> Result<()> {
        self.share = share;
        self.ask()
    }
}

/// Shows a part of the work as its portion of the run.
pub struct Portion<'a> {
    watch: &'a mut dyn Watch,
    from: f64,
    to: f64,
}

impl<'a> Portion<'a> {
    /// The part that is done between the shares `from` and `to` of the run.
    pub fn new(watch: &'a mut dyn Watch, from: f64, to: f64) -> Self {
        Self { watch, from, to }
    }
}

impl Watch for Portion<'_> {
    fn progress(&mut self, share: f64) -> Option<StopReason> {
        self.watch.progress(self.from + (self.to - self.from) * share)
    }
}

/// A run counted in updates: how many are done, of how many.
pub struct Course<'a> {
    watch: &'a mut dyn Watch,
    done: usize,
    total: usize,
}

impl<'a> Course<'a> {
    /// Before the first of `total` updates.
    pub fn new(watch: &'a mut dyn Watch, total: usize) -> Self {
        Self { watch, done: 0, total }
    }

    /// Updates so far.
    pub fn done(&self) -> usize {
        self.done
    }

    /// One more update is done.
    pub fn advance(&mut self) {
        self.done += 1;
    }

    /// The watch, for work after as many updates as are done.
    pub fn pace(&mut self) -> Pace<'_> {
        let share = self.done as f64 / self.total.max(1) as f64;
        Pace::new(self.watch, share)
    }
}
