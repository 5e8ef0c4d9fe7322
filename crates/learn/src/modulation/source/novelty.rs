//! Sources on inputs: how far the batch's mean input is from what has been seen.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, declared_as};
use crate::error::Result;
use base::rng::Streams;
use contract::settings;

settings! {
    /// Settings of the running prototypes.
    #[derive(Debug, Clone)]
    pub(super) struct Prototypes {
        /// prototypes at most
        prototypes: usize = 8 => [1 to 1000];
        /// share by which the nearest prototype and the usual distance move
        rate: f64 = 0.05 => [above 0 to 1];
    }
}

/// Running prototypes and the usual distance to the nearest.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Seen {
    centres: Vec<Vec<f32>>,
    usual: RunningMean,
}

impl Prototypes {
    /// Novelty in [0, 1]: ½ at the usual distance. The nearest prototype then moves towards the input; an input
    /// further away than twice the usual distance becomes a prototype while there is room.
    fn novelty(&self, memory: &mut Seen, input: &[f32]) -> f64 {
        let distances = memory.centres.iter().map(|centre| distance(centre, input));
        let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((nearest, distance)) = nearest else {
            memory.centres.push(input.to_vec());
            return 1.0;
        };
        let before = memory.usual.get();
        let usual = memory.usual.see(distance, self.rate);
        if memory.centres.len() < self.prototypes && before.is_some_and(|before| distance > 2.0 * before) {
            memory.centres.push(input.to_vec());
        } else {
            let rate = self.rate as f32;
            for (centre, x) in memory.centres[nearest].iter_mut().zip(input) {
                *centre += rate * (x - *centre);
            }
        }
        let usual = before.unwrap_or(usual);
        if distance + usual > 0.0 { distance / (distance + usual) } else { 0.0 }
    }
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt()
}

macro_rules! from_novelty {
    ($name:ident, $doc:literal, $of:expr) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub(super) struct $name(Prototypes);

        declared_as!($name, Prototypes);

        impl Rule for $name {
            type Memory = Seen;

            fn start(&self, _: &Streams) -> Seen {
                Seen::default()
            }

            fn next(&self, memory: &mut Seen, seen: &Observation) -> f64 {
                let of: fn(f64) -> f64 = $of;
                of(self.0.novelty(memory, &seen.input))
            }
        }
    };
}

from_novelty!(Novelty, "Distance to the nearest prototype against the usual one.", |novelty| novelty);
from_novelty!(Familiarity, "The complement of novelty.", |novelty| 1.0 - novelty);
from_novelty!(Both, "High for what is neither known nor alien.", |novelty| 4.0 * novelty * (1.0 - novelty));
