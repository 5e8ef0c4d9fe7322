//! Action values: one table, or an ensemble of tables that disagree where they know little.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

/// One estimate of an action: mean of the return and mean squared error around it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Estimate {
    mean: f64,
    variance: f64,
}

/// Values of the first choice (state 0: the arms) and of the second (state 1 + arm: soon, late), for every member.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// `table[state][action][member]`
    table: Vec<Vec<Vec<Estimate>>>,
    members: usize,
    /// Probability that a member learns from an outcome.
    mask: f64,
    /// Whether members' rates are spread evenly over [0, 2] times the rate, anew at every update.
    spread: bool,
}

impl Values {
    /// One member, values 0.
    pub fn single(arms: usize) -> Self {
        let states = std::iter::once(arms).chain(std::iter::repeat_n(2, arms));
        let table = states.map(|actions| vec![vec![Estimate::default()]; actions]).collect();
        Self { table, members: 1, mask: 1.0, spread: false }
    }

    /// `members` tables whose means are drawn from N(0, `mean`²) and whose variances from |N(0, `variance`²)|.
    pub fn ensemble(
        arms: usize,
        members: usize,
        (mask, spread): (f64, bool),
        (mean, variance): (f64, f64),
        rng: &mut impl Rng,
    ) -> Self {
        let mut values = Self { members, mask, spread, ..Self::single(arms) };
        let mut normal = || -> f64 { StandardNormal.sample(rng) };
        for action in values.table.iter_mut().flatten() {
            *action = (0..members)
                .map(|_| Estimate { mean: mean * normal(), variance: (variance * normal()).abs() })
                .collect();
        }
        values
    }

    /// Actions of a state.
    pub fn actions(&self, state: usize) -> usize {
        self.table[state].len()
    }

    /// Numbers that it holds.
    pub fn parameters(&self) -> usize {
        let per = if self.members == 1 { 1 } else { 2 * self.members };
        per * self.table.iter().map(Vec::len).sum::<usize>()
    }

    /// Means over the members, per action.
    pub fn means(&self, state: usize) -> Vec<f64> {
        self.table[state].iter().map(|action| mean(action, |e| e.mean)).collect()
    }

    /// E: variance over the members of the mean.
    pub fn epistemic(&self, state: usize, action: usize) -> f64 {
        let members = &self.table[state][action];
        let centre = mean(members, |e| e.mean);
        mean(members, |e| (e.mean - centre) * (e.mean - centre))
    }

    /// A: mean over the members of the variance.
    pub fn aleatoric(&self, state: usize, action: usize) -> f64 {
        mean(&self.table[state][action], |e| e.variance)
    }

    /// Moves (state, action) toward `reward + discount·max value of next`, each member with its own value of the action
    /// that the ensemble prefers there. `factor` turns a prediction error into what is learned (1: the error itself).
    /// Returns the mean prediction error.
    pub fn learn(
        &mut self,
        (state, action): (usize, usize),
        (reward, discount, next): (f64, f64, usize),
        (rate, factor): (f64, f64),
        rng: &mut impl Rng,
    ) -> f64 {
        let preferred = argmax(&self.means(next));
        let targets: Vec<f64> =
            self.table[next][preferred].iter().map(|e| reward + discount * e.mean).collect();
        let scales = self.scales(rng);
        let mut errors = 0.0;
        for ((estimate, target), scale) in self.table[state][action].iter_mut().zip(&targets).zip(scales) {
            let error = target - estimate.mean;
            errors += error;
            let rate = (rate * scale).min(1.0);
            estimate.mean += rate * factor * error;
            estimate.variance += rate * (error * error - estimate.variance);
        }
        errors / self.members as f64
    }

    /// What each member multiplies the rate by.
    fn scales(&self, rng: &mut impl Rng) -> Vec<f64> {
        if self.members == 1 {
            return vec![1.0];
        }
        let last = (self.members - 1) as f64;
        let mut scales: Vec<f64> =
            (0..self.members).map(|k| if self.spread { 2.0 * k as f64 / last } else { 1.0 }).collect();
        scales.shuffle(rng);
        scales.iter_mut().for_each(|scale| *scale *= f64::from(u8::from(rng.random_bool(self.mask))));
        scales
    }
}

fn mean(members: &[Estimate], of: impl Fn(&Estimate) -> f64) -> f64 {
    members.iter().map(of).sum::<f64>() / members.len() as f64
}

/// The first of the best.
pub(super) fn argmax(values: &[f64]) -> usize {
    let best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    values.iter().position(|value| *value == best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn a_single_table_learns_by_the_delta_rule() {
        let mut rng = Streams::new(0).get("values");
        let mut values = Values::single(2);
        // Late at arm 0: reward 1 discounted to 0.5, half the way: 0.25.
        assert_eq!(values.learn((1, 1), (0.5, 0.25, 0), (0.5, 1.0), &mut rng), 0.5);
        assert_eq!(values.means(1), [0.0, 0.25]);
        // The choice of arm 0 sees that value through a discount of 0.8: 0.5 · 0.8 · 0.25.
        assert_eq!(values.learn((0, 0), (0.0, 0.8, 1), (0.5, 1.0), &mut rng), 0.2);
        assert_eq!(values.means(0), [0.1, 0.0]);
        // No dopamine, no learning, but an error all the same.
        assert_eq!(values.learn((0, 0), (0.0, 0.8, 1), (0.5, 0.0), &mut rng), 0.1);
        assert_eq!(values.means(0), [0.1, 0.0]);
        assert_eq!((values.epistemic(0, 0), values.parameters()), (0.0, 6));
    }

    #[test]
    fn members_disagree_by_their_variance_and_agree_with_data() {
        let mut rng = Streams::new(1).get("values");
        let mut values = Values::ensemble(2, 8, (0.5, false), (1.0, 0.1), &mut rng);
        let before = values.epistemic(1, 0);
        assert!(before > 0.1, "{before}");
        for _ in 0..200 {
            values.learn((1, 0), (1.0, 0.0, 0), (0.2, 1.0), &mut rng);
        }
        assert!(values.epistemic(1, 0) < 1e-3 * before);
        assert!((values.means(1)[0] - 1.0).abs() < 0.05);
        assert!(values.aleatoric(1, 0) < 0.01, "the reward never varies");
    }

    #[test]
    fn the_spread_of_rates_has_mean_one_and_hits_every_member() {
        let mut rng = Streams::new(2).get("values");
        let values = Values::ensemble(2, 5, (1.0, true), (0.0, 0.0), &mut rng);
        let mut scales = values.scales(&mut rng);
        scales.sort_by(f64::total_cmp);
        assert_eq!(scales, [0.0, 0.5, 1.0, 1.5, 2.0]);
    }
}
