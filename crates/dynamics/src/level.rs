//! The level of a neuromodulator: a tonic baseline and phasic release that decays back to it.

use serde::{Deserialize, Serialize};

use base::allowed::Allowed;
use base::error::DefinitionError;

/// How a phasic signal adds to the level.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Release {
    /// m ← m + η·s: any value, either sign (a prediction error).
    #[default]
    Additive,
    /// m ← m + η·s·(1 − m): a pool that runs out, so that m stays in [0, 1] for s in [0, 1] and η ≤ 1.
    Saturating,
}

/// m ← γ·m + (1 − γ)·m₀, then the phasic release.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Tonic baseline m₀.
    pub baseline: f64,
    /// Share of the phasic part kept from one step to the next, γ = exp(−Δ/τ), in [0, 1).
    pub retention: f64,
    /// Gain η of the phasic signal.
    pub gain: f64,
    /// Additive or saturating.
    pub release: Release,
    value: f64,
}

impl Level {
    /// A level that starts at its baseline.
    ///
    /// # Errors
    /// When a number is not finite or `retention` is outside [0, 1).
    pub fn new(baseline: f64, retention: f64, gain: f64, release: Release) -> Result<Self, DefinitionError> {
        Allowed::within(0.0, 1.0).below().check("retention", retention)?;
        Allowed::FINITE.check("baseline", baseline)?;
        Allowed::FINITE.check("gain", gain)?;
        Ok(Self { baseline, retention, gain, release, value: baseline })
    }

    /// The share kept over `step` by an exponential decay of time constant `tau` (same unit): exp(−step/τ).
    pub fn retention_of(step: f64, tau: f64) -> f64 {
        (-step / tau).exp()
    }

    /// The level now.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// One step: decay toward the baseline, then release in proportion to `signal`.
    pub fn step(&mut self, signal: f64) -> f64 {
        self.value = self.retention * self.value + (1.0 - self.retention) * self.baseline;
        self.value += match self.release {
            Release::Additive => self.gain * signal,
            Release::Saturating => self.gain * signal * (1.0 - self.value),
        };
        self.value
    }

    /// Sets the level from outside: controls that clamp, replay or schedule it.
    pub fn clamp_to(&mut self, value: f64) {
        self.value = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_decays_to_its_baseline_and_adds_the_phasic_signal() {
        let mut level = Level::new(0.2, 0.5, 2.0, Release::Additive).unwrap();
        assert_eq!(level.step(0.1), 0.2 + 0.2); // decay leaves the baseline, + 2 · 0.1
        assert!((level.step(0.0) - 0.3).abs() < 1e-15); // half of the excess 0.2 is kept
    }

    #[test]
    fn a_saturating_release_never_passes_one() {
        let mut level = Level::new(0.0, 0.9, 0.9, Release::Saturating).unwrap();
        assert!((level.step(1.0) - 0.9).abs() < 1e-15);
        // 0.9 · 0.9 = 0.81, + 0.9 · (1 − 0.81) = 0.981
        assert!((level.step(1.0) - 0.981).abs() < 1e-15);
    }

    #[test]
    fn a_retention_of_one_or_nan_is_refused_by_name() {
        for bad in [1.0, -0.1, f64::NAN] {
            let error = Level::new(0.0, bad, 1.0, Release::Additive).unwrap_err();
            assert!(error.to_string().starts_with("`retention`"), "{error}");
        }
    }
}
