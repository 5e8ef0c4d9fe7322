//! neuromod-bench: does this neuromodulatory mechanism make a network learn better over time, on which of the
//! five learning paradigms, and is the benefit more than a well-tuned constant would give?
//!
//! Data flows through the modules in this order:
//!
//! ```text
//! benchmarks/*.toml ─► spec ─► run (plan, executor) ─► record ─► metric ─► stats ─► report
//! ```
//!
//! A learner that meets a stream is five replaceable parts: [`stream`], [`nn`], [`objective`], [`modulation`]
//! and [`optim`]. Everything right of *record* is a pure function of records.

pub mod case_study;
pub mod cli;
pub mod data;
pub mod error;
pub mod method;
pub mod metric;
pub mod modulation;
pub mod nn;
mod normal;
pub mod objective;
pub mod optim;
pub mod paradigm;
mod plain;
pub mod report;
pub mod rng;
pub mod run;
pub mod spec;
pub mod spiking;
pub mod state;
pub mod stats;
pub mod stream;
pub mod tune;

pub use error::{DefinitionError, Error, Result, StopReason};
