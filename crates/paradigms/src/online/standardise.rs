//! Running standardisation of the inputs: what a reviewer names first where contrast or luminance shift. It acts on the
//! inputs themselves, before the network, and no gain is involved.

use base::error::Result;
use base::state::State;
use serde_json::json;

/// Running mean and variance of each feature.
#[derive(Debug, Clone)]
pub(super) struct Standardise {
    /// Share of the newest mini-batch, in (0, 1].
    rate: f64,
    /// Mean and variance by feature; empty before the first inputs.
    moments: Vec<[f64; 2]>,
}

/// Added to the variance, so that a feature that never moved stays finite.
const LEAST: f64 = 1e-6;

impl Standardise {
    pub fn new(rate: f64) -> Self {
        Self { rate, moments: Vec::new() }
    }

    /// Takes in inputs of so many features, samples one after another; the first are taken in whole. The variance is about the
    /// mean that has seen them.
    pub fn see(&mut self, inputs: &[f32], features: usize) {
        let rate = if self.moments.is_empty() { 1.0 } else { self.rate };
        self.moments.resize(features, [0.0; 2]);
        let samples = (inputs.len() / features.max(1)).max(1) as f64;
        for (feature, [mean, variance]) in self.moments.iter_mut().enumerate() {
            let own = || inputs.iter().skip(feature).step_by(features).map(|x| f64::from(*x));
            *mean += rate * (own().sum::<f64>() / samples - *mean);
            let about = own().map(|x| (x - *mean).powi(2)).sum::<f64>() / samples;
            *variance += rate * (about - *variance);
        }
    }

    /// (x − μ)/σ of each feature.
    pub fn apply(&self, inputs: &[f32]) -> Vec<f32> {
        let moments = self.moments.iter().cycle();
        let standard = |(x, [mean, variance]): (&f32, &[f64; 2])| {
            ((f64::from(*x) - mean) / (variance + LEAST).sqrt()) as f32
        };
        inputs.iter().zip(moments).map(standard).collect()
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        State::default().value("moments", json!(self.moments))
    }

    /// # Errors
    /// When the state is another part's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.moments = state.get_value("moments")?;
        Ok(())
    }

    /// Bytes of what it remembers.
    pub fn bytes(&self) -> u64 {
        std::mem::size_of_val(self.moments.as_slice()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_moments_are_those_worked_out_by_hand() {
        let mut inputs = Standardise::new(0.5);
        // Feature 1: mean 2, variance 1; feature 2: mean 0, variance 0.
        inputs.see(&[1.0, 0.0, 3.0, 0.0], 2);
        let close = |a: Vec<f32>, b: [f32; 2]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3);
        assert!(close(inputs.apply(&[3.0, 0.0]), [1.0, 0.0]));
        // Feature 1: 2 + ½ (4 − 2) = 3, about it (1 + 9)/2 = 5 (of 2 and 6: 1, 9); variance 1 + ½ (5 − 1) = 3.
        inputs.see(&[2.0, 2.0, 6.0, 2.0], 2);
        // Feature 2: mean 1, about it 1; variance ½.
        assert!(close(inputs.apply(&[6.0, 2.0]), [3.0 / 3f32.sqrt(), 1.0 / 0.5f32.sqrt()]));
    }
}
