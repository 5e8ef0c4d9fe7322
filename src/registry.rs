//! The registry of protocols: what `paradigm = "…"` in a definition may say.

use base::error::{DefinitionError, Result};
use contract::{Paradigm, Protocol};

/// The paradigms, then the case studies.
pub const PROTOCOLS: &[&dyn Protocol] = &[
    &paradigms::Incremental,
    &paradigms::Meta,
    &paradigms::Sequential,
    &paradigms::Online,
    &paradigms::Transfer,
    &paradigms::MultiTask,
    &cases::go_nogo::GoNoGo,
    &cases::opposed::OpposedBehaviours,
    &cases::switching::Switching,
    &cases::sequence::Sequence,
];

/// What the report has to know of them, in the same order.
pub fn paradigms() -> Vec<Paradigm> {
    PROTOCOLS.iter().map(|protocol| protocol.paradigm()).collect()
}

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

/// The method without anything added, of each paradigm that has one: the base method where none is named.
pub const PLAIN: &[(&str, &str)] = &[("online", "latest"), ("incremental", "naive")];

/// The plain method of a paradigm.
pub fn plain_method(paradigm: &str) -> Option<&'static str> {
    PLAIN.iter().find(|(of, _)| *of == paradigm).map(|(_, id)| *id)
}
