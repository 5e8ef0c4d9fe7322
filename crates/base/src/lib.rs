//! What everything stands on and that knows nothing of runs: errors, named random streams, text, states, statistics.

pub mod allowed;
pub mod atomic;
pub mod digest;
pub mod error;
pub mod normal;
pub mod plain;
pub mod rng;
pub mod source;
mod special;
pub mod state;
pub mod stats;
pub mod written;

pub use error::{DefinitionError, Error, Result, StopReason};
