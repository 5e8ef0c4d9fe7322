//! What a run is, without knowing any: definitions say what to do, a [`Protocol`] does it, a [`RunLog`] is what it
//! leaves, a [`Record`] is one line of a results file.

pub mod declare;
pub mod definition;
mod experiment;
pub mod exported;
mod hashed;
mod log;
mod method_info;
mod planned;
pub mod protocol;
mod record;
mod registered;
pub mod replay;
#[cfg(test)]
mod schema;
mod watch;

pub use experiment::{Experiment, ExperimentInfo};
pub use log::{ACTED, AccuracyMatrix, CLAMPED, Curve, Footprint, Mark, RunLog, Trace};
pub use method_info::{MethodInfo, Parameter, Reveal};
pub use planned::PlannedCell;
pub use protocol::{Paradigm, Protocol, ReplaySource, RunSpec, Timeline};
pub use record::{Env, Judged, MetricValue, RECORD_SCHEMA, Record, Role, Status, Time, Titles};
pub use registered::{Reader, Registered, of_kind, registered};
pub use replay::{Channel, Channels, Replay, Rotation, TestSignal};
pub use watch::{Course, Pace, Portion, Unwatched, Watch};
