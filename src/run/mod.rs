//! Layer 4: plan, keys, executor, journal, resume.

mod environment;
mod executor;
mod journal;
mod plan;
mod record;
#[cfg(test)]
mod schema;

pub use environment::{cores, environment, prepare_process};
pub use executor::{Executor, Listener, Outcome, Scorer, on_slots};
pub use journal::{Journal, Recovery, read_records};
pub use plan::{Plan, PlannedRun, Selection};
pub use record::{Env, MetricValue, RECORD_SCHEMA, Record, Role, Status, Time, Titles};
