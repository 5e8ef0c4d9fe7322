//! One scalar, many behaviours: a recurrent network whose weights a neuromodulator scales (Tsuda, Pate, Tye,
//! Siegelmann, Sejnowski 2026, *Neural Computation*, doi 10.1162/NECO.a.1489).
//!
//! The same stimulus asks for opposite answers in two contexts, and the only thing that tells the contexts apart is a
//! gain f on (some of) the recurrent weights. See `docs/opposed-behaviours.md` for what is the article's and what is
//! our reading.

pub mod behaviour;
pub mod bptt;
mod deck;
pub mod dose_response;
pub mod geometry;
mod measure;
mod measured_dose;
pub mod network;
pub mod noise;
mod protocol;
pub mod settings;
pub mod setup;
pub mod targets;
pub mod task;
pub mod train;

pub use protocol::OpposedBehaviours;
