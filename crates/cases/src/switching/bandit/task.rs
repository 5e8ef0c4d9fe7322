//! A bandit whose best arm switches, with a second stage that makes the discount matter.

use super::super::check::{MOST_TRIALS, count, positive, within};
use super::super::softmax;
use base::error::DefinitionError;
use base::rng::Streams;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// The task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BanditTask {
    /// K, 2 to 100. Default 4.
    pub arms: usize,
    /// Trials of a session, 1 to a million. Default 1,000.
    pub trials: usize,
    /// Probability that the best arm moves before a trial, in [0, 1], for each of as many equal parts of the session;
    /// 1 to 100 of them, no more than trials. Default 0.02 throughout.
    pub hazards: Vec<f64>,
    /// Probability of a reward at the best arm, in [0, 1]. Default 0.8.
    pub best: f64,
    /// Probability of a reward at the others, in [0, 1], at most `best`. Default 0.2.
    pub other: f64,
    /// Size of the soon reward, ≥ 0; the late one is 1. Default 0.25.
    pub soon: f64,
    /// Further steps until the late reward, 0 to 1,000. Default 3.
    pub delay: usize,
}

impl Default for BanditTask {
    fn default() -> Self {
        Self { arms: 4, trials: 1000, hazards: vec![0.02], best: 0.8, other: 0.2, soon: 0.25, delay: 3 }
    }
}

/// The second choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    Soon = 0,
    Late = 1,
}

impl BanditTask {
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        count("arms", self.arms, 2, 100)?;
        count("trials", self.trials, 1, MOST_TRIALS)?;
        if self.hazards.is_empty() || self.hazards.len() > self.trials.min(100) {
            let found = format!("{} values", self.hazards.len());
            return Err(DefinitionError::range("hazards", found, "1 to 100 values, no more than trials"));
        }
        self.hazards.iter().try_for_each(|hazard| within("hazards", *hazard, 0.0, 1.0))?;
        within("best", self.best, 0.0, 1.0)?;
        within("other", self.other, 0.0, self.best)?;
        positive("best", self.best)?;
        within("soon", self.soon, 0.0, f64::INFINITY)?;
        count("delay", self.delay, 0, 1000)
    }

    /// Size of the reward and steps until it comes.
    pub(super) fn outcome(&self, wait: Wait) -> (f64, usize) {
        match wait {
            Wait::Soon => (self.soon, 1),
            Wait::Late => (1.0, 1 + self.delay),
        }
    }

    /// Trials at which the rule switches; the first trial is none.
    pub fn switches(&self, streams: &Streams) -> Vec<usize> {
        self.draw(streams).switches
    }

    /// Everything that does not depend on the learner, so that all methods of a seed meet the same session.
    pub(super) fn draw(&self, streams: &Streams) -> Script {
        let mut rng = streams.get("task");
        let mut script = Script::default();
        let mut best = rng.random_range(0..self.arms);
        for trial in 0..self.trials {
            let hazard = self.hazards[trial * self.hazards.len() / self.trials];
            if rng.random_bool(hazard) && trial > 0 {
                best = softmax::another(best, self.arms, &mut rng);
                script.switches.push(trial);
            }
            script.best.push(best);
            let rewarded = (0..self.arms).map(|arm| {
                let chance = if arm == best { self.best } else { self.other };
                rng.random_bool(chance)
            });
            script.rewarded.push(rewarded.collect());
        }
        script
    }
}

/// A session as the world has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Script {
    pub(super) switches: Vec<usize>,
    /// The best arm, per trial.
    pub(super) best: Vec<usize>,
    /// Whether each arm would pay, per trial.
    pub(super) rewarded: Vec<Vec<bool>>,
}
