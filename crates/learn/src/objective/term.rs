//! One additive piece of the objective.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::anchor::Anchor;
use crate::gains::Gains;
use crate::nn::{BatchStatistics, Gradients, Model, Parameters};
use crate::optim::Proximal;
use crate::stream::{Batch, TrainingData};
use base::error::Result;
use base::rng::Streams;
use base::state::State;

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
    pub ask: &'a dyn Fn() -> Result<()>,
}

/// Which gradient a path integral follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathGradient {
    /// That of the task loss alone, before any other term is added.
    #[default]
    Task,
    /// That of the whole objective, penalties included.
    Total,
}

/// One additive piece of the objective, e.g. cross-entropy or an anchor.
pub trait LossTerm: Send {
    /// A stable name: the key of its weight's gain and of its state.
    fn name(&self) -> &str;

    /// The differentiable contribution on this batch; `None` while inactive or where the term is purely analytic.
    ///
    /// # Errors
    /// Engine errors.
    fn forward(&mut self, _cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        Ok(None)
    }

    /// The quadratic anchor that is the whole pull of this term; `None` for other terms. Gradient, proximal step and
    /// checkpoint follow from it.
    fn anchor(&self) -> Option<&Anchor> {
        None
    }

    /// The same, to be restored from a checkpoint.
    fn anchor_mut(&mut self) -> Option<&mut Anchor> {
        None
    }

    /// Adds an analytic gradient times `scale` (weight × gain). Quadratic anchors need no autograd.
    ///
    /// # Errors
    /// Engine errors.
    fn add_gradient(&mut self, parameters: &Parameters, scale: f32, gradients: &mut Gradients) -> Result<()> {
        self.anchor().map_or(Ok(()), |anchor| anchor.add_gradient(parameters, scale, gradients))
    }

    /// The same pull as a proximal step after the update, instead of [`LossTerm::add_gradient`].
    fn proximal(&self, scale: f32) -> Option<Proximal<'_>> {
        self.anchor()?.proximal(scale)
    }

    /// The gradient that a path integral of this term follows; `None` for terms without one.
    fn follows_path(&self) -> Option<PathGradient> {
        None
    }

    /// The gradient that [`LossTerm::follows_path`] asked for, before the update.
    ///
    /// # Errors
    /// Engine errors.
    fn on_path_gradient(&mut self, _parameters: &Parameters, _gradients: &Gradients) -> Result<()> {
        Ok(())
    }

    /// Called after each update. Only if [`LossTerm::follows_path`].
    ///
    /// # Errors
    /// Engine errors.
    fn after_update(&mut self, _parameters: &Parameters) -> Result<()> {
        Ok(())
    }

    /// The batch of the update that has just been made, for terms that keep past samples.
    ///
    /// # Errors
    /// Engine errors.
    fn after_batch(&mut self, _batch: &Batch) -> Result<()> {
        Ok(())
    }

    /// Task boundaries.
    ///
    /// # Errors
    /// Engine errors.
    fn on_event(&mut self, _event: Event, _cx: &EventContext<'_>) -> Result<()> {
        Ok(())
    }

    /// Bytes of stored samples.
    fn replay_bytes(&self) -> u64 {
        0
    }

    /// Whether it draws past samples, as many as the gain `replay` says.
    fn replays(&self) -> bool {
        false
    }

    /// The loss on the last batch, for terms that are losses of a task.
    fn statistics(&self) -> Option<&BatchStatistics> {
        None
    }

    /// Answers that compete where the term is one task of several.
    fn choices(&self) -> Option<usize> {
        None
    }

    /// Bytes of state beyond parameters and optimiser.
    fn state_bytes(&self) -> u64 {
        self.save().bytes()
    }

    /// Everything a checkpoint needs.
    fn save(&self) -> State {
        self.anchor().map_or_else(State::default, Anchor::save)
    }

    /// The inverse of [`LossTerm::save`].
    ///
    /// # Errors
    /// When the state is another term's.
    fn load(&mut self, state: &State) -> Result<()> {
        self.anchor_mut().map_or(Ok(()), |anchor| anchor.load(state))
    }
}
