//! Layer 2: what arrives when, and what the learner may know about it.

mod batch;
pub mod online;
mod rotation;
mod spec;
mod tasks;
mod view;

pub use batch::{Batch, Loader, TrainingData};
pub use spec::{Reveal, Scenario, StreamKind, StreamSpec};
pub use tasks::{EvaluateOn, TaskStream, TestSet};
pub use view::{PixelMap, View};
