//! Sources on the statistics of inputs: contrast and luminance, fast against slow.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, check_rate};
use base::error::DefinitionError;
use base::rng::Streams;

/// How fast what is there now is followed, and what is usual.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Speeds {
    rate: f64,
    slow: f64,
}

impl Default for Speeds {
    fn default() -> Self {
        Self { rate: 0.3, slow: 0.005 }
    }
}

impl Speeds {
    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)?;
        if (0.0..=1.0).contains(&self.slow) {
            return Ok(());
        }
        Err(DefinitionError::range("slow", self.slow, "0 (the first value stays) to 1"))
    }
}

/// Mean over the features of a batch's mean input.
fn mean(input: &[f32]) -> f64 {
    input.iter().map(|x| f64::from(*x)).sum::<f64>() / input.len().max(1) as f64
}

/// What is usual over the running standard deviation of the inputs about the running mean of each feature, minus 1.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Contrast(Speeds);

/// Running moments of the inputs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Moments {
    means: Vec<RunningMean>,
    square: RunningMean,
    usual: RunningMean,
}

impl Rule for Contrast {
    type Memory = Moments;

    fn check(&self) -> Result<(), DefinitionError> {
        self.0.check()
    }

    fn start(&self, _: &Streams) -> Moments {
        Moments::default()
    }

    fn next(&self, memory: &mut Moments, seen: &Observation) -> f64 {
        let Speeds { rate, slow } = self.0;
        memory.means.resize(seen.input.len(), RunningMean::default());
        let squares =
            memory.means.iter_mut().zip(&seen.input).map(|(mean, x)| mean.see(f64::from(*x), rate).powi(2));
        let of_means = squares.sum::<f64>() / seen.input.len().max(1) as f64;
        let deviation = (memory.square.see(seen.input_square, rate) - of_means).max(0.0).sqrt();
        let usual = memory.usual.see(deviation, slow);
        if deviation > 0.0 { usual / deviation - 1.0 } else { 0.0 }
    }
}

/// The running mean of all inputs minus what is usual.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Luminance(Speeds);

impl Rule for Luminance {
    type Memory = [RunningMean; 2];

    fn check(&self) -> Result<(), DefinitionError> {
        self.0.check()
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, [now, usual]: &mut Self::Memory, seen: &Observation) -> f64 {
        let mean = mean(&seen.input);
        now.see(mean, self.0.rate) - usual.see(mean, self.0.slow)
    }
}
