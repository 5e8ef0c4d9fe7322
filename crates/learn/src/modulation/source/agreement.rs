//! A source on gradients that tells volatility from noise: after a change successive gradients point the same way, under noise
//! they are long and cancel.

use serde::{Deserialize, Serialize};

use super::rule::{Observation, Rule, RunningMean, check_rate};
use base::error::DefinitionError;
use base::rng::Streams;

/// |ḡ|² over the running mean of |g|², or 1 minus that.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Agreement {
    rate: f64,
    noise: bool,
}

impl Default for Agreement {
    fn default() -> Self {
        Self { rate: 0.1, noise: false }
    }
}

impl Rule for Agreement {
    /// Running means of the gradient and of its square.
    type Memory = (Vec<Vec<f32>>, RunningMean);

    fn check(&self) -> Result<(), DefinitionError> {
        check_rate("rate", self.rate)
    }

    fn start(&self, _: &Streams) -> Self::Memory {
        Self::Memory::default()
    }

    fn next(&self, (mean, square): &mut Self::Memory, seen: &Observation) -> f64 {
        let gradient = &seen.gradient.buffers;
        if mean.len() != gradient.len() {
            mean.clone_from(gradient);
        }
        let rate = self.rate as f32;
        let [mut own, mut common] = [0.0f64; 2];
        for (mean, gradient) in mean.iter_mut().zip(gradient) {
            for (m, g) in mean.iter_mut().zip(gradient) {
                *m += rate * (*g - *m);
                own += f64::from(*g * *g);
                common += f64::from(*m * *m);
            }
        }
        let square = square.see(own, self.rate);
        // A mean of squares is at least the square of the mean, but for rounding.
        let agreement = if square > 0.0 { (common / square).min(1.0) } else { 0.0 };
        if self.noise { 1.0 - agreement } else { agreement }
    }
}
