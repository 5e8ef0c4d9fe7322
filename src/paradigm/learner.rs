//! The one training core: every paradigm drives this learner, none has a training loop of its own kind.
//!
//! ```text
//! batch ─► model (slope, bias gains) ─► objective (weighted terms) ─► gradients ─► optimiser chain ─► parameters
//! ```

use crate::error::{Error, Result};
use crate::modulation::Gains;
use crate::nn::{BatchStatistics, Gradients, Model, read};
use crate::objective::{Balance, Event, EventContext, Objective};
use crate::optim::{Chain, UpdateContext};
use crate::rng::Streams;
use crate::state::State;
use crate::stream::{Batch, TrainingData};

/// Model, objective, optimiser and the gains on them.
pub struct Learner {
    pub model: Box<dyn Model>,
    pub objective: Objective,
    pub optimiser: Chain,
    /// What modulation sets; the default is no modulation.
    pub gains: Gains,
    /// How λ_i are set when the terms are tasks (Eq. 5); none: the terms' own weights and gains.
    pub balance: Option<Box<dyn Balance>>,
    streams: Streams,
    gradients: Gradients,
    updates: u64,
}

impl Learner {
    /// Puts the parts together. Terms draw from `streams` within `learner/`.
    pub fn new(model: Box<dyn Model>, objective: Objective, optimiser: Chain, streams: &Streams) -> Self {
        let streams = streams.within("learner");
        let gradients = Gradients::zeros(model.parameters());
        Self {
            model,
            objective,
            optimiser,
            gains: Gains::default(),
            balance: None,
            streams,
            gradients,
            updates: 0,
        }
    }

    /// One update on one batch.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the loss is not finite.
    pub fn step(&mut self, batch: &Batch) -> Result<BatchStatistics> {
        let model = self.model.as_ref();
        match &mut self.balance {
            None => self.objective.gradient(model, batch, &self.gains, &mut self.gradients)?,
            Some(balance) => {
                let lambda = balance.weights().iter().copied();
                let names = self.objective.term_names().map(str::to_owned);
                self.gains.terms.extend(names.zip(lambda));
                if balance.needs_apart() {
                    let apart = self.objective.gradients_by_term(model, batch, &self.gains)?;
                    let apart: Vec<_> = apart.into_iter().map(|(_, gradients)| gradients).collect();
                    balance.combine(&apart, model.parameters(), &mut self.gradients);
                } else {
                    self.objective.gradient(model, batch, &self.gains, &mut self.gradients)?;
                }
                balance.observe(&self.objective.losses());
            }
        }
        let statistics = self.objective.statistics();
        self.descend(statistics.loss)?;
        self.objective.after_batch(batch)?;
        Ok(statistics)
    }

    /// One update along a gradient that the caller computes, for objectives that no single batch defines: the outer loop
    /// of meta-learning (Eq. 2). `compute` overwrites the gradient of every parameter and returns the loss.
    ///
    /// # Errors
    /// [`Error::Diverged`] when the loss is not finite.
    pub fn step_along(
        &mut self,
        compute: impl FnOnce(&dyn Model, &mut Gradients) -> Result<f64>,
    ) -> Result<f64> {
        let loss = compute(self.model.as_ref(), &mut self.gradients)?;
        self.descend(loss)?;
        Ok(loss)
    }

    /// The optimiser's part of an update.
    fn descend(&mut self, loss: f64) -> Result<()> {
        if !loss.is_finite() {
            let update = usize::try_from(self.updates).unwrap_or(usize::MAX);
            return Err(Error::Diverged { update, what: "the loss".into(), value: loss });
        }
        let model = self.model.as_ref();
        let cx = UpdateContext { parameters: model.parameters(), gains: &self.gains };
        let proximal = self.objective.proximal(&self.gains);
        self.optimiser.step(&mut self.gradients, &cx, &proximal)?;
        drop(proximal);
        self.objective.after_update(model)?;
        self.updates += 1;
        Ok(())
    }

    /// Tells the objective's terms about a task boundary.
    ///
    /// # Errors
    /// Engine errors.
    pub fn event(&mut self, event: Event, data: &TrainingData) -> Result<()> {
        let cx =
            EventContext { model: self.model.as_ref(), data, gains: &self.gains, streams: &self.streams };
        self.objective.on_event(event, &cx)
    }

    /// Checks that every parameter is finite: the last update of a task has no later loss to show that it diverged.
    ///
    /// # Errors
    /// [`Error::Diverged`] with the parameter's name.
    pub fn check_finite(&self) -> Result<()> {
        for parameter in self.model.parameters().iter() {
            let bad = read(&parameter.var, |values| values.iter().copied().find(|value| !value.is_finite()))?;
            if let Some(value) = bad {
                let update = usize::try_from(self.updates).unwrap_or(usize::MAX);
                return Err(Error::Diverged { update, what: parameter.name.clone(), value: value.into() });
            }
        }
        Ok(())
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Freezes every layer but the last.
    pub fn freeze_features(&mut self) {
        let parameters = self.model.parameters();
        let last = parameters.iter().map(|parameter| parameter.layer).max().unwrap_or(0);
        self.optimiser.frozen = parameters.iter().map(|parameter| parameter.layer < last).collect();
    }

    /// Everything a checkpoint needs.
    ///
    /// # Errors
    /// Engine errors.
    pub fn save(&self) -> Result<State> {
        #[allow(clippy::cast_precision_loss)]
        let mut state = State::default()
            .number("updates", self.updates as f64)
            .buffer("parameters", &self.model.parameters().snapshot()?);
        state.parts.insert("objective".into(), self.objective.save());
        state.parts.insert("optimiser".into(), self.optimiser.save());
        Ok(state)
    }

    /// The inverse of [`Learner::save`].
    ///
    /// # Errors
    /// When the state is another learner's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.model.parameters().restore(&state.get_buffer("parameters")?)?;
        self.objective.load(state.get_part("objective")?)?;
        self.optimiser.load(state.get_part("optimiser")?)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let updates = state.get_number("updates")? as u64;
        self.updates = updates;
        Ok(())
    }
}
