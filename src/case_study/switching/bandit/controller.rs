//! What sets the meta-parameters of the bandit's learner: nothing, four modulators, or its own uncertainty.

use serde::{Deserialize, Serialize};

use super::values::Values;
use crate::case_study::switching::check::{Replay, count, positive, within};
use crate::error::DefinitionError;
use crate::modulation::{Level, Receptor, Release};

/// Largest discount that serotonin reaches: a horizon of a thousand steps.
const MOST_DISCOUNT: f64 = 0.999;
/// Inverse temperatures that uncertainty reaches.
const INVERSE_TEMPERATURE: [f64; 2] = [1e-2, 1e3];

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
}

impl Default for SoftmaxSettings {
    fn default() -> Self {
        Self { rate: 0.3, inverse_temperature: 5.0, discount: 0.8 }
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
        let SoftmaxSettings { rate, inverse_temperature, discount } = SoftmaxSettings::default();
        Self {
            rate,
            inverse_temperature,
            discount,
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
            Self::Softmax(s) => meta(s.rate, s.inverse_temperature, s.discount),
            Self::Doya(s) => {
                meta(s.rate, s.inverse_temperature, s.discount)?;
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
                positive("scale", s.scale)?;
                count("members", s.members, 2, 1000)?;
                positive("mask", s.mask)?;
                within("mask", s.mask, 0.0, 1.0)?;
                within("initial_mean", s.initial_mean, 0.0, f64::INFINITY)?;
                within("initial_variance", s.initial_variance, 0.0, f64::INFINITY)
            }
        }
    }

    /// Which replay this learner asks for.
    pub(super) fn replay(&self) -> Replay {
        match self {
            Self::Softmax(_) => Replay::None,
            Self::Doya(s) => s.replay,
            Self::Uncertainty(s) => s.replay,
        }
    }
}

/// The meta-parameters at one decision.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Knobs {
    pub rate: f64,
    pub inverse_temperature: f64,
    pub discount: f64,
}

/// Doya's modulators at work. Their order of events: a decision uses the levels of the last prediction error.
#[derive(Debug, Clone)]
pub(super) struct Modulators {
    settings: DoyaSettings,
    acetylcholine: Level,
    noradrenaline: Level,
    serotonin: Level,
}

impl Modulators {
    pub(super) fn new(settings: &DoyaSettings) -> Result<Self, DefinitionError> {
        let level = |m: &Modulator| Level::new(0.0, m.retention, 1.0 - m.retention, Release::Additive);
        Ok(Self {
            acetylcholine: level(&settings.acetylcholine)?,
            noradrenaline: level(&settings.noradrenaline)?,
            serotonin: level(&settings.serotonin)?,
            settings: settings.clone(),
        })
    }

    pub(super) fn knobs(&self) -> Knobs {
        let gain = |m: &Modulator, level: &Level| Receptor::gain(m.sensitivity).effect(level.value());
        let s = &self.settings;
        let horizon = gain(&s.serotonin, &self.serotonin) / (1.0 - s.discount);
        Knobs {
            rate: (s.rate * gain(&s.acetylcholine, &self.acetylcholine)).min(1.0),
            inverse_temperature: s.inverse_temperature * gain(&s.noradrenaline, &self.noradrenaline),
            discount: (1.0 - 1.0 / horizon).clamp(0.0, MOST_DISCOUNT),
        }
    }

    /// What the plasticity rule multiplies a prediction error by.
    pub(super) fn third_factor(&self) -> f64 {
        Receptor::bias(self.settings.dopamine).effect(1.0)
    }

    /// A prediction error: what exceeds the expected uncertainty is the unexpected one.
    pub(super) fn surprise(&mut self, error: f64) {
        let size = error.abs();
        self.noradrenaline.step((size - self.acetylcholine.value()).max(0.0));
        self.acetylcholine.step(size);
    }

    /// A trial's reward per step.
    pub(super) fn reward_rate(&mut self, rate: f64) {
        self.serotonin.step(rate);
    }

    /// Levels in the order acetylcholine, noradrenaline, serotonin.
    pub(super) fn levels(&self) -> [f64; 3] {
        [self.acetylcholine.value(), self.noradrenaline.value(), self.serotonin.value()]
    }
}

/// β of a state, from the ensemble's uncertainty averaged over its actions.
pub(super) fn inverse_temperature(settings: &UncertaintySettings, values: &Values, state: usize) -> f64 {
    settings.inverse_temperature.unwrap_or_else(|| {
        let actions = values.actions(state);
        let sum: f64 = (0..actions).map(|action| values.epistemic(state, action)).sum();
        let [low, high] = INVERSE_TEMPERATURE;
        // 1/0 is ∞: the upper end.
        (settings.scale / (sum / actions as f64)).clamp(low, high)
    })
}

/// α of an action.
pub(super) fn rate(settings: &UncertaintySettings, values: &Values, state: usize, action: usize) -> f64 {
    settings.rate.unwrap_or_else(|| {
        let (epistemic, aleatoric) = (values.epistemic(state, action), values.aleatoric(state, action));
        if epistemic > 0.0 { epistemic / (epistemic + aleatoric) } else { 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;

    #[test]
    fn modulators_move_their_meta_parameters_by_hand_computed_amounts() {
        let half = |sensitivity| Modulator { sensitivity, retention: 0.5 };
        let settings = DoyaSettings {
            rate: 0.2,
            inverse_temperature: 4.0,
            discount: 0.5,
            acetylcholine: half(2.0),
            noradrenaline: half(-1.0),
            serotonin: half(4.0),
            ..DoyaSettings::default()
        };
        let mut modulators = Modulators::new(&settings).unwrap();
        assert_eq!(modulators.knobs(), Knobs { rate: 0.2, inverse_temperature: 4.0, discount: 0.5 });
        // |δ| = 0.8: all of it unexpected (NA 0.4), half of it expected from now on (ACh 0.4).
        modulators.surprise(-0.8);
        // The same again exceeds 0.4 by 0.4: NA 0.2 + 0.2, ACh 0.2 + 0.4.
        modulators.surprise(0.8);
        modulators.reward_rate(0.5);
        let expected = [0.6, 0.4, 0.25];
        assert!(modulators.levels().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        let knobs = modulators.knobs();
        assert!((knobs.rate - 0.2 * 2.2).abs() < 1e-12);
        assert!((knobs.inverse_temperature - 4.0 * 0.6).abs() < 1e-12);
        assert!((knobs.discount - 0.75).abs() < 1e-12); // a horizon of 2 steps, doubled
    }

    #[test]
    fn uncertainty_sets_rate_and_temperature_by_the_published_ratios() {
        let mut rng = Streams::new(3).get("controller");
        let settings = UncertaintySettings::default();
        let values = Values::ensemble(2, 4, (1.0, false), (1.0, 0.5), &mut rng);
        let (e, a) = (values.epistemic(1, 0), values.aleatoric(1, 0));
        assert!((rate(&settings, &values, 1, 0) - e / (e + a)).abs() < 1e-15);
        let mean = 0.5 * (e + values.epistemic(1, 1));
        assert!((inverse_temperature(&settings, &values, 1) - 1.0 / mean).abs() < 1e-12);
        let certain = Values::single(2);
        assert_eq!(rate(&settings, &certain, 1, 0), 0.0);
        assert_eq!(inverse_temperature(&settings, &certain, 1), 1e3);
        let fixed = UncertaintySettings {
            rate: Some(0.3),
            inverse_temperature: Some(2.0),
            ..UncertaintySettings::default()
        };
        assert_eq!((rate(&fixed, &values, 1, 0), inverse_temperature(&fixed, &values, 1)), (0.3, 2.0));
    }
}
