//! Layer 4: plan, keys, executor, journal, resume.

mod record;

pub use record::{Env, MetricValue, RECORD_SCHEMA, Record, Status, Time, Titles};
