//! What a run is, without knowing any: definitions say what to do, a [`Protocol`] does it, a [`RunLog`] is what it
//! leaves, a [`Record`] is one line of a results file.

pub mod definition;
pub mod exported;
mod hashed;
mod log;
mod method_info;
mod planned;
pub mod protocol;
mod record;
#[cfg(test)]
mod schema;

pub use log::{ACTED, AccuracyMatrix, CLAMPED, Curve, Footprint, Mark, RunLog, Trace};
pub use method_info::{MethodInfo, Parameter, Reveal, registered};
pub use planned::PlannedCell;
pub use protocol::{Pace, Paradigm, Protocol, ReplaySource, RunSpec, Timeline, Unwatched, Watch};
pub use record::{Env, Judged, MetricValue, RECORD_SCHEMA, Record, Role, Status, Time, Titles};
