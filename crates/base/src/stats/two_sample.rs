//! The permutation test of two samples that are not paired, and the interval that inverts it.
//!
//! Under the hypothesis that the first sample is the second shifted by θ, every choice of n of the n + m values
//! aᵢ − θ, bⱼ is as likely to be the first sample. A choice S has the difference of means d − c θ, where d is that of the
//! plain values and c = k/n − (n − k)/m, k the number of aᵢ in S; it is at least as extreme as the observed D − θ exactly
//! when θ lies between (D − d)/(1 − c) and (D + d)/(1 + c). So each choice is an interval of θ that contains D, as in the
//! paired test.

use rand::seq::SliceRandom;

use super::bootstrap::Interval;
use super::patterns::Patterns;
use super::summary::mean;
use crate::rng::Streams;

/// Up to this many choices every one is enumerated: two samples of ten have 184,756.
const ENUMERATED: u64 = 200_000;
/// Random choices above that.
const DRAWS: usize = 100_000;

/// The test of two samples.
#[derive(Debug, Clone)]
pub struct TwoSample {
    patterns: Patterns,
}

/// n over k; saturates.
fn choices(n: u64, k: u64) -> u64 {
    (0..k.min(n - k)).fold(1, |product: u64, i| product.saturating_mul(n - i) / (i + 1))
}

impl TwoSample {
    /// Prepares the patterns; `None` without values in one sample or with one that is not finite.
    pub fn new(first: &[f64], second: &[f64]) -> Option<Self> {
        let (n, m) = (first.len(), second.len());
        let centre = mean(first)? - mean(second)?;
        let values: Vec<f64> = first.iter().chain(second).copied().collect();
        if values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let total: f64 = values.iter().sum();
        // Ties decided by the last bit of a sum would make p depend on the order of seeds.
        let slack = 1e-12 * values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
        let (mut low, mut high) = (Vec::new(), Vec::new());
        let mut add = |sum: f64, k: usize| {
            let d = sum / n as f64 - (total - sum) / m as f64;
            let c = k as f64 / n as f64 - (n - k) as f64 / m as f64;
            // With c = ±1 the difference moves as the observed one does, whatever θ: a tie for every θ.
            let bound = |above: f64, below: f64| if below.abs() < 1e-12 { None } else { Some(above / below) };
            let ends = [bound(centre - d, 1.0 - c), bound(centre + d, 1.0 + c)];
            match ends {
                [Some(a), Some(b)] => {
                    low.push(a.min(b) - slack);
                    high.push(a.max(b) + slack);
                }
                _ => {
                    low.push(f64::NEG_INFINITY);
                    high.push(f64::INFINITY);
                }
            }
        };
        let all = choices((n + m) as u64, n as u64);
        let count = if all <= ENUMERATED {
            each_choice(&values, n, &mut add);
            usize::try_from(all).unwrap_or(usize::MAX)
        } else {
            random_choices(&values, n, &mut add);
            DRAWS + 1
        };
        Some(Self { patterns: Patterns::new(centre, low, high, count) })
    }

    /// Mean of the first sample minus mean of the second.
    pub fn mean(&self) -> f64 {
        self.patterns.centre()
    }

    /// Two-sided p of "there is no difference".
    pub fn p(&self) -> f64 {
        self.patterns.p_at(0.0)
    }

    /// All differences that are not rejected at `alpha`; `None` where the samples are too small to reject any.
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        self.patterns.interval(alpha)
    }
}

/// Sum and number of first values of every choice of n values but the first itself, in lexical order.
fn each_choice(values: &[f64], n: usize, show: &mut impl FnMut(f64, usize)) {
    let mut chosen: Vec<usize> = (0..n).collect();
    // The next choice: the last place that can move does, and those behind it follow.
    while let Some(place) = (0..n).rev().find(|place| chosen[*place] + n - place < values.len()) {
        let first = chosen[place] + 1;
        for (step, at) in (place..n).enumerate() {
            chosen[at] = first + step;
        }
        show(chosen.iter().map(|at| values[*at]).sum(), chosen.iter().filter(|at| **at < n).count());
    }
}

fn random_choices(values: &[f64], n: usize, show: &mut impl FnMut(f64, usize)) {
    let mut random = Streams::new(0).fast("stats/two-sample/1");
    let mut places: Vec<usize> = (0..values.len()).collect();
    for _ in 0..DRAWS {
        let (chosen, _) = places.partial_shuffle(&mut random, n);
        // In order, so that equal choices have equal sums.
        chosen.sort_unstable();
        show(chosen.iter().map(|at| values[*at]).sum(), chosen.iter().filter(|at| **at < n).count());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_is_the_share_of_choices_at_least_as_extreme() {
        // {3, 4} against {1, 2}: of six choices the one observed and its mirror are as far apart as 2.
        let test = TwoSample::new(&[3.0, 4.0], &[1.0, 2.0]).expect("two samples");
        assert_eq!((test.mean(), test.p()), (2.0, 2.0 / 6.0));
        // {1, 4} against {2, 3}: no difference, so every choice is as extreme.
        assert_eq!(TwoSample::new(&[1.0, 4.0], &[2.0, 3.0]).map(|test| test.p()), Some(1.0));
        // Samples of different size: {5} against {1, 2, 3}; differences of means 3, −7/3, −1, 1/3: one of four.
        let test = TwoSample::new(&[5.0], &[1.0, 2.0, 3.0]).expect("two samples");
        assert_eq!((test.mean(), test.p()), (3.0, 0.25));
        assert!(TwoSample::new(&[], &[1.0]).is_none() && TwoSample::new(&[f64::NAN], &[1.0]).is_none());
    }

    /// p(θ) by the definition: shift the first sample, count the choices.
    fn by_hand(first: &[f64], second: &[f64], theta: f64) -> f64 {
        let values: Vec<f64> = first.iter().map(|a| a - theta).chain(second.iter().copied()).collect();
        let (n, all) = (first.len(), values.len());
        let difference = |mask: u32| {
            let part = |inside: bool| {
                let own: Vec<f64> =
                    (0..all).filter(|i| (mask >> i & 1 == 1) == inside).map(|i| values[i]).collect();
                own.iter().sum::<f64>() / own.len() as f64
            };
            (part(true) - part(false)).abs()
        };
        let observed = difference((1 << n) - 1);
        let masks: Vec<u32> = (0..1_u32 << all).filter(|mask| mask.count_ones() as usize == n).collect();
        let extreme = masks.iter().filter(|mask| difference(**mask) >= observed - 1e-9).count();
        extreme as f64 / masks.len() as f64
    }

    #[test]
    fn every_shift_has_the_p_of_the_definition_and_the_interval_ends_where_it_falls_below() {
        let (first, second) = ([2.1, 3.4, 2.9, 4.2], [1.0, 1.7, 2.2, 0.4, 1.1, 2.6]);
        let test = TwoSample::new(&first, &second).expect("two samples");
        for step in -20..=60 {
            let theta = f64::from(step) * 0.1 + 0.003;
            assert!((test.patterns.p_at(theta) - by_hand(&first, &second, theta)).abs() < 1e-12, "{theta}");
        }
        let interval = test.interval(0.05).expect("ten values");
        let outside =
            [interval.low - 1e-6, interval.high + 1e-6].map(|theta| by_hand(&first, &second, theta));
        assert!(outside.iter().all(|p| *p < 0.05), "{outside:?}");
        let inside = [interval.low + 1e-6, interval.high - 1e-6].map(|theta| by_hand(&first, &second, theta));
        assert!(inside.iter().all(|p| *p >= 0.05), "{inside:?}");
    }

    #[test]
    fn many_values_are_drawn_and_the_same_bits_come_again() {
        let first: Vec<f64> = (0..30).map(|i| f64::from(i * 7 % 30) + 4.0).collect();
        let second: Vec<f64> = (0..25).map(|i| f64::from(i * 11 % 25)).collect();
        let p = || TwoSample::new(&first, &second).map(|test| test.p().to_bits());
        assert_eq!(p(), p());
        let p = f64::from_bits(p().expect("a p"));
        assert!((0.0005..0.01).contains(&p), "{p}");
    }
}
