//! What a method trains on: the tasks one after another, all at once, or each with a network of its own. Each regime leaves the
//! rows of R\[i\]\[j\].

use super::run::Run;
use base::error::Result;
use contract::{Course, RunLog};

impl Run<'_> {
    pub(super) fn in_sequence(&mut self, course: &mut Course<'_>) -> Result<Vec<Vec<f64>>> {
        let (tasks, batch) = (self.stream.len(), self.settings.budget.batch);
        let mut flow = self.stream.gradual(&self.bounds, batch, &self.streams);
        let row = |task| {
            match &mut flow {
                // What a boundary asks for is asked by methods that need one, which such a stream refuses.
                Some(flow) => self.train(&mut || flow.next_batch(), (task, task), course)?,
                None => self.train_task(task, course)?,
            }
            self.row((task, Some(task)), course)
        };
        (0..tasks).map(row).collect()
    }

    pub(super) fn jointly(&mut self, course: &mut Course<'_>) -> Result<Vec<Vec<f64>>> {
        let last = self.stream.len() - 1;
        let pool = self.stream.pool(0, last);
        let mut loader = pool.loader(self.settings.budget.batch, self.streams.get("order/joint"));
        let row = |part| {
            self.train(&mut || loader.next_batch(), (part, last), course)?;
            self.row((part, Some(last)), course)
        };
        (0..=last).map(row).collect()
    }

    pub(super) fn separately(
        &mut self,
        initial: &[Vec<f32>],
        course: &mut Course<'_>,
    ) -> Result<Vec<Vec<f64>>> {
        let tasks = self.stream.len();
        let mut networks = Vec::with_capacity(tasks);
        let row = |task| {
            self.learner.model.parameters().restore(initial)?;
            self.train_task(task, course)?;
            networks.push(self.learner.model.parameters().snapshot()?);
            let test = |tested: usize| {
                let network = networks.get(tested).map_or(initial, Vec::as_slice);
                self.learner.model.parameters().restore(network)?;
                self.accuracy((task, tested, Some(task)), course)
            };
            (0..tasks).map(test).collect()
        };
        (0..tasks).map(row).collect()
    }

    /// J\[k\] of Chaudhry et al. 2018: accuracy on task k of a network that learned the tasks 0..=k together, from the same
    /// initial weights and with the updates that a sequence has had by then. The last one is the run itself.
    pub(super) fn references(
        &mut self,
        initial: &[Vec<f32>],
        log: &RunLog,
        course: &mut Course<'_>,
    ) -> Result<Vec<f64>> {
        let tasks = self.stream.len();
        let mut found = Vec::with_capacity(tasks);
        for task in 0..tasks - 1 {
            self.learner.model.parameters().restore(initial)?;
            self.learner.optimiser.reset();
            let order = self.streams.get(&format!("order/joint{task}"));
            let mut loader = self.stream.pool(0, task).loader(self.settings.budget.batch, order);
            let updates = self.bounds[task + 1];
            self.learner.train(updates, course, |_, _| loader.next_batch(), |_, _, _, _| Ok(()))?;
            found.push(self.accuracy((tasks - 1, task, Some(task)), course)?);
        }
        let last = log.matrix.as_ref().and_then(|matrix| matrix.rows.last()?.last().copied());
        found.extend(last);
        Ok(found)
    }
}
