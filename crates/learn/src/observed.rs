//! What neuromodulators are shown of a step.

use super::learner::Learner;
use crate::error::Result;
use crate::modulation::{Modulation, Observation};
use crate::nn::{BatchStatistics, activity};
use crate::stream::{Batch, Extra};

impl Learner {
    /// What of a step is gone after the update, where modulation wants it: the gradient, which the optimiser uses up, and what
    /// the hidden units did.
    pub(super) fn shown(&self, batch: &Batch) -> Result<Observation> {
        let mut seen = Observation::default();
        let wants = |what: fn(&Modulation) -> bool| self.modulation.as_ref().is_some_and(what);
        if wants(Modulation::wants_gradient) {
            seen.gradient = self.gradients.clone();
        }
        if wants(Modulation::wants_units) {
            seen.units = activity(self.model.as_ref(), &batch.inputs, self.gains())?;
        }
        Ok(seen)
    }

    /// Shows modulation what this step was like, beside what was [`Learner::shown`] before the update.
    pub(super) fn observe(
        &mut self,
        batch: &Batch,
        statistics: &BatchStatistics,
        shown: Observation,
    ) -> Result<()> {
        let Some(modulation) = &mut self.modulation else { return Ok(()) };
        let (input, input_square) =
            if modulation.wants_input() { batch.input_moments()? } else { (Vec::new(), 0.0) };
        let active =
            batch.active.mask(0).map_or(self.model.outputs(), |mask| mask.iter().filter(|on| **on).count());
        let choices = self.objective.choices().unwrap_or(active as f64);
        let numbers = matches!(batch.extra, Extra::Values(_));
        modulation.observe(&Observation {
            loss: statistics.loss,
            reward: if numbers { -statistics.loss } else { statistics.accuracy },
            entropy: if numbers { 0.0 } else { statistics.entropy },
            choices: choices.max(1.0),
            input,
            input_square,
            ..shown
        });
        Ok(())
    }
}
