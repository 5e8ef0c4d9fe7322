//! What every drift detector has in common.

use base::error::Result;
use base::state::State;

/// Something that watches errors.
pub trait Detector: Send {
    /// Takes one error, 0 or 1; true when errors have become more frequent.
    fn alarm(&mut self, error: f64) -> bool;

    /// Forgets everything, as after an alarm.
    fn reset(&mut self);

    /// Everything a checkpoint needs.
    fn save(&self) -> State;

    /// The inverse of [`Detector::save`].
    ///
    /// # Errors
    /// When the state is another detector's.
    fn load(&mut self, state: &State) -> Result<()>;

    /// Bytes held.
    fn bytes(&self) -> u64;
}
