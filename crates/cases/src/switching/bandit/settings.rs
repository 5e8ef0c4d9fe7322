//! Settings of the bandit's learners.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;
use contract::{Replay, settings};

/// Largest discount, which serotonin reaches: a horizon of a thousand steps.
pub(super) const MOST_DISCOUNT: f64 = 0.999;

settings! {
    /// Constants of the second choice (soon or late) where they differ from those of the first (the arm): a mechanism sets its
    /// meta-parameters at every decision, so constants that rule it out may differ between the two kinds of decision.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct SecondChoice {
        /// α of the second choice, soon or late
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rate: Option<f64> = None => [or "the first choice's"; 0 to 1];
        /// β of the second choice
        #[serde(skip_serializing_if = "Option::is_none")]
        pub inverse_temperature: Option<f64> = None => [or "the first choice's"; at least 0];
        /// γ of the second choice, per step
        #[serde(skip_serializing_if = "Option::is_none")]
        pub discount: Option<f64> = None => [or "the first choice's"; 0 to 0.999];
    }
}

impl SecondChoice {
    fn is_the_first(&self) -> bool {
        *self == Self::default()
    }
}

settings! {
    /// Rescorla–Wagner (TD(0) over the two stages) and softmax with constants.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SoftmaxSettings {
        /// α
        pub rate: f64 = 0.3 => [0 to 1];
        /// β
        pub inverse_temperature: f64 = 5.0 => [at least 0];
        /// γ per step
        pub discount: f64 = 0.8 => [0 to 0.999];
        #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
        pub second: SecondChoice = SecondChoice::default() => [each SecondChoice::PARAMETERS];
    }
}

settings! {
    /// A modulator's time scale and what it does to its target.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Modulator {
        /// ρ: its target is multiplied by 1 + ρ·level, clamped to [0.1, 10]; 0 ablates it
        pub sensitivity: f64 = 0.0 => [-1000 to 1000];
        /// share of the level kept from one prediction error (serotonin: one trial) to the next
        pub retention: f64 = 0.9 => [0 to below 1];
    }
}

settings! {
    /// Doya's mapping (2002): each modulator sets one meta-parameter.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DoyaSettings {
        /// α at level 0
        pub rate: f64 = 0.3 => [0 to 1];
        /// β at level 0
        pub inverse_temperature: f64 = 5.0 => [at least 0];
        /// γ per step at level 0: serotonin multiplies the horizon 1/(1 − γ)
        pub discount: f64 = 0.8 => [0 to 0.999];
        /// At level 0.
        #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
        pub second: SecondChoice = SecondChoice::default() => [each SecondChoice::PARAMETERS];
        /// sensitivity of learning to dopamine, the TD error: 1 learns from δ itself, 0 learns nothing
        pub dopamine: f64 = 1.0 => [0 to 10];
        /// Expected uncertainty, the running mean of |δ|, on the learning rate.
        pub acetylcholine: Modulator = Modulator::default() => [each Modulator::PARAMETERS];
        /// Unexpected uncertainty, |δ| beyond the expected, on the inverse temperature.
        pub noradrenaline: Modulator = Modulator::default() => [each Modulator::PARAMETERS];
        /// Reward rate, reward per step, on the horizon of the discount.
        pub serotonin: Modulator = Modulator::default() => [each Modulator::PARAMETERS];
        pub replay: Replay = Replay::None => [as [Replay::LINE]];
    }
}

settings! {
    /// Lee, Liebana, Clopath & Dabney (2024): α = E/(E + A), β = 1/⟨E⟩ with the epistemic uncertainty E and the aleatoric
    /// uncertainty A of an ensemble.
    #[derive(Debug, Clone, PartialEq)]
    pub struct UncertaintySettings {
        /// α, a constant
        #[serde(skip_serializing_if = "Option::is_none")]
        pub rate: Option<f64> = None => [or "E/(E + A)"; 0 to 1];
        /// β, a constant
        #[serde(skip_serializing_if = "Option::is_none")]
        pub inverse_temperature: Option<f64> = None => [or "scale/⟨E⟩"; at least 0];
        /// γ per step
        pub discount: f64 = 0.8 => [0 to 0.999];
        /// Each constant only where the first's is one too; its discount always.
        #[serde(skip_serializing_if = "SecondChoice::is_the_first")]
        pub second: SecondChoice = SecondChoice::default() => [each SecondChoice::PARAMETERS];
        /// β = scale/⟨E⟩; the published rule has 1, which fits rewards of the authors' size
        pub scale: f64 = 1.0 => [above 0];
        /// members of the ensemble
        pub members: usize = 10 => [2 to 1000];
        /// probability that a member learns from an outcome
        pub mask: f64 = 0.5 => [above 0 to 1];
        /// whether members' rates are spread over [0, 2]·α, which keeps them apart
        pub spread: bool = true => [true | false];
        /// standard deviation of the initial means
        pub initial_mean: f64 = 1.0 => [at least 0];
        /// standard deviation of the initial variances
        pub initial_variance: f64 = 0.1 => [at least 0];
        pub replay: Replay = Replay::None => [as [Replay::LINE]];
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

impl UncertaintySettings {
    /// # Errors
    /// A constant of the second choice where the first has none.
    pub(crate) fn check(&self) -> Result<(), DefinitionError> {
        let Self { rate, inverse_temperature, second, .. } = self;
        for (key, first, second) in [
            ("rate", rate, second.rate),
            ("inverse_temperature", inverse_temperature, second.inverse_temperature),
        ] {
            if let (None, Some(second)) = (first, second) {
                let allowed = format!("none: `{key}` of the first choice is not a constant");
                return Err(DefinitionError::range(&format!("second.{key}"), second, &allowed));
            }
        }
        Ok(())
    }
}
