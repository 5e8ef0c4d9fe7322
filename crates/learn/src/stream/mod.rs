//! Layer 2: what arrives when, and what the learner may know about it.

mod batch;
mod mix;
mod multi_task;
pub mod online;
mod rotation;
mod spec;
mod table;
mod tasks;
mod training;
mod transfer;
mod view;

pub use batch::{Batch, Extra, moments};
pub use multi_task::{MultiTaskSpec, TaskHead, TaskSet};
pub use spec::{Scenario, StreamKind, StreamSpec};
pub use table::{Inputs, Table};
pub use tasks::{EvaluateOn, TaskStream, TestSet};
pub use training::{Loader, TrainingData};
pub use transfer::{Domain, Heads, Side, TransferPair, TransferSpec};
pub use view::{PixelMap, View};
