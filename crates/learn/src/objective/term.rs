//! One additive piece of the objective.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::anchor::Anchor;
use crate::context::{Event, EventContext, StepContext};
use crate::error::Result;
use crate::gains::Gains;
use crate::memory::Memory;
use crate::nn::{BatchStatistics, Gradients, Model, Parameters, Readout};
use crate::optim::Proximal;
use crate::stream::Batch;
use base::rng::Streams;
use base::state::State;

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

    /// The past samples that this term keeps; `None` for other terms. Random streams, storing, footprint and checkpoint
    /// follow from it.
    fn memory(&self) -> Option<&Memory> {
        None
    }

    /// The same, to be filled and drawn from.
    fn memory_mut(&mut self) -> Option<&mut Memory> {
        None
    }

    /// Takes random streams of its own, before anything else.
    fn begin(&mut self, streams: &Streams) {
        if let Some(memory) = self.memory_mut() {
            memory.begin(streams);
        }
    }

    /// Multiplies the weight of the task loss at this step, where past and present share one weight. Asked before
    /// [`LossTerm::forward`].
    fn task_factor(&self, _cx: &StepContext<'_>) -> f32 {
        1.0
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

    /// Changes the gradient of the whole objective before the optimiser sees it, e.g. projects it; `share` is weight ×
    /// gain, at most 1: all of the change, never 0.
    ///
    /// # Errors
    /// Engine errors.
    fn after_gradient(
        &mut self,
        _cx: &StepContext<'_>,
        _share: f32,
        _gradients: &mut Gradients,
    ) -> Result<()> {
        Ok(())
    }

    /// The scores of the batch at hand, before its update, whatever the term's gain is.
    ///
    /// # Errors
    /// Engine errors.
    fn on_scores(&mut self, cx: &StepContext<'_>) -> Result<()> {
        self.memory_mut().map_or(Ok(()), |memory| memory.note(cx.logits))
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
    fn after_batch(&mut self, batch: &Batch) -> Result<()> {
        self.memory_mut().map_or(Ok(()), |memory| memory.see(batch))
    }

    /// Task boundaries.
    ///
    /// # Errors
    /// Engine errors.
    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        self.memory_mut().map_or(Ok(()), |memory| memory.on_event(event, cx))
    }

    /// How answers are read off the network, where the term has a say in it; `None`: by the scores.
    ///
    /// # Errors
    /// Engine errors.
    fn readout(&self, _model: &dyn Model, _gains: &Gains) -> Result<Option<Readout>> {
        Ok(None)
    }

    /// Bytes of stored samples.
    fn replay_bytes(&self) -> u64 {
        self.memory().map_or(0, Memory::bytes)
    }

    /// Whether it draws past samples, as many as the gain `replay` says.
    fn replays(&self) -> bool {
        self.memory().is_some()
    }

    /// Whether it keeps a window of the past of which as much counts as the gain `window` says.
    fn has_window(&self) -> bool {
        false
    }

    /// Whether it discounts that past, as the gain `discount` says.
    fn has_discount(&self) -> bool {
        false
    }

    /// Samples passed through the network beside those of the batches, a backward pass counted as two.
    fn extra_passes(&self) -> u64 {
        self.memory().map_or(0, Memory::passes)
    }

    /// The loss on the last batch, for terms that are losses of a task.
    fn statistics(&self) -> Option<&BatchStatistics> {
        None
    }

    /// Answers that compete where the term is one task of several.
    fn choices(&self) -> Option<usize> {
        None
    }

    /// Bytes of state beyond parameters, optimiser and stored samples.
    fn state_bytes(&self) -> u64 {
        if self.memory().is_some() { 0 } else { self.save().bytes() }
    }

    /// Everything a checkpoint needs.
    fn save(&self) -> State {
        match (self.memory(), self.anchor()) {
            (Some(memory), _) => memory.save(),
            (None, Some(anchor)) => anchor.save(),
            (None, None) => State::default(),
        }
    }

    /// The inverse of [`LossTerm::save`].
    ///
    /// # Errors
    /// When the state is another term's.
    fn load(&mut self, state: &State) -> Result<()> {
        if let Some(memory) = self.memory_mut() {
            return memory.load(state);
        }
        self.anchor_mut().map_or(Ok(()), |anchor| anchor.load(state))
    }
}
