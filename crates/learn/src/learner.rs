//! The one training core: every paradigm drives this learner, and none has another update than its step.
//!
//! ```text
//! batch ─► model (slope, bias gains) ─► objective (weighted terms) ─► gradients ─► optimiser chain ─► parameters
//! ```

use std::cell::RefCell;

use crate::context::{Event, EventContext};
use crate::error::Result;
use crate::gains::Gains;
use crate::modulation::{BoundaryTold, Modulation, ModulationSpec, Observation, StateTold};
use crate::nn::{BatchStatistics, Gradients, Model, Parameter, read};
use crate::objective::{Balance, Objective};
use crate::optim::{Chain, UpdateContext};
use crate::stream::{Batch, TrainingData, moments};
use base::error::Error;
use base::rng::Streams;
use contract::{Pace, Trace, Unwatched};

/// Model, objective, optimiser and the gains on them.
pub struct Learner {
    pub model: Box<dyn Model>,
    pub objective: Objective,
    pub optimiser: Chain,
    /// What the protocol sets, before modulation; the default is no gain at all.
    pub base: Gains,
    /// How λ_i are set when the terms are tasks (Eq. 5); none: the terms' own weights and gains.
    pub balance: Option<Box<dyn Balance>>,
    pub(super) modulation: Option<Modulation>,
    pub(super) gains: Gains,
    streams: Streams,
    pub(super) gradients: Gradients,
    pub(super) updates: u64,
}

impl Learner {
    /// Puts the parts together. Terms draw from `streams` within `learner/`.
    pub fn new(model: Box<dyn Model>, mut objective: Objective, optimiser: Chain, streams: &Streams) -> Self {
        let streams = streams.within("learner");
        objective.begin(&streams);
        let gradients = Gradients::zeros(model.parameters());
        Self {
            model,
            objective,
            optimiser,
            base: Gains::default(),
            balance: None,
            modulation: None,
            gains: Gains::default(),
            streams,
            gradients,
            updates: 0,
        }
    }

    /// The gradient of each term on a batch, as the gains in force make it; nothing is updated.
    ///
    /// # Errors
    /// Engine errors.
    pub fn gradients_by_term(&mut self, batch: &Batch) -> Result<Vec<(String, Gradients)>> {
        self.objective.gradients_by_term(self.model.as_ref(), batch, &self.gains)
    }

    /// Adds neuromodulators. `trace`: the recorded run, for controls that replay one.
    ///
    /// # Errors
    /// A spec that was not resolved for this learner; a missing trace.
    pub fn modulated(mut self, spec: Option<&ModulationSpec>, trace: Option<&Trace>) -> Result<Self> {
        if let Some(spec) = spec {
            self.modulation = Some(Modulation::new(spec, self.model.as_ref(), &self.streams, trace)?);
        }
        Ok(self)
    }

    /// The gains in force: those of the last step, and of every evaluation until the next one.
    pub fn gains(&self) -> &Gains {
        &self.gains
    }

    /// What the gains of the last step would be over another base than the one they were made on.
    pub fn gains_over(&self, base: &Gains) -> Gains {
        let mut gains = base.clone();
        if let Some(modulation) = self.modulation.as_ref().filter(|_| self.updates > 0) {
            modulation.put(&mut gains);
        }
        gains
    }

    /// The neuromodulators, if there are any.
    pub fn modulation(&self) -> Option<&Modulation> {
        self.modulation.as_ref()
    }

    /// Sets the gains of the step that comes now: the protocol's, then modulation on top.
    fn modulate(&mut self, batch: &Batch) {
        self.gains.clone_from(&self.base);
        if let Some(modulation) = &mut self.modulation {
            modulation.apply(&mut self.gains);
        }
        if self.gains.dropout > 0.0 {
            let mut random = self.streams.fast(&format!("dropout/{}", self.updates));
            self.gains.silence(&self.model.layer_units(), batch.samples(), &mut random);
        }
    }

    /// One update on one batch.
    ///
    /// # Errors
    /// [`Error::Diverged`], within [`crate::error::Error::Common`], when the loss is not finite.
    pub fn step(&mut self, batch: &Batch) -> Result<BatchStatistics> {
        self.modulate(batch);
        let model = self.model.as_ref();
        match &mut self.balance {
            None => self.objective.gradient(model, batch, &self.gains, &mut self.gradients)?,
            Some(balance) => {
                let lambda = balance.weights().iter().copied();
                let names = self.objective.term_names().map(str::to_owned);
                for (name, lambda) in names.zip(lambda) {
                    *self.gains.terms.entry(name).or_insert(1.0) *= lambda;
                }
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
        let shown = self.shown(batch)?;
        self.descend(statistics.loss)?;
        self.objective.after_batch(batch)?;
        self.gains.layers.iter_mut().for_each(|layer| layer.mask = None);
        self.observe(batch, &statistics, shown)?;
        Ok(statistics)
    }

    /// One update along a gradient that the caller computes, for objectives that no single batch defines: the outer loop
    /// of meta-learning (Eq. 2). `compute` overwrites the gradient of every parameter and returns the loss. Modulation
    /// reaches the update (learning rate, momentum) and sees the loss and the gradient.
    ///
    /// # Errors
    /// [`Error::Diverged`], within [`crate::error::Error::Common`], when the loss is not finite.
    pub fn step_along(
        &mut self,
        compute: impl FnOnce(&dyn Model, &mut Gradients) -> Result<f64>,
    ) -> Result<f64> {
        let loss = compute(self.model.as_ref(), &mut self.gradients)?;
        self.gains.clone_from(&self.base);
        if let Some(modulation) = &mut self.modulation {
            modulation.apply(&mut self.gains);
        }
        let wants = self.modulation.as_ref().is_some_and(Modulation::wants_gradient);
        let gradient = if wants { self.gradients.clone() } else { Gradients::default() };
        self.descend(loss)?;
        if let Some(modulation) = &mut self.modulation {
            modulation.observe(&Observation { loss, reward: -loss, gradient, ..Observation::default() });
        }
        Ok(loss)
    }

    /// The optimiser's part of an update.
    fn descend(&mut self, loss: f64) -> Result<()> {
        if !loss.is_finite() {
            let update = usize::try_from(self.updates).unwrap_or(usize::MAX);
            return Err(Error::Diverged { update, what: "the loss".into(), value: loss }.into());
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

    /// Tells the neuromodulators, where a source is an oracle, that a task boundary or change was passed. Protocols call it
    /// only where their stream reveals that.
    pub fn boundary_told(&mut self) {
        if let Some(modulation) = &mut self.modulation {
            modulation.boundary(&BoundaryTold::new());
        }
    }

    /// Shows inputs that are to be answered, then learned from, to sources that look ahead; their gains hold for both. Samples
    /// one after another, `features` numbers each.
    pub fn sense(&mut self, inputs: &[f32], features: usize) {
        let Some(modulation) = self.modulation.as_mut().filter(|modulation| modulation.looks_ahead()) else {
            return;
        };
        let (input, input_square) = moments(inputs, features);
        modulation.sense(&Observation { input, input_square, ..Observation::default() });
        self.gains.clone_from(&self.base);
        modulation.look(&mut self.gains);
    }

    /// Tells the neuromodulators, where a source is an oracle, the hidden state that the next update meets. Protocols call it
    /// only for a learner of the oracle's type.
    pub fn state_told(&mut self, state: usize) {
        if let Some(modulation) = &mut self.modulation {
            modulation.state(&StateTold::new(state));
        }
    }

    /// Tells the objective's terms about a task boundary.
    ///
    /// # Errors
    /// Engine errors.
    pub fn event(&mut self, event: Event, data: &TrainingData) -> Result<()> {
        self.event_at(event, data, &mut Pace::new(&mut Unwatched, 0.0))
    }

    /// The same under a watch, which terms ask between their batches.
    ///
    /// # Errors
    /// As [`Learner::event`]; [`Error::Stopped`].
    pub fn event_at(&mut self, event: Event, data: &TrainingData, pace: &mut Pace<'_>) -> Result<()> {
        if matches!(event, Event::TaskStart { index: 1.. }) {
            self.boundary_told();
        }
        let pace = RefCell::new(pace);
        let ask = || pace.borrow_mut().ask();
        let (model, gains) = (self.model.as_ref(), &self.gains);
        let cx = EventContext { model, data, gains, streams: &self.streams, ask: &ask };
        self.objective.on_event(event, &cx)
    }

    /// Checks that every parameter is finite: the last update of a task has no later loss to show that it diverged.
    ///
    /// # Errors
    /// [`Error::Diverged`], within [`crate::error::Error::Common`], with the parameter's name.
    pub fn check_finite(&self) -> Result<()> {
        for parameter in self.model.parameters().iter() {
            let bad = read(&parameter.var, |values| values.iter().copied().find(|value| !value.is_finite()))?;
            if let Some(value) = bad {
                let update = usize::try_from(self.updates).unwrap_or(usize::MAX);
                return Err(
                    Error::Diverged { update, what: parameter.name.clone(), value: value.into() }.into()
                );
            }
        }
        Ok(())
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Freezes the parameters that `which` picks, beside those frozen already.
    pub fn freeze(&mut self, which: impl Fn(&Parameter) -> bool) {
        let frozen = &mut self.optimiser.frozen;
        frozen.resize(self.model.parameters().iter().count(), false);
        for (frozen, parameter) in frozen.iter_mut().zip(self.model.parameters().iter()) {
            *frozen |= which(parameter);
        }
    }

    /// Lets only a share of each hidden layer speak for a sample, from now on.
    pub fn compete(&mut self, winners: f32) {
        for layer in 0..self.model.layer_units().len().saturating_sub(1) {
            self.base.layer_mut(layer).winners = Some(winners);
            self.gains.layer_mut(layer).winners = Some(winners);
        }
    }

    /// Freezes every layer but the last.
    pub fn freeze_features(&mut self) {
        let last = self.model.parameters().last_layer();
        self.freeze(|parameter| parameter.layer < last);
    }
}
