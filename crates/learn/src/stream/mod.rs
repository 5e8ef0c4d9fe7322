//! Layer 2: what arrives when, and what the learner may know about it.

mod batch;
mod counts;
mod gradual;
mod mix;
mod multi_task;
pub mod online;
mod regression;
mod rotation;
mod scenario;
mod spec;
mod table;
mod tasks;
mod test_set;
mod training;
mod transfer;
mod transfer_spec;
mod view;

pub use batch::{Batch, Extra, moments};
pub use counts::MOST_STATES;
pub use gradual::{Bumps, Gradual};
pub use multi_task::{MultiTaskSpec, TaskHead, TaskSet};
pub use scenario::Scenario;
pub use spec::{StreamKind, StreamSpec};
pub use table::{Inputs, Table};
pub use tasks::{EvaluateOn, TaskStream};
pub use test_set::TestSet;
pub use training::{Loader, TrainingData};
pub use transfer::{Side, TransferPair};
pub use transfer_spec::{Domain, Heads, TransferSpec};
pub use view::{PixelMap, View};
