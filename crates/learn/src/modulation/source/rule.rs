//! What a source is: settings, a memory, and a rule from what the learner saw to a signal.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::nn::Gradients;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::declare::Declared;

/// What the learner saw in the step before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observation {
    /// Mean task loss of the batch (cross-entropy in nats, or squared error), before the update.
    pub loss: f64,
    /// Share of right answers in the batch, a mean over tasks where a sample has several; minus the loss where answers are
    /// numbers and in the outer loop of meta-learning.
    pub reward: f64,
    /// Mean entropy of the predictive distribution, nats, likewise; 0 where there is none ([`Need::Distribution`]).
    pub entropy: f64,
    /// Classes that competed, at least 1; of several tasks the geometric mean.
    pub choices: f64,
    /// Mean input of the batch; empty unless a source wants it.
    pub input: Vec<f32>,
    /// Mean square of the batch's inputs over samples and features; 0 unless a source wants inputs.
    pub input_square: f64,
    /// The update's gradient; empty unless a source wants it.
    pub gradient: Gradients,
    /// Mean |activation| over the batch of the units of each hidden layer; empty unless a receptor's `local` wants it.
    pub units: Vec<Vec<f64>>,
}

/// The permission to know that a task boundary has just been passed.
#[derive(Debug)]
pub struct BoundaryTold {
    _private: (),
}

impl BoundaryTold {
    /// Made by the learner when its protocol tells it about a boundary.
    pub(crate) fn new() -> Self {
        Self { _private: () }
    }
}

/// The permission to know the hidden state of a stream that goes through states which recur.
#[derive(Debug)]
pub struct StateTold {
    state: usize,
    _private: (),
}

impl StateTold {
    /// Made by the learner when its protocol tells it the state of the update that comes next.
    pub(crate) fn new(state: usize) -> Self {
        Self { state, _private: () }
    }

    /// The state, from 0.
    pub fn state(&self) -> usize {
        self.state
    }
}

/// What a source needs beyond loss, reward and entropy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// [`Observation::input`].
    Input,
    /// [`Observation::gradient`].
    Gradient,
    /// A distribution over answers: numbers as answers have none.
    Distribution,
    /// Task boundaries: a control, not a mechanism.
    Boundary,
    /// Hidden states that recur: a control, not a mechanism.
    State,
    /// To look at inputs before they are answered and learned from, where the protocol shows them; elsewhere at those of
    /// the step before.
    Ahead,
}

/// A source's settings and its rule.
pub trait Rule: Declared + Serialize + DeserializeOwned + Send + 'static {
    /// What it remembers between steps.
    type Memory: Serialize + DeserializeOwned + Send;

    /// Checks every range.
    ///
    /// # Errors
    /// The first value out of range.
    fn check(&self) -> Result<(), DefinitionError> {
        self.check_ranges()
    }

    /// The memory before the first step.
    fn start(&self, streams: &Streams) -> Self::Memory;

    /// The signal after a step.
    fn next(&self, memory: &mut Self::Memory, seen: &Observation) -> f64;

    /// A task boundary was passed.
    fn boundary(&self, _memory: &mut Self::Memory, _told: &BoundaryTold) {}

    /// The next update meets this hidden state.
    fn state(&self, _memory: &mut Self::Memory, _told: &StateTold) {}
}

/// A running mean that starts at its first value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RunningMean(Option<f64>);

impl RunningMean {
    /// x̄ ← x̄ + rate (x − x̄).
    pub fn see(&mut self, x: f64, rate: f64) -> f64 {
        let mean = self.0.map_or(x, |mean| mean + rate * (x - mean));
        self.0 = Some(mean);
        mean
    }

    pub(super) fn get(self) -> Option<f64> {
        self.0
    }
}

/// Settings that are wholly those of another declaration.
macro_rules! declared_as {
    ($name:ident, $settings:ident) => {
        impl contract::declare::Declared for $name {
            const PARAMETERS: &'static [contract::Parameter] = $settings::PARAMETERS;

            fn check_ranges(&self) -> Result<(), base::error::DefinitionError> {
                self.0.check_ranges()
            }
        }
    };
}

pub(super) use declared_as;
