//! neuromod-bench: does this neuromodulatory mechanism make a network learn better over time, on which of the
//! five learning paradigms, and is the benefit more than a well-tuned constant would give?
//!
//! Data flows through the members of the workspace in this order:
//!
//! ```text
//! benchmarks/*.toml ─► contract::definition ─► run (plan, executor) ─► contract::record ─► report (metric, stats, charts)
//! ```
//!
//! What trains stands in [`learn`], [`paradigms`] and [`cases`]; everything right of *record* is a pure function of records.
//! This crate knows them all ([`registry`]) and is known by none.

pub mod cli;
pub mod definitions;
pub mod export;
pub mod headroom;
pub mod judge;
pub mod measure;
pub mod own_data;
pub mod registry;
pub mod run;
pub mod sweep;
pub mod tune;
pub mod validate;

pub use base::{DefinitionError, Error, Result, StopReason};
pub use {base, cases, contract, data, dynamics, learn, numeric, paradigms, report};
