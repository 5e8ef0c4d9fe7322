//! A frozen copy of the network as it was, for distillation: one, whatever the number of tasks.

use std::sync::Arc;

use candle_core::Tensor;

use crate::context::{EventContext, StepContext};
use crate::error::Result;
use crate::nn::{Active, Model, write};
use base::state::State;

/// Parameters of the past, and the outputs that they were trained to tell apart; empty before the first
/// [`PastModel::keep`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastModel {
    values: Vec<Vec<f32>>,
    heads: Vec<Arc<[bool]>>,
    tasks: u32,
    passes: u64,
}

impl PastModel {
    /// Whether nothing is kept yet.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Tasks that it has learned.
    pub fn tasks(&self) -> u32 {
        self.tasks
    }

    /// Samples that it has scored.
    pub fn passes(&self) -> u64 {
        self.passes
    }

    /// Outputs that competed: one mask per past task where the stream reveals the task, else one for all.
    pub fn heads(&self) -> impl Iterator<Item = Active> + '_ {
        self.heads.iter().map(|head| Active::Same(head.clone()))
    }

    /// Keeps the network as it is at the end of task `index`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn keep(&mut self, index: usize, cx: &EventContext<'_>) -> Result<()> {
        self.values = cx.model.parameters().snapshot()?;
        self.tasks = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let sample = cx.data.batch(&[0])?;
        if sample.task.is_none() {
            self.heads.clear();
        }
        let all = vec![true; cx.model.outputs()];
        self.heads.push(sample.active.mask(0).unwrap_or(&all).into());
        Ok(())
    }

    /// How the network of the past scores the batch at hand, without a graph. The network lends its layers: its parameters
    /// are exchanged for those of the past and back.
    ///
    /// # Errors
    /// Engine errors.
    pub fn scores(&mut self, cx: &StepContext<'_>) -> Result<Tensor> {
        self.scores_of(&cx.batch.inputs, cx)
    }

    /// The same of other samples, n × features.
    ///
    /// # Errors
    /// Engine errors.
    pub fn scores_of(&mut self, inputs: &Tensor, cx: &StepContext<'_>) -> Result<Tensor> {
        self.passes += inputs.dim(0)? as u64;
        self.exchange(cx.model)?;
        let scores = cx.model.infer(inputs, &cx.gains.unmasked());
        // Back whatever happened.
        self.exchange(cx.model)?;
        scores
    }

    fn exchange(&mut self, model: &dyn Model) -> Result<()> {
        for (parameter, past) in model.parameters().iter().zip(&mut self.values) {
            write(&parameter.var, |now| now.swap_with_slice(past))?;
        }
        Ok(())
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        let counts = State::default().number("tasks", self.tasks.into()).number("passes", self.passes as f64);
        let heads: Vec<&[bool]> = self.heads.iter().map(AsRef::as_ref).collect();
        counts.buffer("past", &self.values).value("heads", serde_json::json!(heads))
    }

    /// The inverse of [`PastModel::save`].
    ///
    /// # Errors
    /// When the state is something else's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        let heads: Vec<Vec<bool>> = state.get_value("heads")?;
        *self = Self {
            values: state.get_buffer("past")?,
            heads: heads.into_iter().map(Arc::from).collect(),
            tasks: state.get_number("tasks")? as u32,
            passes: state.get_number("passes")? as u64,
        };
        Ok(())
    }
}
