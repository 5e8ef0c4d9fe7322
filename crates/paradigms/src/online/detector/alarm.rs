//! What every drift detector has in common.

/// Something that watches errors.
pub trait Detector: Send {
    /// Takes one error, 0 or 1; true when errors have become more frequent.
    fn alarm(&mut self, error: f64) -> bool;

    /// Forgets everything, as after an alarm.
    fn reset(&mut self);

    /// Bytes held.
    fn bytes(&self) -> u64;
}
