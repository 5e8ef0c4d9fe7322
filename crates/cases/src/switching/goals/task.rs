//! Goal switching behind unreliable feedback, after Zou, Kolouri, Pilly & Krichmar (2020), who take the rule of Yu &

use super::super::pace::MOST_TRIALS;
use super::super::softmax;
use crate::check::within;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::allowed;
use rand::RngExt;
use serde::{Deserialize, Serialize};

/// What "validity" means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feedback {
    /// The answer to "is this the valid goal?" is the wrong one with probability 1 − validity.
    #[default]
    Inverted,
    /// With probability 1 − validity another goal, drawn anew, is the one that is rewarded in this trial.
    OtherGoal,
}

/// The task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoalTask {
    /// Goals, 2 to 100. Default 4.
    pub goals: usize,
    /// Probability that feedback is true, 0.5 to 1. Default 0.85.
    pub validity: f64,
    /// Mean trials between switches, at least 2. Default 400.
    pub block: usize,
    /// A block is this much longer or shorter at most, below `block`. Default 30.
    pub jitter: usize,
    /// Blocks of a session, 1 to 1,000. Default 9.
    pub blocks: usize,
    pub feedback: Feedback,
}

impl Default for GoalTask {
    fn default() -> Self {
        Self { goals: 4, validity: 0.85, block: 400, jitter: 30, blocks: 9, feedback: Feedback::Inverted }
    }
}

impl GoalTask {
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        allowed!(2 to 100).check("goals", self.goals)?;
        allowed!(0.5 to 1).check("validity", self.validity)?;
        allowed!(1 to 1000).check("blocks", self.blocks)?;
        within("block", self.block, 2, MOST_TRIALS / self.blocks)?;
        within("jitter", self.jitter, 0, self.block - 1)
    }

    /// Trials of a session, more or less.
    pub fn trials(&self) -> usize {
        self.block * self.blocks
    }

    /// Probability of positive feedback for a guess, if `valid` is the valid goal.
    pub(super) fn positive(&self, guess: usize, valid: usize) -> f64 {
        match (guess == valid, self.feedback) {
            (true, _) => self.validity,
            (false, Feedback::Inverted) => 1.0 - self.validity,
            (false, Feedback::OtherGoal) => (1.0 - self.validity) / (self.goals - 1) as f64,
        }
    }

    /// Trials at which the rule switches; the first trial is none.
    pub fn switches(&self, streams: &Streams) -> Vec<usize> {
        self.draw(streams).switches
    }

    /// The session as the world has it, the same for every learner.
    pub(super) fn draw(&self, streams: &Streams) -> Script {
        let mut rng = streams.get("task");
        let mut script = Script::default();
        let mut goal = rng.random_range(0..self.goals);
        for block in 0..self.blocks {
            if block > 0 {
                script.switches.push(script.goal.len());
                goal = softmax::another(goal, self.goals, &mut rng);
            }
            let length = rng.random_range(self.block - self.jitter..=self.block + self.jitter);
            for _ in 0..length {
                let truth = rng.random_bool(self.validity);
                script.goal.push(goal);
                script.truth.push(truth);
                let other = softmax::another(goal, self.goals, &mut rng);
                script.rewarded.push(if truth { goal } else { other });
            }
        }
        script
    }
}

/// A session before anyone guesses.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Script {
    pub(super) switches: Vec<usize>,
    /// The valid goal, per trial.
    pub(super) goal: Vec<usize>,
    /// Whether feedback tells the truth, per trial.
    truth: Vec<bool>,
    /// The goal that is rewarded in this trial (under [`Feedback::OtherGoal`]).
    rewarded: Vec<usize>,
}

impl Script {
    pub(super) fn feedback(&self, trial: usize, guess: usize, kind: Feedback) -> bool {
        match kind {
            Feedback::Inverted => (guess == self.goal[trial]) == self.truth[trial],
            Feedback::OtherGoal => guess == self.rewarded[trial],
        }
    }
}
