//! Looks at the network beside the run: its plasticity at the end of every task, and its accuracy over the first updates of each.
//! They cost a percent of the arithmetic at most, draw no random number and change nothing.

use contract::Curve;
use learn::gains::Gains;
use learn::nn::Model;
use learn::plasticity::{PROBES, Plasticity};
use learn::stream::{TaskStream, TestSet};

use super::settings::Budget;
use base::error::Result;

/// Updates of a task after which it is tested, besides before the first: LCA at β = 10.
pub(super) const FIRST_UPDATES: usize = 10;
/// Test samples of the first updates.
const MOST: usize = 256;
const LEAST: usize = 16;

/// What was seen so far.
pub(super) struct Probes {
    /// Per task, at most [`PROBES`] test samples.
    looked_at: Vec<TestSet>,
    /// Per task, for the first updates; nothing where that would cost too much.
    first: Vec<TestSet>,
    dormant: Curve,
    rank: Curve,
    norm: Curve,
    first_updates: Vec<Curve>,
}

impl Probes {
    pub fn new(stream: &TaskStream, budget: &Budget) -> Self {
        let sets = |limit: usize| (0..stream.len()).map(|task| stream.test_set(task, limit)).collect();
        // An update is three passes of its batch: so many samples are a percent of a task's arithmetic.
        let shortest = budget.of(stream).into_iter().min().unwrap_or(0);
        let affordable = 3 * shortest * budget.batch / 100 / (FIRST_UPDATES + 1);
        let first = if affordable < LEAST { Vec::new() } else { sets(affordable.min(MOST)) };
        let curve = |name: &str| Curve::new(format!("plasticity/{name}"));
        Self {
            looked_at: sets(PROBES),
            first,
            dormant: curve("dormant_units"),
            rank: curve("effective_rank"),
            norm: curve("weight_norm"),
            first_updates: Vec::new(),
        }
    }

    /// The test samples of a task's first updates.
    pub fn first(&self, task: usize) -> Option<&TestSet> {
        self.first.get(task)
    }

    /// Notes the accuracy after `update` updates of a task.
    pub fn after(&mut self, task: usize, update: usize, accuracy: f64) {
        if update == 0 {
            self.first_updates.push(Curve::new(format!("first-updates/task{task}")));
        }
        if let Some(curve) = self.first_updates.last_mut() {
            curve.push(update as f64, accuracy);
        }
    }

    /// Looks at the network when a task has ended, after `updates` updates.
    pub fn look(&mut self, model: &dyn Model, gains: &Gains, task: usize, updates: usize) -> Result<()> {
        let set = &self.looked_at[task];
        let (inputs, _) = set.batch(0..set.len())?;
        let found = Plasticity::of(model, &inputs, gains)?;
        let x = updates as f64;
        self.norm.push(x, found.weight_norm);
        if let (Some(dormant), Some(rank)) = (found.dormant_units, found.effective_rank) {
            self.dormant.push(x, dormant);
            self.rank.push(x, rank);
        }
        Ok(())
    }

    /// Everything that was seen.
    pub fn curves(&self) -> Vec<Curve> {
        let all = [&self.dormant, &self.rank, &self.norm].into_iter().chain(&self.first_updates);
        all.filter(|curve| !curve.x.is_empty()).cloned().collect()
    }
}
