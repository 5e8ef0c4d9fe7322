//! Receptors turn a level into an effect on one target.

use serde::{Deserialize, Serialize};

/// The shape of a receptor's effect.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// 1 + ρ·m: multiplies the target.
    #[default]
    Gain,
    /// ρ·m: is added to the target, or is the third factor of a plasticity rule.
    Bias,
}

/// A receptor: sensitivity ρ, an activation threshold and limits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receptor {
    /// ρ.
    pub sensitivity: f64,
    /// Levels below this do nothing; above, the level is rescaled so that 1 stays 1: relu(m − ϑ)/(1 − ϑ).
    pub threshold: f64,
    /// Gain or bias.
    pub response: Response,
    /// The effect is clamped to this interval.
    pub limits: [f64; 2],
}

impl Receptor {
    /// 1 + ρ·m, clamped to [0.1, 10].
    pub fn gain(sensitivity: f64) -> Self {
        Self { sensitivity, threshold: 0.0, response: Response::Gain, limits: [0.1, 10.0] }
    }

    /// ρ·m, not clamped.
    pub fn bias(sensitivity: f64) -> Self {
        let limits = [f64::NEG_INFINITY, f64::INFINITY];
        Self { sensitivity, threshold: 0.0, response: Response::Bias, limits }
    }

    /// The same receptor, silent below `threshold` (in [0, 1)).
    #[must_use]
    pub fn above(mut self, threshold: f64) -> Self {
        self.threshold = threshold;
        self
    }

    /// The effect of level `m`.
    pub fn effect(&self, m: f64) -> f64 {
        let m = if self.threshold > 0.0 { (m - self.threshold).max(0.0) / (1.0 - self.threshold) } else { m };
        let raw = match self.response {
            Response::Gain => 1.0 + self.sensitivity * m,
            Response::Bias => self.sensitivity * m,
        };
        raw.clamp(self.limits[0], self.limits[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gain_receptor_is_one_at_level_zero_and_clamped_at_the_limits() {
        let receptor = Receptor::gain(2.0);
        assert_eq!(receptor.effect(0.0), 1.0);
        assert_eq!(receptor.effect(0.5), 2.0);
        assert_eq!(receptor.effect(100.0), 10.0);
        assert_eq!(receptor.effect(-100.0), 0.1);
    }

    #[test]
    fn a_thresholded_bias_is_silent_below_and_full_at_one() {
        let receptor = Receptor::bias(0.8).above(0.3);
        assert_eq!(receptor.effect(0.3), 0.0);
        assert_eq!(receptor.effect(1.0), 0.8);
        assert!((receptor.effect(0.65) - 0.4).abs() < 1e-12); // (0.65 − 0.3)/0.7 = 0.5
    }
}
