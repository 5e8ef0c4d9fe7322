//! Layer 5: every number derived from a run's raw log, one file per concept.
//!
//! Notation: R\[i\]\[j\] is the test performance on task j after training on task i (0-based, T tasks), b\[j\] the
//! performance at random initialisation, J\[k\] that of joint training on the tasks 0..=k. A metric that is undefined for a run has a
//! reason, never the value 0. Peers collide on the names; `docs/metrics.md` (generated from [`METRICS`]) says which
//! variant is ours.

mod accuracy;
mod backward_transfer;
mod curves;
mod footprint;
mod forgetting;
mod forward_transfer;
mod intransigence;
mod matrix;
mod measure;
mod online;
mod page;
mod plasticity;
mod recovery;
mod registry;
mod score;
mod stability_gap;
#[cfg(test)]
mod tests;
pub mod variants;
mod worst_case;

pub use intransigence::{INTRANSIGENCE, intransigence};
pub use matrix::SquareMatrix;
pub use measure::{Compute, Metric, is_share};
pub use online::{ORACLE, REGRET, regret, regret_curve};
pub use page::markdown;
pub use registry::METRICS;
pub use score::{OF_NUMBERS, find, higher_is_better, score_all, speaks_of};
