//! Learners without a network: what any network must beat.

use super::agent::Predictor;
use base::state::State;
use contract::Footprint;
use learn::error::Result;
use learn::stream::Batch;
use serde_json::json;

/// Predicts the label seen last; nothing before the first.
#[derive(Debug, Default, Clone)]
pub(super) struct NoChange {
    last: Option<u32>,
}

impl NoChange {
    /// The prediction for whatever comes next.
    pub fn answer(&self) -> Option<u32> {
        self.last
    }

    /// Takes labels in the order of time.
    pub fn see(&mut self, labels: &[u32]) {
        self.last = labels.last().copied().or(self.last);
    }
}

impl Predictor for NoChange {
    fn predict(&mut self, _inputs: &[f32], samples: usize) -> Result<Vec<Option<u32>>> {
        Ok(vec![self.last; samples])
    }

    fn learn(&mut self, batch: &Batch) -> Result<()> {
        self.see(&batch.targets);
        Ok(())
    }

    fn save(&self) -> Result<State> {
        Ok(State::default().value("last", json!(self.last)))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.last = state.get_value("last")?;
        Ok(())
    }

    fn footprint(&self) -> Footprint {
        Footprint { state_bytes: 4, ..Footprint::default() }
    }
}

/// Predicts the label seen most often so far; ties go to the class seen first; nothing before the first.
#[derive(Debug, Default, Clone)]
pub(super) struct Majority {
    /// Classes in the order of their first appearance, with their counts.
    counts: Vec<(u32, u64)>,
}

impl Majority {
    fn answer(&self) -> Option<u32> {
        let most = self.counts.iter().map(|(_, count)| *count).max()?;
        self.counts.iter().find(|(_, count)| *count == most).map(|(class, _)| *class)
    }
}

impl Predictor for Majority {
    fn predict(&mut self, _inputs: &[f32], samples: usize) -> Result<Vec<Option<u32>>> {
        Ok(vec![self.answer(); samples])
    }

    fn learn(&mut self, batch: &Batch) -> Result<()> {
        for label in &batch.targets {
            match self.counts.iter_mut().find(|(class, _)| class == label) {
                Some((_, count)) => *count += 1,
                None => self.counts.push((*label, 1)),
            }
        }
        Ok(())
    }

    fn save(&self) -> Result<State> {
        Ok(State::default().value("counts", json!(self.counts)))
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.counts = state.get_value("counts")?;
        Ok(())
    }

    fn footprint(&self) -> Footprint {
        Footprint { state_bytes: 12 * self.counts.len() as u64, ..Footprint::default() }
    }
}
