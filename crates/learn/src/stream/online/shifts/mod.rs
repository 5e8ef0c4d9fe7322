//! What of a stream alternates between hidden states that recur: contrast, luminance, label noise, volatility, relevance,
//! context, noise and speed at once. Nobody is told; the state-locked arm of headroom knows it.
//!
//! A stream with one kind of shift and the same stream without it share their samples: each kind changes what it names and
//! draws nothing that the stream would draw otherwise.

mod contexts;
mod contrast;
mod levels;
mod luminance;
mod noise;
mod noise_speed;
mod volatility;

use serde::{Deserialize, Serialize};

use super::schedule::Change;
use base::error::DefinitionError;

/// A stream in blocks of `every` samples, which go through the hidden states in turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shifts {
    /// Inputs are multiplied by the state's level.
    Contrast {
        /// Factors, 2 to 16 of them, each above 0 and at most 1,000.
        levels: Vec<f32>,
        /// Samples of a block, 1 to the length of the stream.
        every: usize,
    },
    /// The state's level is added to all inputs.
    Luminance {
        /// Offsets, 2 to 16 of them, each from −1,000 to 1,000.
        levels: Vec<f32>,
        /// As above.
        every: usize,
    },
    /// The state says which share of the labels is turned over; the source's own noise must be 0.
    Noise {
        /// Shares, 2 to 16 of them, each in [0, 1).
        levels: Vec<f32>,
        /// As above.
        every: usize,
        /// States of the blocks, and then again, 2 to 64 of them: labels that say something may be rare. Default: in turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<Vec<usize>>,
    },
    /// Two kinds of state that alternate independently of each other: which share of the labels is turned over, as in `noise`,
    /// and how fast a hyperplane moves. Blocks go through the levels with the first speed, then with the second, and so on.
    NoiseSpeed {
        /// Shares, at least 2 of them, each in [0, 1).
        levels: Vec<f32>,
        /// Factors on the source's speed, at least 2 of them, each from 0 to 100; with the levels 16 pairs at most.
        speeds: Vec<f32>,
        /// As above.
        every: usize,
    },
    /// The state says how often the concept changes: every so many samples within its blocks. `segments` must be 1.
    Volatility {
        /// Samples between two changes in each state, 2 to 16 numbers; 0: none.
        intervals: Vec<usize>,
        /// As above.
        every: usize,
    },
    /// Samples have the features of two independent streams of the source; the state says which of the two carries the
    /// label. One block as long as the stream: the first does throughout.
    Relevance {
        /// As above.
        every: usize,
    },
    /// The state is the concept, in an order of one's own: A B A C. `segments` must be 1.
    Contexts {
        /// Concepts from 0, one per block and then again, 2 to 64 of them.
        order: Vec<usize>,
        /// As above.
        every: usize,
    },
}

impl Shifts {
    /// Samples of a block.
    pub(super) fn every(&self) -> usize {
        match self {
            Self::Contrast { every, .. }
            | Self::Luminance { every, .. }
            | Self::Noise { every, .. }
            | Self::NoiseSpeed { every, .. }
            | Self::Volatility { every, .. }
            | Self::Relevance { every }
            | Self::Contexts { every, .. } => *every,
        }
    }

    /// How many hidden states a stream of so many samples meets.
    pub fn states(&self, samples: usize) -> usize {
        let blocks = samples.div_ceil(self.every().max(1));
        match self {
            Self::Noise { order: Some(order), .. } | Self::Contexts { order, .. } => {
                order.iter().take(blocks).max().map_or(0, |last| last + 1)
            }
            Self::Contrast { levels, .. } | Self::Luminance { levels, .. } | Self::Noise { levels, .. } => {
                levels.len().min(blocks)
            }
            Self::NoiseSpeed { levels, speeds, .. } => (levels.len() * speeds.len()).min(blocks),
            Self::Volatility { intervals, .. } => intervals.len().min(blocks),
            Self::Relevance { .. } => 2.min(blocks),
        }
    }

    /// How many states there are of each of two kinds, noise and speed, where they alternate independently: state s is number
    /// s mod the first of the former and s div the first of the latter.
    pub fn kinds(&self) -> Option<[usize; 2]> {
        match self {
            Self::NoiseSpeed { levels, speeds, .. } => Some([levels.len(), speeds.len()]),
            _ => None,
        }
    }

    /// The hidden state of a sample, from 0.
    pub(super) fn state(&self, at: usize) -> usize {
        let block = at / self.every().max(1);
        match self {
            Self::Noise { order: Some(order), .. } | Self::Contexts { order, .. } => {
                order.get(block % order.len().max(1)).copied().unwrap_or(0)
            }
            Self::Contrast { levels, .. } | Self::Luminance { levels, .. } | Self::Noise { levels, .. } => {
                block % levels.len().max(1)
            }
            Self::NoiseSpeed { levels, speeds, .. } => block % (levels.len() * speeds.len()).max(1),
            Self::Volatility { intervals, .. } => block % intervals.len().max(1),
            Self::Relevance { .. } => block % 2,
        }
    }

    /// Where the concept changes, where the shift decides that.
    pub(super) fn concepts(&self, samples: usize, concepts: usize) -> Option<Vec<Change>> {
        match self {
            Self::Volatility { intervals, every } => {
                Some(volatility::changes(intervals, *every, samples, concepts))
            }
            Self::Contexts { order, every } => Some(contexts::changes(order, *every, samples)),
            _ => None,
        }
    }

    /// First samples of blocks whose state is another than the one before, where that is itself a change of what is shown:
    /// another hazard is none, another context one of the concept's.
    pub(super) fn switches(&self, samples: usize) -> Vec<usize> {
        match self {
            Self::Volatility { .. } | Self::Contexts { .. } => Vec::new(),
            _ => {
                let begins = (1..samples.div_ceil(self.every())).map(|block| block * self.every());
                begins.filter(|at| self.state(*at) != self.state(at - 1)).collect()
            }
        }
    }

    /// The share of labels that are turned over at a sample; `None`: the source's.
    pub(super) fn noise(&self, at: usize) -> Option<f32> {
        match self {
            Self::Noise { levels, .. } => levels.get(self.state(at)).copied(),
            Self::NoiseSpeed { levels, .. } => levels.get(self.state(at) % levels.len().max(1)).copied(),
            _ => None,
        }
    }

    /// The factor on the speed of a plane at a sample; `None`: the source's own speed.
    pub(super) fn speed(&self, at: usize) -> Option<f32> {
        match self {
            Self::NoiseSpeed { levels, speeds, .. } => {
                speeds.get(self.state(at) / levels.len().max(1)).copied()
            }
            _ => None,
        }
    }

    /// Puts the level of each sample's state into its features, where the shift is one of inputs.
    pub(super) fn apply(&self, features: usize, inputs: &mut [f32]) {
        let sample = |at: usize, levels: &[f32]| levels.get(self.state(at)).copied();
        for (at, own) in inputs.chunks_exact_mut(features.max(1)).enumerate() {
            match self {
                Self::Contrast { levels, .. } => contrast::multiply(sample(at, levels).unwrap_or(1.0), own),
                Self::Luminance { levels, .. } => luminance::add(sample(at, levels).unwrap_or(0.0), own),
                _ => return,
            }
        }
    }

    /// Checks every range. Keys are whole.
    ///
    /// # Errors
    /// The first value out of range.
    pub(super) fn check(&self, samples: usize, concepts: Option<usize>) -> Result<(), DefinitionError> {
        let every = self.every();
        if !(1..=samples).contains(&every) {
            let allowed = format!("1 to {samples}, the samples of the stream");
            return Err(DefinitionError::range("stream.shifts.every", every, &allowed));
        }
        match self {
            Self::Contrast { levels, .. } => contrast::check(levels),
            Self::Luminance { levels, .. } => luminance::check(levels),
            Self::Noise { levels, order, .. } => noise::check(levels, order.as_deref()),
            Self::NoiseSpeed { levels, speeds, .. } => noise_speed::check(levels, speeds),
            Self::Volatility { intervals, .. } => volatility::check(intervals, concepts),
            Self::Relevance { .. } => Ok(()),
            Self::Contexts { order, .. } => contexts::check(order, concepts),
        }
    }
}

#[cfg(test)]
mod tests;
