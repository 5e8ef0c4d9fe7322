//! A source that knows the hidden state of the stream: the arm of headroom that can tell levels apart.

use super::rule::{Observation, Rule, StateTold};
use crate::stream::MOST_STATES;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::settings;

settings! {
    /// One value for each hidden state, or for each state of one of two kinds: the value at (state / stride) mod as many as there are.
    #[derive(Debug, Clone)]
    pub(super) struct State {
        /// the value of each state
        values: Vec<f64> = vec![0.0, 0.0] => [or "[0, 0]"; told "2 numbers or more"];
        /// states in a row that share a value, where states are pairs of two kinds
        #[serde(skip_serializing_if = "is_one")]
        stride: usize = 1 => [at least 1];
    }
}

fn is_one(stride: &usize) -> bool {
    *stride == 1
}

impl Rule for State {
    /// The state; until it is told, the first.
    type Memory = usize;

    fn check(&self) -> Result<(), DefinitionError> {
        if !(2..=MOST_STATES).contains(&self.values.len()) {
            let found = format!("{} values", self.values.len());
            return Err(DefinitionError::range("values", found, &format!("2 to {MOST_STATES} values")));
        }
        if !(1..=MOST_STATES).contains(&self.stride) {
            return Err(DefinitionError::range("stride", self.stride, &format!("1 to {MOST_STATES}")));
        }
        match self.values.iter().find(|value| !value.is_finite()) {
            Some(bad) => Err(DefinitionError::range("values", bad, "finite numbers")),
            None => Ok(()),
        }
    }

    fn start(&self, _: &Streams) -> usize {
        0
    }

    fn next(&self, state: &mut usize, _: &Observation) -> f64 {
        let place = *state / self.stride.max(1) % self.values.len().max(1);
        self.values.get(place).copied().unwrap_or(0.0)
    }

    fn state(&self, state: &mut usize, told: &StateTold) {
        *state = told.state();
    }
}
