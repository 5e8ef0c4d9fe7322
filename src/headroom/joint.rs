//! Headroom of two kinds of hidden state that alternate independently, noise and speed: what is gained by who knows the one,
//! the other, both, and whether the two together are worth more than the sum of each alone.

use std::fmt::Write as _;

use base::stats::{Difference, Scores};
use serde_json::json;

/// Schedules that know noise, speed, both, on the qualification seeds.
#[derive(Debug, Clone)]
pub struct Joint {
    /// S(noise), S(speed), S(both).
    pub scores: [Scores; 3],
    /// Each minus S(∅) = C′.
    pub above_blind: [Difference; 3],
    /// S(both) minus the one of the other two that was better on validation data.
    pub above_better: Difference,
    /// I = S(both) − S(noise) − S(speed) + S(∅).
    pub interaction: Difference,
    /// The best mechanism of two modulators against the best of one, on the confirmation seeds.
    pub pair: Option<Pair>,
}

/// The best pair of modulators against the best single one.
#[derive(Debug, Clone)]
pub struct Pair {
    pub pair: String,
    pub single: String,
    /// Pair minus single.
    pub difference: Difference,
}

impl Joint {
    /// From the scores of who knows noise, speed, both; of the `better` one of the first two; and of S(∅). `None` without a common
    /// seed.
    pub(super) fn of(scores: &[Scores; 3], better: &Scores, blind: &Scores, sign: f64) -> Option<Self> {
        let minus = |one: &Scores, other: &Scores| Difference::new(one, other, sign);
        let [noise, speed, both] = scores;
        Some(Self {
            above_blind: [minus(noise, blind)?, minus(speed, blind)?, minus(both, blind)?],
            above_better: minus(both, better)?,
            interaction: minus(&sum(both, blind), &sum(noise, speed))?,
            scores: scores.clone(),
            pair: None,
        })
    }

    /// Compares the confirmed mechanism of two modulators with that of one, each a name and its scores.
    pub(super) fn compare(&mut self, pair: (&str, &Scores), single: (&str, &Scores), sign: f64) {
        let named = |difference| Pair { pair: pair.0.to_owned(), single: single.0.to_owned(), difference };
        self.pair = Difference::new(pair.1, single.1, sign).map(named);
    }

    /// In words, a line each; `text` writes a difference.
    pub(super) fn words(&self, text: &dyn Fn(&Difference) -> String) -> String {
        let mut lines = String::new();
        let [noise, speed, both] = &self.above_blind;
        let told = [
            ("S(noise) − C′", noise),
            ("S(speed) − C′", speed),
            ("S(both) − C′", both),
            ("S(both) − the better of the two", &self.above_better),
            ("interaction S(both) − S(noise) − S(speed) + C′", &self.interaction),
        ];
        for (what, difference) in told {
            let _ = writeln!(lines, "  {what}: {}", text(difference));
        }
        if let Some(Pair { pair, single, difference }) = &self.pair {
            let _ = writeln!(lines, "  the pair {pair} − the single {single}: {}", text(difference));
        }
        lines
    }

    /// For programs; `of` writes a difference.
    pub(super) fn json(&self, of: &dyn Fn(&Difference) -> serde_json::Value) -> serde_json::Value {
        let [noise, speed, both] = &self.above_blind;
        let pair = self
            .pair
            .as_ref()
            .map(|own| json!({ "pair": own.pair, "single": own.single, "difference": of(&own.difference) }));
        json!({
            "noise": of(noise), "speed": of(speed), "both": of(both), "above_better": of(&self.above_better),
            "interaction": of(&self.interaction), "pair_above_single": pair,
        })
    }
}

/// Sums of what two arms score in the seeds that both have.
fn sum(one: &Scores, other: &Scores) -> Scores {
    one.iter().filter_map(|(seed, own)| Some((*seed, own + other.get(seed)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interaction_is_what_both_have_beyond_the_sum_of_each() {
        let scores =
            |base: f64| -> Scores { (0..12).map(|seed| (seed, base + 0.001 * (seed % 3) as f64)).collect() };
        // ∅ 0.60, noise 0.63, speed 0.61, both 0.70: 0.70 − 0.63 − 0.61 + 0.60 = 0.06.
        let arms = [scores(0.63), scores(0.61), scores(0.70)];
        let joint = Joint::of(&arms, &arms[0], &scores(0.60), 1.0).expect("seeds");
        let means = [
            joint.above_blind[0].mean,
            joint.above_blind[1].mean,
            joint.above_blind[2].mean,
            joint.above_better.mean,
            joint.interaction.mean,
        ];
        for (found, expected) in means.iter().zip([0.03, 0.01, 0.10, 0.07, 0.06]) {
            assert!((found - expected).abs() < 1e-12, "{means:?}");
        }
        assert!(joint.interaction.error < 1e-12 && joint.pair.is_none());
        // Where lower is better all signs turn.
        let lower = Joint::of(&arms, &arms[0], &scores(0.60), -1.0).expect("seeds");
        assert!((lower.interaction.mean + 0.06).abs() < 1e-12);
    }
}
