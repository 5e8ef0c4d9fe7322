//! The trunk of gradient learners. A learner that meets a stream is five replaceable parts: [`stream`], [`nn`],
//! [`objective`], [`modulation`] and [`optim`]; [`Learner`] is one step of it.
//!
//! ```text
//! stream ──batch──► model (slope, bias gains) ──scores──► objective (weighted loss terms)
//!                      ▲                                     │ gradients
//!                      │ gains                               ▼
//!                  modulation                          optimiser chain (rate, momentum gains) ──► parameters
//! ```

mod checkpoint;
pub mod context;
pub mod error;
pub mod gains;
pub mod generator;
mod learner;
pub mod memory;
pub mod modulated;
pub mod modulation;
pub mod nn;
pub mod objective;
mod observed;
pub mod optim;
pub mod plasticity;
pub mod stream;
mod train;

pub use learner::Learner;
