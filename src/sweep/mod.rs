//! `bench sweep`: one method over a grid of one or two settings. The curve is on validation data and on seeds of its own; test
//! data see the best of it alone.

mod over;
mod study;
mod whole;
mod write;

pub use over::{Over, Spacing};
pub use study::{Plateau, Point, Study, Sweep};
pub use whole::whole;
pub use write::{chart, csv, test_words, words};
