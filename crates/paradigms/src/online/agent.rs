//! What a learner of the online paradigm is, and what it can be told.

use base::state::State;
use contract::Footprint;
use learn::Learner;
use learn::error::Result;
use learn::stream::Batch;
use learn::stream::online::{ToldChange, ToldState};

/// A learner that meets a stream. It gets inputs to answer, later the same inputs with labels, in the order of time:
/// these two methods are all that a stream can tell it, so it cannot see a change point.
pub trait Predictor {
    /// One answer per sample, before their labels are known; `None` where there is no answer yet (it counts as wrong).
    ///
    /// # Errors
    /// Engine errors.
    fn predict(&mut self, inputs: &[f32], samples: usize) -> Result<Vec<Option<u32>>>;

    /// Labels have arrived: of the oldest samples that were predicted and not yet learned from.
    ///
    /// # Errors
    /// Engine errors; a loss that is not finite.
    fn learn(&mut self, batch: &Batch) -> Result<()>;

    /// Refuses parameters that are not finite, at the end of a run.
    ///
    /// # Errors
    /// [`base::error::Error::Diverged`], with the parameter's name.
    fn check_finite(&self) -> Result<()> {
        Ok(())
    }

    /// Everything a checkpoint needs.
    ///
    /// # Errors
    /// Engine errors.
    fn save(&self) -> Result<State>;

    /// The inverse of [`Predictor::save`], on a learner that was built from the same settings and seed.
    ///
    /// # Errors
    /// When the state is another learner's.
    fn load(&mut self, state: &State) -> Result<()>;

    /// Cost so far.
    fn footprint(&self) -> Footprint;

    /// The learner behind it, where it has one.
    fn learner(&self) -> Option<&Learner> {
        None
    }

    /// How many samples had been predicted at each reset.
    fn resets(&self) -> &[usize] {
        &[]
    }
}

/// A learner that is told when the concept changes, and in which hidden state the stream is.
pub trait Oracle: Predictor {
    /// The concept has changed; labels of samples predicted before will not come any more.
    ///
    /// # Errors
    /// Engine errors.
    fn told(&mut self, change: &ToldChange) -> Result<()>;

    /// The samples that are answered next are in this hidden state.
    fn told_state(&mut self, state: &ToldState);
}

/// A learner, by what it may know.
pub enum Agent {
    /// Changes are hidden from it: it has no place to put them.
    Blind(Box<dyn Predictor>),
    Oracle(Box<dyn Oracle>),
}

impl Agent {
    /// The part that all learners have.
    pub fn predictor(&mut self) -> &mut dyn Predictor {
        match self {
            Self::Blind(predictor) => predictor.as_mut(),
            Self::Oracle(oracle) => oracle.as_mut(),
        }
    }
}
