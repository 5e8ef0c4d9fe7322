//! Learners of the goal: the cholinergic–noradrenergic rule with its ablations, a delta rule, the observer.

use serde::{Deserialize, Serialize};

use super::observer::ObserverSettings;
use base::error::DefinitionError;
use contract::{Replay, allowed, settings};

settings! {
    /// ACh per goal says how far a goal is trusted, NE how surprising the feedback is; NE resets everything once it exceeds
    /// the threshold that expected uncertainty sets, mean(ACh)/(0.5 + mean(ACh)) (Yu & Dayan 2005; numbers of Zou 2020).
    #[derive(Debug, Clone, PartialEq)]
    pub struct CholinergicSettings {
        /// whether acetylcholine changes or stays at 1
        pub acetylcholine: bool = true => [true | false];
        /// whether noradrenaline may reset or never does
        pub noradrenaline: bool = true => [true | false];
        /// β of the softmax over ACh
        pub inverse_temperature: f64 = 0.7 => [at least 0];
        /// factors on the guessed goal's ACh after positive and negative feedback
        pub acetylcholine_factors: [f64; 2] = [1.4, 0.9] => [told "two numbers above 0"];
        /// lower and upper end of ACh; it starts, and restarts, at 1
        pub acetylcholine_limits: [f64; 2] = [0.0, 10.0] => [told "a number from 0 to 1 and one at least 1"];
        /// factors on NE after positive and negative feedback
        pub noradrenaline_factors: [f64; 2] = [0.7, 1.1] => [told "two numbers above 0"];
        /// lower and upper end of NE; it starts, and restarts, at the lower
        pub noradrenaline_limits: [f64; 2] = [0.25, 1.0] => [told "two numbers above 0, not decreasing"];
        /// Of noradrenaline.
        pub replay: Replay = Replay::None => [as [Replay::LINE]];
    }
}

settings! {
    /// V(g) ← V(g) + α·(feedback − V(g)) for the guessed goal, softmax over V.
    #[derive(Debug, Clone, PartialEq)]
    pub struct DeltaSettings {
        /// α
        pub rate: f64 = 0.1 => [0 to 1];
        /// β
        pub inverse_temperature: f64 = 5.0 => [at least 0];
    }
}

settings! {
    /// The settings of a learner that has none.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NoSettings {}
}

/// A learner of the goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum GoalLearner {
    AchNe(CholinergicSettings),
    GoalDelta(DeltaSettings),
    /// Bayes' rule with the true validity; guesses the most probable goal.
    GoalObserver(ObserverSettings),
}

impl CholinergicSettings {
    /// # Errors
    /// The first pair out of range; a replay of what is ablated.
    pub(crate) fn check(&self) -> Result<(), DefinitionError> {
        for (key, factors) in [
            ("acetylcholine_factors", self.acetylcholine_factors),
            ("noradrenaline_factors", self.noradrenaline_factors),
        ] {
            factors.into_iter().try_for_each(|factor| allowed!(above 0).check(key, factor))?;
        }
        let [low, high] = self.acetylcholine_limits;
        if !((0.0..=1.0).contains(&low) && high >= 1.0 && high.is_finite()) {
            return Err(DefinitionError::range(
                "acetylcholine_limits",
                format!("{:?}", self.acetylcholine_limits),
                "a number from 0 to 1 and a finite number, at least 1",
            ));
        }
        let [low, high] = self.noradrenaline_limits;
        if !(low > 0.0 && low <= high && high.is_finite()) {
            return Err(DefinitionError::range(
                "noradrenaline_limits",
                format!("{:?}", self.noradrenaline_limits),
                "two finite numbers above 0, not decreasing",
            ));
        }
        if self.replay != Replay::None && !self.noradrenaline {
            let allowed = "none: noradrenaline is ablated";
            return Err(DefinitionError::range(
                "replay",
                format!("{:?}", self.replay).to_lowercase(),
                allowed,
            ));
        }
        Ok(())
    }
}

/// Levels of the cholinergic–noradrenergic rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cholinergic {
    settings: CholinergicSettings,
    pub acetylcholine: Vec<f64>,
    pub noradrenaline: f64,
}

impl Cholinergic {
    pub(super) fn new(settings: &CholinergicSettings, goals: usize) -> Self {
        Self {
            acetylcholine: vec![1.0; goals],
            noradrenaline: settings.noradrenaline_limits[0],
            settings: settings.clone(),
        }
    }

    /// The noradrenaline above which the context counts as changed.
    pub(super) fn threshold(&self) -> f64 {
        let mean = self.acetylcholine.iter().sum::<f64>() / self.acetylcholine.len() as f64;
        mean / (0.5 + mean)
    }

    /// Learns from feedback; whether it reset. `decide` says which noradrenaline decides, from its own.
    pub(super) fn learn(&mut self, guess: usize, positive: bool, decide: impl FnOnce(f64) -> f64) -> bool {
        let s = &self.settings;
        let which = usize::from(!positive);
        if s.acetylcholine {
            let [low, high] = s.acetylcholine_limits;
            let level = &mut self.acetylcholine[guess];
            *level = (*level * s.acetylcholine_factors[which]).clamp(low, high);
        }
        let [low, high] = s.noradrenaline_limits;
        let own = (self.noradrenaline * s.noradrenaline_factors[which]).clamp(low, high);
        let decisive = decide(own);
        self.noradrenaline = decisive;
        let reset = s.noradrenaline && decisive > self.threshold();
        if reset {
            self.acetylcholine.fill(1.0);
            self.noradrenaline = low;
        }
        reset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_published_factors() {
        let mut rule = Cholinergic::new(&CholinergicSettings::default(), 4);
        assert!(!rule.learn(2, true, |own| own));
        assert_eq!((rule.acetylcholine.clone(), rule.noradrenaline), (vec![1.0, 1.0, 1.4, 1.0], 0.25));
        assert!((rule.threshold() - 1.1 / 1.6).abs() < 1e-12);
        assert!(!rule.learn(2, false, |own| own));
        assert!((rule.acetylcholine[2] - 1.26).abs() < 1e-12 && (rule.noradrenaline - 0.275).abs() < 1e-12);
    }

    #[test]
    fn a_run_of_negative_feedback_resets_when_noradrenaline_passes_the_threshold() {
        let mut rule = Cholinergic::new(&CholinergicSettings::default(), 4);
        rule.acetylcholine = vec![10.0, 1.0, 1.0, 1.0];
        let mut trials = 0;
        while !rule.learn(0, false, |own| own) {
            trials += 1;
            assert!(trials < 100, "it never reset");
        }
        // After n failures NE = 0.25·1.1ⁿ, ACh = 10·0.9ⁿ and 1, 1, 1: 12 give 0.785 against 0.9206/… of mean 1.456.
        let crossed = |n: i32| {
            let mean = (10.0 * 0.9_f64.powi(n) + 3.0) / 4.0;
            0.25 * 1.1_f64.powi(n) > mean / (0.5 + mean)
        };
        assert!(!crossed(trials) && crossed(trials + 1), "{trials}");
        assert_eq!((rule.acetylcholine, rule.noradrenaline), (vec![1.0; 4], 0.25));
    }

    #[test]
    fn an_ablated_modulator_does_nothing() {
        let settings = CholinergicSettings { acetylcholine: false, ..CholinergicSettings::default() };
        let mut rule = Cholinergic::new(&settings, 2);
        rule.learn(0, true, |own| own);
        assert_eq!(rule.acetylcholine, [1.0, 1.0]);
        let settings = CholinergicSettings { noradrenaline: false, ..CholinergicSettings::default() };
        let mut rule = Cholinergic::new(&settings, 2);
        assert!((0..100).all(|_| !rule.learn(0, false, |own| own)));
    }

    #[test]
    fn forced_noradrenaline_decides_in_place_of_its_own() {
        let mut rule = Cholinergic::new(&CholinergicSettings::default(), 4);
        // Threshold 1.1/1.6 = 0.6875 after one positive answer.
        assert!(!rule.learn(0, true, |_| 0.68));
        assert!(rule.learn(0, false, |_| 0.9));
        assert_eq!(rule.acetylcholine, vec![1.0; 4]);
        let mean_without = CholinergicSettings {
            noradrenaline: false,
            replay: Replay::Mean,
            ..CholinergicSettings::default()
        };
        assert!(mean_without.check().expect_err("ablated").to_string().contains("replay"));
    }
}
