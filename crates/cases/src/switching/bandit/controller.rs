//! What sets the meta-parameters of the bandit's learner: nothing, four modulators, or its own uncertainty.

use super::settings::{
    DoyaSettings, MOST_DISCOUNT, Modulator, SecondChoice, SoftmaxSettings, UncertaintySettings,
};
use super::values::Values;
use base::error::DefinitionError;
use dynamics::{Level, Receptor, Release};

/// Inverse temperatures that uncertainty reaches.
const INVERSE_TEMPERATURE: [f64; 2] = [1e-2, 1e3];

/// The meta-parameters at one decision.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Knobs {
    pub rate: f64,
    pub inverse_temperature: f64,
    pub discount: f64,
}

impl Knobs {
    /// The same, with what differs at the second choice unless it is the first (state 0).
    fn at(self, state: usize, second: SecondChoice) -> Self {
        let second = if state == 0 { SecondChoice::default() } else { second };
        Self {
            rate: second.rate.unwrap_or(self.rate),
            inverse_temperature: second.inverse_temperature.unwrap_or(self.inverse_temperature),
            discount: second.discount.unwrap_or(self.discount),
        }
    }
}

impl SoftmaxSettings {
    /// The constants of a choice: in state 0 the arm, in others soon or late.
    pub(super) fn knobs(&self, state: usize) -> Knobs {
        let Self { rate, inverse_temperature, discount, second } = *self;
        Knobs { rate, inverse_temperature, discount }.at(state, second)
    }
}

impl DoyaSettings {
    /// Those of a choice at level 0.
    pub(super) fn base(&self, state: usize) -> Knobs {
        let Self { rate, inverse_temperature, discount, second, .. } = *self;
        Knobs { rate, inverse_temperature, discount }.at(state, second)
    }
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

    pub(super) fn knobs(&self, state: usize) -> Knobs {
        let gain = |m: &Modulator, level: &Level| Receptor::gain(m.sensitivity).effect(level.value());
        let s = &self.settings;
        let base = s.base(state);
        let horizon = gain(&s.serotonin, &self.serotonin) / (1.0 - base.discount);
        Knobs {
            rate: (base.rate * gain(&s.acetylcholine, &self.acetylcholine)).min(1.0),
            inverse_temperature: base.inverse_temperature * gain(&s.noradrenaline, &self.noradrenaline),
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

impl UncertaintySettings {
    fn second(&self, state: usize) -> SecondChoice {
        if state == 0 { SecondChoice::default() } else { self.second }
    }

    /// γ of a state.
    pub(super) fn discount(&self, state: usize) -> f64 {
        self.second(state).discount.unwrap_or(self.discount)
    }
}

/// β of a state, from the ensemble's uncertainty averaged over its actions.
pub(super) fn inverse_temperature(settings: &UncertaintySettings, values: &Values, state: usize) -> f64 {
    settings.second(state).inverse_temperature.or(settings.inverse_temperature).unwrap_or_else(|| {
        let actions = values.actions(state);
        let sum: f64 = (0..actions).map(|action| values.epistemic(state, action)).sum();
        let [low, high] = INVERSE_TEMPERATURE;
        // 1/0 is ∞: the upper end.
        (settings.scale / (sum / actions as f64)).clamp(low, high)
    })
}

/// α of an action.
pub(super) fn rate(settings: &UncertaintySettings, values: &Values, state: usize, action: usize) -> f64 {
    settings.second(state).rate.or(settings.rate).unwrap_or_else(|| {
        let (epistemic, aleatoric) = (values.epistemic(state, action), values.aleatoric(state, action));
        if epistemic > 0.0 { epistemic / (epistemic + aleatoric) } else { 0.0 }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;
    use contract::declare::Declared;

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
        assert_eq!(modulators.knobs(0), Knobs { rate: 0.2, inverse_temperature: 4.0, discount: 0.5 });
        // |δ| = 0.8: all of it unexpected (NA 0.4), half of it expected from now on (ACh 0.4).
        modulators.surprise(-0.8);
        // The same again exceeds 0.4 by 0.4: NA 0.2 + 0.2, ACh 0.2 + 0.4.
        modulators.surprise(0.8);
        modulators.reward_rate(0.5);
        let expected = [0.6, 0.4, 0.25];
        assert!(modulators.levels().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12));
        let knobs = modulators.knobs(0);
        assert!((knobs.rate - 0.2 * 2.2).abs() < 1e-12);
        assert!((knobs.inverse_temperature - 4.0 * 0.6).abs() < 1e-12);
        assert!((knobs.discount - 0.75).abs() < 1e-12); // a horizon of 2 steps, doubled
        // The same gains on constants of the second choice: 0.4 and a horizon of 5 steps.
        modulators.settings.second =
            SecondChoice { rate: Some(0.4), inverse_temperature: None, discount: Some(0.8) };
        assert_eq!(modulators.knobs(0), knobs);
        let second = modulators.knobs(1);
        assert!((second.rate - 0.4 * 2.2).abs() < 1e-12 && (second.discount - 0.9).abs() < 1e-12);
        assert_eq!(second.inverse_temperature, knobs.inverse_temperature);
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

    #[test]
    fn constants_may_differ_at_the_second_choice() {
        let second = SecondChoice { rate: Some(0.1), inverse_temperature: None, discount: Some(0.5) };
        let constants = SoftmaxSettings { second, ..SoftmaxSettings::default() };
        assert_eq!(constants.knobs(0), Knobs { rate: 0.3, inverse_temperature: 5.0, discount: 0.8 });
        assert_eq!(constants.knobs(3), Knobs { rate: 0.1, inverse_temperature: 5.0, discount: 0.5 });
        let ensemble = UncertaintySettings { rate: Some(0.3), second, ..UncertaintySettings::default() };
        let values = Values::ensemble(2, 4, (1.0, false), (1.0, 0.5), &mut Streams::new(3).get("controller"));
        assert_eq!([0, 1].map(|state| rate(&ensemble, &values, state, 0)), [0.3, 0.1]);
        assert_eq!([0, 1].map(|state| ensemble.discount(state)), [0.8, 0.5]);
        // A rate that the ensemble's uncertainty sets has no constant at the second choice.
        let mixed = UncertaintySettings { rate: None, ..ensemble };
        let refused = mixed.check().expect_err("no constant to differ from");
        assert!(refused.to_string().contains("`second.rate` = 0.1"), "{refused}");
        let far = SecondChoice { discount: Some(1.0), ..SecondChoice::default() };
        let far = SoftmaxSettings { second: far, ..SoftmaxSettings::default() };
        assert!(far.check_ranges().expect_err("too far").to_string().contains("`second.discount` = 1"));
    }
}
