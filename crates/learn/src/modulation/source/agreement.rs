//! A source on gradients that tells volatility from noise: after a change successive gradients point the same way, under noise
//! they are long and cancel.

use super::rule::{Observation, Rule, RunningMean};
use base::rng::Streams;
use contract::settings;

settings! {
    /// |ḡ|² over the running mean of |g|², or 1 minus that.
    #[derive(Debug, Clone)]
    pub(super) struct Agreement {
        /// share by which the running means move
        rate: f64 = 0.1 => [above 0 to 1];
        /// whether the signal is 1 minus it
        noise: bool = false => [false | true];
    }
}

impl Rule for Agreement {
    /// Running means of the gradient and of its square.
    type Memory = (Vec<Vec<f32>>, RunningMean);

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
