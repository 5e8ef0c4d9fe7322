//! Settings of the bandit's learners.

use serde::{Deserialize, Serialize};

use crate::check::{count, positive, within};
use base::error::DefinitionError;
use contract::Replay;

/// Largest discount, which serotonin reaches: a horizon of a thousand steps.
pub(super) const MOST_DISCOUNT: f64 = 0.999;
/// Constants of the second choice (soon or late) where they differ from those of the first (the arm): a mechanism sets its
/// meta-parameters at every decision, so constants that rule it out may differ between the two kinds of decision.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondChoice {
    /// α, in [0, 1]; left out: the first choice's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// β, ≥ 0; left out: the first choice's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inverse_temperature: Option<f64>,
    /// γ per step, in [0, 0.999]; left out: the first choice's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<f64>,
}

impl SecondChoice {
    fn is_the_first(&self) -> bool {
        *self == Self::default()
    }

    fn check(&self) -> Result<(), DefinitionError> {
        let of = |value: Option<f64>| value.unwrap_or(0.0);
        meta(of(self.rate), of(self.inverse_temperature), of(self.discount))
            .map_err(|error| error.below("second"))
    }
}

/// Rescorla–Wagner (TD(0) over the two stages) and softmax with constants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoftmaxSettings {
    /// α, in [0, 1]. Default 0.3.
    pub rate: f64,
    /// β, ≥ 0. Default 5.
    pub inverse_temperature: f64,
    /// γ per step, in [0, 0.999]. Default 0.8.
    pub discount: f64,
    /// What differs at the second choice. Default: nothing.
    #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
    pub second: SecondChoice,
}

impl Default for SoftmaxSettings {
    fn default() -> Self {
        Self { rate: 0.3, inverse_temperature: 5.0, discount: 0.8, second: SecondChoice::default() }
    }
}

/// A modulator's time scale and what it does to its target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Modulator {
    /// ρ: the target is multiplied by 1 + ρ·level, clamped to [0.1, 10]. Either sign; 0 (default) ablates it.
    pub sensitivity: f64,
    /// Share of the level kept from one prediction error (serotonin: one trial) to the next, in [0, 1). Default 0.9.
    pub retention: f64,
}

impl Default for Modulator {
    fn default() -> Self {
        Self { sensitivity: 0.0, retention: 0.9 }
    }
}

/// Doya's mapping (2002): each modulator sets one meta-parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DoyaSettings {
    /// α at level 0.
    pub rate: f64,
    /// β at level 0.
    pub inverse_temperature: f64,
    /// γ at level 0: serotonin multiplies the horizon 1/(1 − γ).
    pub discount: f64,
    /// What differs at the second choice, at level 0. Default: nothing.
    #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
    pub second: SecondChoice,
    /// Sensitivity of learning to dopamine, the TD error: 1 (default) learns from δ itself, 0 learns nothing.
    pub dopamine: f64,
    /// Expected uncertainty, the running mean of |δ|, on the learning rate.
    pub acetylcholine: Modulator,
    /// Unexpected uncertainty, |δ| beyond the expected, on the inverse temperature.
    pub noradrenaline: Modulator,
    /// Reward rate, reward per step, on the horizon of the discount.
    pub serotonin: Modulator,
    pub replay: Replay,
}

impl Default for DoyaSettings {
    fn default() -> Self {
        let SoftmaxSettings { rate, inverse_temperature, discount, .. } = SoftmaxSettings::default();
        Self {
            rate,
            inverse_temperature,
            discount,
            second: SecondChoice::default(),
            dopamine: 1.0,
            acetylcholine: Modulator::default(),
            noradrenaline: Modulator::default(),
            serotonin: Modulator::default(),
            replay: Replay::None,
        }
    }
}

/// Lee, Liebana, Clopath & Dabney (2024): α = E/(E + A), β = 1/⟨E⟩ with the epistemic uncertainty E and the aleatoric
/// uncertainty A of an ensemble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UncertaintySettings {
    /// A constant instead of E/(E + A), in [0, 1].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<f64>,
    /// A constant instead of 1/⟨E⟩, ≥ 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inverse_temperature: Option<f64>,
    /// γ per step, in [0, 0.999]. Default 0.8.
    pub discount: f64,
    /// Constants of the second choice, each only where the first's is a constant too; its discount always.
    #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
    pub second: SecondChoice,
    /// β = scale/⟨E⟩; the published rule has 1 (default), which fits rewards of the authors' size.
    pub scale: f64,
    /// Members, 2 to 1,000. Default 10.
    pub members: usize,
    /// Probability that a member learns from an outcome, in (0, 1]. Default 0.5.
    pub mask: f64,
    /// Whether members' rates are spread over [0, 2]·α, which keeps them apart. Default true.
    pub spread: bool,
    /// Standard deviation of the initial means, ≥ 0. Default 1.
    pub initial_mean: f64,
    /// Standard deviation of the initial variances, ≥ 0. Default 0.1.
    pub initial_variance: f64,
    pub replay: Replay,
}

impl Default for UncertaintySettings {
    fn default() -> Self {
        Self {
            rate: None,
            inverse_temperature: None,
            discount: 0.8,
            second: SecondChoice::default(),
            scale: 1.0,
            members: 10,
            mask: 0.5,
            spread: true,
            initial_mean: 1.0,
            initial_variance: 0.1,
            replay: Replay::None,
        }
    }
}

/// A learner of the bandit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum BanditLearner {
    Softmax(SoftmaxSettings),
    Doya(DoyaSettings),
    Uncertainty(UncertaintySettings),
}

fn meta(rate: f64, inverse_temperature: f64, discount: f64) -> Result<(), DefinitionError> {
    within("rate", rate, 0.0, 1.0)?;
    within("inverse_temperature", inverse_temperature, 0.0, f64::INFINITY)?;
    within("discount", discount, 0.0, MOST_DISCOUNT)
}

impl BanditLearner {
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        match self {
            Self::Softmax(s) => {
                meta(s.rate, s.inverse_temperature, s.discount)?;
                s.second.check()
            }
            Self::Doya(s) => {
                meta(s.rate, s.inverse_temperature, s.discount)?;
                s.second.check()?;
                within("dopamine", s.dopamine, 0.0, 10.0)?;
                for (name, modulator) in [
                    ("acetylcholine", &s.acetylcholine),
                    ("noradrenaline", &s.noradrenaline),
                    ("serotonin", &s.serotonin),
                ] {
                    within(&format!("{name}.sensitivity"), modulator.sensitivity, -1e3, 1e3)?;
                    if !(0.0..1.0).contains(&modulator.retention) {
                        let key = format!("{name}.retention");
                        return Err(DefinitionError::range(
                            &key,
                            modulator.retention,
                            "at least 0 and below 1",
                        ));
                    }
                }
                Ok(())
            }
            Self::Uncertainty(s) => {
                meta(s.rate.unwrap_or(0.0), s.inverse_temperature.unwrap_or(0.0), s.discount)?;
                s.second.check()?;
                for (key, first, second) in [
                    ("rate", s.rate, s.second.rate),
                    ("inverse_temperature", s.inverse_temperature, s.second.inverse_temperature),
                ] {
                    if let (None, Some(second)) = (first, second) {
                        let allowed = format!("none: `{key}` of the first choice is not a constant");
                        return Err(DefinitionError::range(&format!("second.{key}"), second, &allowed));
                    }
                }
                positive("scale", s.scale)?;
                count("members", s.members, 2, 1000)?;
                positive("mask", s.mask)?;
                within("mask", s.mask, 0.0, 1.0)?;
                within("initial_mean", s.initial_mean, 0.0, f64::INFINITY)?;
                within("initial_variance", s.initial_variance, 0.0, f64::INFINITY)
            }
        }
    }
}
