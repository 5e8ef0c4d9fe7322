//! Layer 3: the learning paradigms. Each turns a checked spec and a seed into a [`RunLog`].

pub mod incremental;
mod learner;
mod log;
pub mod meta;
mod modulated;
pub mod multi_task;
pub mod online;
mod protocol;
pub mod sequential;
pub mod transfer;

pub use incremental::Incremental;
pub use learner::Learner;
pub use log::{AccuracyMatrix, Curve, Footprint, Mark, RunLog};
pub use meta::Meta;
pub use multi_task::MultiTask;
pub use online::Online;
pub use protocol::{Pace, Protocol, ReplaySource, RunSpec, Unwatched, Watch};
pub use sequential::Sequential;
pub use transfer::Transfer;

use crate::error::{DefinitionError, Result};

/// The registry of paradigms and case studies.
pub const PROTOCOLS: &[&dyn Protocol] = &[
    &Incremental,
    &Meta,
    &Sequential,
    &Online,
    &Transfer,
    &MultiTask,
    &crate::case_study::go_nogo::GoNoGo,
    &crate::case_study::opposed::OpposedBehaviours,
    &crate::case_study::switching::Switching,
    &crate::case_study::sequence::Sequence,
];

/// A protocol by the name in `paradigm = "…"`.
///
/// # Errors
/// Unknown name, with the nearest known one.
pub fn protocol(name: &str) -> Result<&'static dyn Protocol> {
    PROTOCOLS.iter().copied().find(|protocol| protocol.name() == name).ok_or_else(|| {
        DefinitionError {
            key: "paradigm".into(),
            ..DefinitionError::unknown("paradigm", name, PROTOCOLS.iter().map(|protocol| protocol.name()))
        }
        .into()
    })
}
