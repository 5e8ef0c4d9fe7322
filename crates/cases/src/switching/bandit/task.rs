//! A bandit whose best arm switches, with a second stage that makes the discount matter.

use rand::RngExt;

use super::super::softmax;
use crate::check::within;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;
use contract::{allowed, settings};

settings! {
    /// The task.
    #[derive(Debug, Clone, PartialEq)]
    pub struct BanditTask {
        /// K.
        pub arms: usize = 4 => [2 to 100];
        /// Trials of a session.
        pub trials: usize = 1000 => [1 to 1000000];
        /// Probability that the best arm moves before a trial, in [0, 1], for each of as many equal parts of the session;
        /// 1 to 100 of them, no more than trials.
        pub hazards: Vec<f64> = vec![0.02];
        /// Probability of a reward at the best arm.
        pub best: f64 = 0.8 => [above 0 to 1];
        /// Probability of a reward at the others, in [0, 1], at most `best`.
        pub other: f64 = 0.2;
        /// Size of the soon reward; the late one is 1.
        pub soon: f64 = 0.25 => [at least 0];
        /// Further steps until the late reward.
        pub delay: usize = 3 => [0 to 1000];
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
        self.check_ranges()?;
        if self.hazards.is_empty() || self.hazards.len() > self.trials.min(100) {
            let found = format!("{} values", self.hazards.len());
            return Err(DefinitionError::range("hazards", found, "1 to 100 values, no more than trials"));
        }
        self.hazards.iter().try_for_each(|hazard| allowed!(0 to 1).check("hazards", *hazard))?;
        within("other", self.other, 0.0, self.best)
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
