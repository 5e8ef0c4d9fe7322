//! The one loop of updates: a batch, a step, a look at what it did, until a budget is spent.

use super::Learner;
use crate::error::Result;
use crate::stream::Batch;
use base::error::Result as Outcome;
use contract::Course;

impl Learner {
    /// Learns for so many updates. `next` makes the batch of an update, counted from 1, and may ask the learner about it
    /// before it learns; `look` sees the learner after the update, with the update's loss. The watch is asked after each.
    ///
    /// # Errors
    /// Those of [`Learner::step`], `next` and `look`; [`base::error::Error::Stopped`]; a parameter that is not finite in the end.
    pub fn train(
        &mut self,
        updates: usize,
        course: &mut Course<'_>,
        mut next: impl FnMut(&mut Self, usize) -> Result<Batch>,
        mut look: impl FnMut(&mut Self, usize, f64, &mut Course<'_>) -> Outcome<()>,
    ) -> Outcome<()> {
        for update in 1..=updates {
            let batch = next(self, update)?;
            let loss = self.step(&batch)?.loss;
            course.advance();
            look(self, update, loss, course)?;
            course.pace().ask()?;
        }
        Ok(self.check_finite()?)
    }
}
