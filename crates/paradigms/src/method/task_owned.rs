//! What a network has for one task alone: units, parameters or a context that are its own, in training and at test. A method of
//! that kind implements [`TaskOwned`] and stands in `Composition::own`; the protocol calls it at boundaries and tests, only
//! where the stream reveals the task.

use base::error::DefinitionError;
use base::rng::Streams;
use base::state::State;
use learn::Learner;
use learn::error::Result;
use learn::gains::Gains;
use learn::nn::{Active, Init, Parameters};

/// What there is when a run begins.
pub struct Site<'a> {
    /// Tasks of the stream.
    pub tasks: usize,
    /// Units per layer, the output layer last.
    pub layers: &'a [usize],
    /// How the network's weights start.
    pub init: Init,
    /// Random streams of the run.
    pub streams: &'a Streams,
}

/// Parts of a network that belong to one task each.
pub trait TaskOwned: Send {
    /// Checks that so many tasks have room in a network; keys are relative to the preset's `parameters`.
    ///
    /// # Errors
    /// The first value that leaves a task nothing.
    fn check(&self, _tasks: usize, _parameters: &Parameters) -> Result<(), DefinitionError> {
        Ok(())
    }

    /// Before the first task.
    fn start(&mut self, _site: &Site<'_>) {}

    /// Before a task is learned, whose samples compete on the outputs `active`.
    ///
    /// # Errors
    /// Engine errors.
    fn begin(&mut self, _task: usize, _active: &Active, _learner: &mut Learner) -> Result<()> {
        Ok(())
    }

    /// After `done` of the `of` updates of a task.
    ///
    /// # Errors
    /// Engine errors.
    fn updated(&mut self, _done: usize, _of: usize, _learner: &mut Learner) -> Result<()> {
        Ok(())
    }

    /// When a task has been learned.
    ///
    /// # Errors
    /// Engine errors.
    fn end(&mut self, _learner: &mut Learner) -> Result<()> {
        Ok(())
    }

    /// Sets the gains under which a task is learned and tested.
    fn set(&self, _task: usize, _gains: &mut Gains) {}

    /// The parameters with which a task is tested; `None`: those that the network has now.
    ///
    /// # Errors
    /// Engine errors.
    fn tested(&self, _task: usize, _parameters: &Parameters) -> Result<Option<Vec<Vec<f32>>>> {
        Ok(None)
    }

    /// Whether it sets the gates of units, on which a modulator's gates then lie.
    fn gates_units(&self) -> bool {
        false
    }

    /// Bytes held beside the network's parameters.
    fn state_bytes(&self) -> u64 {
        0
    }

    /// Everything a checkpoint needs beside the learner's state and what [`TaskOwned::start`] finds again.
    fn save(&self) -> State;

    /// The inverse of [`TaskOwned::save`], after [`TaskOwned::start`].
    ///
    /// # Errors
    /// When the state is another method's.
    fn load(&mut self, state: &State) -> Result<()>;
}

/// Bytes of some buffers.
pub(super) fn bytes_of(buffers: &[Vec<f32>]) -> u64 {
    buffers.iter().map(|buffer| size_of_val(buffer.as_slice()) as u64).sum()
}
