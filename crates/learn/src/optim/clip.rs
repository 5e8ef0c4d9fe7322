//! Clipping by global norm, or entry by entry.

use super::chain::{Transform, UpdateContext};
use crate::error::Result;
use crate::nn::Gradients;
use numeric::optimiser::clip_norm;

/// Scales all gradients down so that their joint Euclidean norm is at most `limit` > 0.
#[derive(Debug, Clone, Copy)]
pub struct ClipNorm {
    pub limit: f32,
}

impl Transform for ClipNorm {
    fn name(&self) -> &'static str {
        "clip-norm"
    }

    fn update(&mut self, gradients: &mut Gradients, _cx: &UpdateContext<'_>) -> Result<()> {
        clip_norm(&mut gradients.buffers, f64::from(self.limit));
        Ok(())
    }
}

/// Limits every entry of the gradient to ±`limit` > 0.
#[derive(Debug, Clone, Copy)]
pub struct ClipValue {
    pub limit: f32,
}

impl Transform for ClipValue {
    fn name(&self) -> &'static str {
        "clip-value"
    }

    fn update(&mut self, gradients: &mut Gradients, _cx: &UpdateContext<'_>) -> Result<()> {
        for entry in gradients.buffers.iter_mut().flatten() {
            *entry = entry.clamp(-self.limit, self.limit);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gains::Gains;
    use crate::nn::Parameters;

    #[test]
    fn a_long_gradient_is_shortened_and_a_short_one_kept() {
        let (parameters, gains) = (Parameters::default(), Gains::default());
        let cx = UpdateContext { parameters: &parameters, gains: &gains };
        let mut gradients = Gradients { buffers: vec![vec![3.0], vec![4.0]] };
        ClipNorm { limit: 10.0 }.update(&mut gradients, &cx).expect("clip");
        assert_eq!(gradients.buffers, [[3.0], [4.0]]);
        ClipNorm { limit: 1.0 }.update(&mut gradients, &cx).expect("clip");
        assert_eq!(gradients.buffers, [[0.6], [0.8]]);
    }

    #[test]
    fn every_entry_is_limited_on_its_own() {
        let (parameters, gains) = (Parameters::default(), Gains::default());
        let cx = UpdateContext { parameters: &parameters, gains: &gains };
        let mut gradients = Gradients { buffers: vec![vec![3.0, -0.25], vec![-4.0]] };
        ClipValue { limit: 0.5 }.update(&mut gradients, &cx).expect("clip");
        assert_eq!(gradients.buffers, [vec![0.5, -0.25], vec![-0.5]]);
    }
}
