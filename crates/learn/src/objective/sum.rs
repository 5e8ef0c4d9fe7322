//! The weighted sum of terms and its gradient.

use candle_core::Tensor;

use super::task_loss::TaskLoss;
use super::term::{LossTerm, PathGradient};
use super::weighted::{Weighted, scale_of, scaled};
use crate::context::{Event, EventContext, StepContext};
use crate::error::Result;
use crate::gains::Gains;
use crate::nn::{BatchStatistics, Gradients, Model, Readout};
use crate::optim::Proximal;
use crate::stream::Batch;
use base::rng::Streams;
use base::state::State;

/// L(θ) = task(θ) + Σ_k gain_k · weight_k · term_k(θ).
pub struct Objective {
    task: Box<dyn LossTerm>,
    /// Weight of the task loss itself; 1 unless a paradigm says otherwise.
    pub task_weight: f32,
    terms: Vec<Weighted>,
}

impl Objective {
    /// The task loss plus these terms.
    pub fn new(terms: Vec<Weighted>) -> Self {
        Self::with_task(TaskLoss::default(), terms)
    }

    /// Another task loss than cross-entropy, plus these terms.
    pub fn with_task(task: impl LossTerm + 'static, terms: Vec<Weighted>) -> Self {
        Self { task: Box::new(task), task_weight: 1.0, terms }
    }

    /// Gives every term random streams of its own, by its name.
    pub fn begin(&mut self, streams: &Streams) {
        for weighted in &mut self.terms {
            let own = streams.within(weighted.term.name());
            weighted.term.begin(&own);
        }
    }

    /// The weight of the task loss at this step.
    fn task_scale(&self, cx: &StepContext<'_>) -> f32 {
        let active = self.terms.iter().filter(|weighted| scale_of(weighted, cx.gains) != 0.0);
        let factor: f32 = active.map(|weighted| weighted.term.task_factor(cx)).product();
        self.task_weight * cx.gains.term(TaskLoss::NAME) * factor
    }

    /// Statistics of the task loss on the last batch; of several tasks, the loss is Σ_i L_i, and accuracy and entropy are
    /// means over the heads that had samples.
    pub fn statistics(&self) -> BatchStatistics {
        self.task.statistics().cloned().unwrap_or_else(|| {
            let heads: Vec<_> = self.terms.iter().filter_map(|weighted| weighted.term.statistics()).collect();
            let sum = |of: fn(&BatchStatistics) -> f64| heads.iter().map(|head| of(head)).sum::<f64>();
            let count = heads.len().max(1) as f64;
            BatchStatistics {
                loss: sum(|head| head.loss),
                accuracy: sum(|head| head.accuracy) / count,
                entropy: sum(|head| head.entropy) / count,
            }
        })
    }

    /// Answers that competed on the last batch, where terms are tasks: the geometric mean over the heads that had samples,
    /// so that its logarithm is the largest value of the mean entropy. `None`: there are no heads.
    pub fn choices(&self) -> Option<f64> {
        let terms = self.terms.iter().map(|weighted| &weighted.term);
        let heads = terms.filter(|term| term.statistics().is_some()).filter_map(|term| term.choices());
        let logs: Vec<f64> = heads.map(|choices| (choices as f64).ln()).collect();
        (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
    }

    /// The loss of every term on the last batch; NaN for a term that had no sample or is no loss of a task.
    pub fn losses(&self) -> Vec<f64> {
        let loss = |weighted: &Weighted| weighted.term.statistics().map_or(f64::NAN, |last| last.loss);
        self.terms.iter().map(loss).collect()
    }

    /// The names of the terms, in order.
    pub fn term_names(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|weighted| weighted.term.name())
    }

    /// The gradient of the whole objective on a batch, into `gradients`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn gradient(
        &mut self,
        model: &dyn Model,
        batch: &Batch,
        gains: &Gains,
        gradients: &mut Gradients,
    ) -> Result<()> {
        let parameters = model.parameters();
        let logits = model.forward(&batch.inputs, gains)?;
        let cx = StepContext { model, batch, logits: &logits, gains };
        let task = self.task.forward(&cx)?;
        let task_scale = self.task_scale(&cx);
        let path = self.terms.iter().any(|weighted| weighted.follows(PathGradient::Task));
        // Path integrals need the task loss's gradient alone, so other differentiable terms then go separately.
        let mut others: Option<Tensor> = None;
        for weighted in &mut self.terms {
            let scale = scale_of(weighted, gains);
            if scale == 0.0 {
                continue;
            }
            if let Some(loss) = weighted.term.forward(&cx)? {
                let loss = scaled(loss, scale)?;
                others = Some(match others {
                    None => loss,
                    Some(sum) => (sum + loss)?,
                });
            }
        }
        let task = task.map(|task| scaled(task, task_scale)).transpose()?;
        self.backward((task, others), path, model, gradients)?;
        for weighted in &mut self.terms {
            let scale = scale_of(weighted, gains);
            if scale != 0.0 && !weighted.proximal {
                weighted.term.add_gradient(parameters, scale, gradients)?;
            }
        }
        for weighted in self.terms.iter_mut().filter(|weighted| weighted.weight != 0.0) {
            let scale = scale_of(weighted, gains);
            // Above 1 a projection would overshoot and push where it is to hold back.
            let share = scale.clamp(0.0, 1.0);
            if share != 0.0 {
                weighted.term.after_gradient(&cx, share, gradients)?;
            }
            weighted.term.on_scores(&cx)?;
        }
        self.show_path(PathGradient::Total, model, gradients)
    }

    /// The gradient of the task loss and of the other differentiable terms; `path`: some term follows the former alone.
    fn backward(
        &mut self,
        losses: (Option<Tensor>, Option<Tensor>),
        path: bool,
        model: &dyn Model,
        gradients: &mut Gradients,
    ) -> Result<()> {
        let parameters = model.parameters();
        match losses {
            (Some(task), Some(others)) if path => {
                parameters.backward(&task, gradients)?;
                self.show_path(PathGradient::Task, model, gradients)?;
                let mut rest = Gradients::default();
                parameters.backward(&others, &mut rest)?;
                gradients.add_scaled(&rest, 1.0);
            }
            (Some(task), Some(others)) => parameters.backward(&(task + others)?, gradients)?,
            (Some(only), None) => {
                parameters.backward(&only, gradients)?;
                if path {
                    self.show_path(PathGradient::Task, model, gradients)?;
                }
            }
            (None, Some(only)) => parameters.backward(&only, gradients)?,
            (None, None) => *gradients = Gradients::zeros(parameters),
        }
        Ok(())
    }

    /// The gradient of each term by name, each times its weight and gain; their sum is [`Objective::gradient`].
    /// Terms that are taken as a proximal step have no gradient here, and those that change the whole gradient do not act.
    ///
    /// # Errors
    /// Engine errors.
    pub fn gradients_by_term(
        &mut self,
        model: &dyn Model,
        batch: &Batch,
        gains: &Gains,
    ) -> Result<Vec<(String, Gradients)>> {
        let parameters = model.parameters();
        let logits = model.forward(&batch.inputs, gains)?;
        let cx = StepContext { model, batch, logits: &logits, gains };
        let mut apart = Vec::with_capacity(1 + self.terms.len());
        if let Some(task) = self.task.forward(&cx)? {
            let mut gradients = Gradients::default();
            let scale = self.task_scale(&cx);
            parameters.backward(&scaled(task, scale)?, &mut gradients)?;
            apart.push((TaskLoss::NAME.to_owned(), gradients));
        }
        for weighted in &mut self.terms {
            let scale = scale_of(weighted, gains);
            let mut gradients = Gradients::zeros(parameters);
            if scale != 0.0 {
                if let Some(loss) = weighted.term.forward(&cx)? {
                    parameters.backward(&scaled(loss, scale)?, &mut gradients)?;
                }
                if !weighted.proximal {
                    weighted.term.add_gradient(parameters, scale, &mut gradients)?;
                }
            }
            apart.push((weighted.term.name().to_owned(), gradients));
        }
        Ok(apart)
    }

    fn show_path(&mut self, path: PathGradient, model: &dyn Model, gradients: &Gradients) -> Result<()> {
        for weighted in self.terms.iter_mut().filter(|weighted| weighted.follows(path)) {
            weighted.term.on_path_gradient(model.parameters(), gradients)?;
        }
        Ok(())
    }

    /// Proximal pulls to apply after the update.
    pub fn proximal(&self, gains: &Gains) -> Vec<Proximal<'_>> {
        let active =
            self.terms.iter().filter(|weighted| weighted.proximal && scale_of(weighted, gains) != 0.0);
        active.filter_map(|weighted| weighted.term.proximal(scale_of(weighted, gains))).collect()
    }

    /// Tells path-following terms that the parameters moved.
    ///
    /// # Errors
    /// Engine errors.
    pub fn after_update(&mut self, model: &dyn Model) -> Result<()> {
        for weighted in self.terms.iter_mut().filter(|weighted| weighted.weight != 0.0) {
            if weighted.term.follows_path().is_some() {
                weighted.term.after_update(model.parameters())?;
            }
        }
        Ok(())
    }

    /// Shows every term that counts the batch of the update just made.
    ///
    /// # Errors
    /// Engine errors.
    pub fn after_batch(&mut self, batch: &Batch) -> Result<()> {
        let mut active = self.terms.iter_mut().filter(|weighted| weighted.weight != 0.0);
        active.try_for_each(|weighted| weighted.term.after_batch(batch))
    }

    /// How answers are read off the network now: as the first term says that has a say in it.
    ///
    /// # Errors
    /// Engine errors.
    pub fn readout(&self, model: &dyn Model, gains: &Gains) -> Result<Readout> {
        for weighted in self.terms.iter().filter(|weighted| weighted.weight != 0.0) {
            if let Some(own) = weighted.term.readout(model, gains)? {
                return Ok(own);
            }
        }
        Ok(Readout::Scores)
    }

    /// Bytes of stored samples.
    pub fn replay_bytes(&self) -> u64 {
        self.terms.iter().map(|weighted| weighted.term.replay_bytes()).sum()
    }

    /// Samples passed through the network beside those of the batches, a backward pass counted as two.
    pub fn extra_passes(&self) -> u64 {
        self.terms.iter().map(|weighted| weighted.term.extra_passes()).sum()
    }

    /// Passes an event to every term that counts.
    ///
    /// # Errors
    /// Engine errors.
    pub fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        for weighted in self.terms.iter_mut().filter(|weighted| weighted.weight != 0.0) {
            weighted.term.on_event(event, cx)?;
        }
        Ok(())
    }

    /// Bytes of state beyond parameters and optimiser.
    pub fn state_bytes(&self) -> u64 {
        self.terms.iter().map(|weighted| weighted.term.state_bytes()).sum()
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        let parts = self.terms.iter().map(|weighted| (weighted.term.name().to_owned(), weighted.term.save()));
        State { parts: parts.collect(), ..State::default() }
    }

    /// The inverse of [`Objective::save`].
    ///
    /// # Errors
    /// When the state is another objective's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        for weighted in &mut self.terms {
            let name = weighted.term.name().to_owned();
            weighted.term.load(state.get_part(&name)?)?;
        }
        Ok(())
    }
}
