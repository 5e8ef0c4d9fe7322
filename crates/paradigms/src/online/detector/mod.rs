//! Drift detectors: they see the learner's own errors, 0 or 1, one after another, and raise an alarm when errors
//! become more frequent.

mod adwin;
mod alarm;
mod page_hinkley;

pub use adwin::Adwin;
pub use alarm::Detector;
pub use page_hinkley::PageHinkley;
