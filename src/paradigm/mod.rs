//! Layer 3: the learning paradigms. Each turns a checked spec and a seed into a [`RunLog`].

mod log;
mod protocol;

pub use log::{AccuracyMatrix, Curve, Footprint, Mark, RunLog};
pub use protocol::{Protocol, RunSpec, Unwatched, Watch};
