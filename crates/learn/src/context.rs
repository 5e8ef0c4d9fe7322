//! What the parts of a learner are shown: each step, and what happens between steps.

use candle_core::Tensor;

use crate::gains::Gains;
use crate::nn::Model;
use crate::stream::{Batch, TrainingData};
use base::rng::Streams;

/// What a term sees at each step.
#[derive(Clone, Copy)]
pub struct StepContext<'a> {
    pub model: &'a dyn Model,
    pub batch: &'a Batch,
    /// The model's scores on this batch, shared by all terms.
    pub logits: &'a Tensor,
    pub gains: &'a Gains,
}

/// Something that happens between steps. Sent only where the stream reveals task boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Training on the next task begins; `index` counts tasks from 0.
    TaskStart { index: usize },
    /// Training on a task has ended; its data are still open.
    TaskEnd { index: usize },
}

/// What a term may use at an event.
pub struct EventContext<'a> {
    pub model: &'a dyn Model,
    /// Training data of the task that begins or ends.
    pub data: &'a TrainingData,
    /// Gains in force: importances are those of the modulated network.
    pub gains: &'a Gains,
    /// Random streams of the run.
    pub streams: &'a Streams,
    /// Asks whether the run is to stop; to be called between batches of long work.
    pub ask: &'a dyn Fn() -> base::error::Result<()>,
}
