//! Sources on the statistics of inputs: contrast and luminance, fast against slow.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, declared_as};
use base::rng::Streams;
use contract::settings;

settings! {
    /// How fast what is there now is followed, and what is usual.
    #[derive(Debug, Clone)]
    pub(super) struct Speeds {
        /// share by which what is there now moves
        rate: f64 = 0.3 => [above 0 to 1];
        /// share by which what is usual moves; 0: the first value stays
        slow: f64 = 0.005 => [0 to 1];
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

declared_as!(Contrast, Speeds);

/// Running moments of the inputs.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Moments {
    means: Vec<RunningMean>,
    square: RunningMean,
    usual: RunningMean,
}

impl Rule for Contrast {
    type Memory = Moments;

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

declared_as!(Luminance, Speeds);

impl Rule for Luminance {
    type Memory = [RunningMean; 2];

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, [now, usual]: &mut Self::Memory, seen: &Observation) -> f64 {
        let mean = mean(&seen.input);
        now.see(mean, self.0.rate) - usual.see(mean, self.0.slow)
    }
}
