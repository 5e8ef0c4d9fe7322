//! Drift detectors: they see the learner's own errors, 0 or 1, one after another, and raise an alarm when errors

/// Something that watches errors.
pub trait Detector: Send {
    /// Takes one error, 0 or 1; true when errors have become more frequent.
    fn alarm(&mut self, error: f64) -> bool;

    /// Forgets everything, as after an alarm.
    fn reset(&mut self);

    /// Bytes held.
    fn bytes(&self) -> u64;
}
