//! Streams with drift, for the online paradigm: samples one after another, concepts that change.
//!
//! Only the protocol holds an [`OnlineStream`]. What it hands to a learner is a slice of inputs to predict, later a
//! [`Batch`](super::Batch) of the same inputs with their labels, and nothing else: no position, no concept, no change point. A
//! learner that is to know the changes or hidden states (the oracle) is another type, which alone can receive a
//! [`ToldChange`] or [`ToldState`]; only this module can make one.

mod check;
mod generate;
mod open;
mod realisation;
mod schedule;
mod shifts;
mod spec;
#[cfg(test)]
mod tests;

pub use generate::{ring, sea, sine, stagger};
pub use realisation::{OnlineStream, ToldChange, ToldState};
pub use schedule::Change;
pub use shifts::Shifts;
pub use spec::{OnlineStreamSpec, Scored, Source};
