//! A source on gradients: does this update undo what the last ones did?

use super::rule::{Observation, Rule};
use base::rng::Streams;
use contract::settings;

settings! {
    /// max(0, −cos(g, ḡ)).
    #[derive(Debug, Clone)]
    pub(super) struct Conflict {
        /// share by which the running gradient moves
        rate: f64 = 0.1 => [above 0 to 1];
    }
}

impl Rule for Conflict {
    type Memory = Vec<Vec<f32>>;

    fn start(&self, _: &Streams) -> Self::Memory {
        Vec::new()
    }

    fn next(&self, mean: &mut Self::Memory, seen: &Observation) -> f64 {
        let gradient = &seen.gradient.buffers;
        if mean.len() != gradient.len() {
            mean.clone_from(gradient);
            return 0.0;
        }
        let rate = self.rate as f32;
        let [mut dot, mut own, mut past] = [0.0f64; 3];
        for (mean, gradient) in mean.iter_mut().zip(gradient) {
            for (m, g) in mean.iter_mut().zip(gradient) {
                dot += f64::from(*m * *g);
                own += f64::from(*g * *g);
                past += f64::from(*m * *m);
                *m += rate * (*g - *m);
            }
        }
        let scale = (own * past).sqrt();
        if scale > 0.0 { (-dot / scale).max(0.0) } else { 0.0 }
    }
}
