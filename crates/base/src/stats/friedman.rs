//! Ranks over benchmarks: Friedman's test, and which average ranks are too close to be told apart (Demšar 2006).

use super::summary::mean;
use crate::normal;
use crate::special::{chi_squared_tail, f_tail};

/// Places from 1 for the highest value; equal values share the mean of their places.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |own: &f64| {
        let above = values.iter().filter(|other| *other > own).count();
        let equal = values.iter().filter(|other| *other == own).count();
        above as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

/// Friedman's test of "all methods have the same average rank", benchmarks as blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Friedman {
    pub blocks: usize,
    /// Per method, 1 best.
    pub average_ranks: Vec<f64>,
    /// Corrected for ties, with methods − 1 degrees of freedom.
    pub chi_squared: f64,
    pub p: f64,
    /// Iman & Davenport (1980), with methods − 1 and (methods − 1)(blocks − 1) degrees of freedom; infinite where all blocks rank
    /// alike.
    pub f: f64,
    pub p_f: f64,
}

impl Friedman {
    /// Of one row per block and one value per method, higher is better. `None` below two blocks or two methods, with rows of
    /// different length or a value that is not finite, and where all methods tie in every block.
    pub fn new(blocks: &[Vec<f64>]) -> Option<Self> {
        let methods = blocks.first()?.len();
        let square =
            blocks.iter().all(|row| row.len() == methods && row.iter().all(|value| value.is_finite()));
        if blocks.len() < 2 || methods < 2 || !square {
            return None;
        }
        let (n, k) = (blocks.len() as f64, methods as f64);
        let ranked: Vec<Vec<f64>> = blocks.iter().map(|row| ranks(row)).collect();
        let column = |at: usize| ranked.iter().map(|row| row[at]).collect::<Vec<_>>();
        let average_ranks: Vec<f64> = (0..methods).map(|at| mean(&column(at))).collect::<Option<_>>()?;
        let middle = (k + 1.0) / 2.0;
        let between: f64 = n * n * average_ranks.iter().map(|rank| (rank - middle).powi(2)).sum::<f64>();
        // Without ties n k (k² − 1)/12; ties lower it, which is the correction.
        let within: f64 = ranked.iter().flatten().map(|rank| (rank - middle).powi(2)).sum();
        if within == 0.0 {
            return None;
        }
        let chi_squared = (k - 1.0) * between / within;
        let rest = n * (k - 1.0) - chi_squared;
        let f = if rest <= 1e-9 * chi_squared { f64::INFINITY } else { (n - 1.0) * chi_squared / rest };
        Some(Self {
            blocks: blocks.len(),
            average_ranks,
            chi_squared,
            p: chi_squared_tail(chi_squared, methods - 1),
            f,
            p_f: f_tail(f, methods - 1, (methods - 1) * (blocks.len() - 1)),
        })
    }

    /// The smallest p of χ² that so many blocks can reach with so many methods: all rank alike, without ties.
    pub fn smallest_p(blocks: usize, methods: usize) -> f64 {
        if blocks < 2 || methods < 2 {
            return 1.0;
        }
        chi_squared_tail((blocks * (methods - 1)) as f64, methods - 1)
    }
}

/// Most methods for which [`critical_difference`] is known: it is held against SciPy's numbers up to here.
pub const MOST_RANKED: usize = 100;

/// Nemenyi's critical difference of average ranks at 0.05: q √(k (k + 1)/(6 N)), where √2 q is the upper 5 % point of the range of
/// k standard normal values (studentised range, infinite degrees of freedom). `None` below two methods, above
/// [`MOST_RANKED`], or without a block.
pub fn critical_difference(methods: usize, blocks: usize) -> Option<f64> {
    let k = methods as f64;
    (blocks > 0).then_some(())?;
    Some(nemenyi_q(methods)? * (k * (k + 1.0) / (6.0 * blocks as f64)).sqrt())
}

/// The q of [`critical_difference`].
pub(super) fn nemenyi_q(methods: usize) -> Option<f64> {
    if !(2..=MOST_RANKED).contains(&methods) {
        return None;
    }
    let (mut low, mut high) = (0.0, 12.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if range_below(middle, methods) < 0.95 { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high) / std::f64::consts::SQRT_2)
}

/// P(range of k standard normal values ≤ q) = k ∫ φ(z) (Φ(z) − Φ(z − q))^(k − 1) dz, by the trapezoidal rule, which for a function
/// that is smooth and vanishes at both ends is as exact as its step is short.
fn range_below(q: f64, methods: usize) -> f64 {
    const STEP: f64 = 0.0625;
    let density = |z: f64| (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let at = |step: i32| {
        let z = f64::from(step) * STEP;
        let inside = normal::cdf(z) - normal::cdf(z - q);
        density(z) * inside.powi(i32::try_from(methods).unwrap_or(i32::MAX) - 1)
    };
    methods as f64 * STEP * (-144..=144).map(at).sum::<f64>()
}

/// Runs of methods, best first, whose average ranks are less than the critical difference apart: first and last place of each,
/// none inside another, none of a single method. `sorted` rises.
pub fn cliques(sorted: &[f64], critical: f64) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for first in 0..sorted.len() {
        let near = sorted[first..].iter().take_while(|rank| **rank - sorted[first] < critical).count();
        let last = (first + near).saturating_sub(1);
        if last > first && found.last().is_none_or(|(_, end)| last > *end) {
            found.push((first, last));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_the_mean_of_their_places() {
        assert_eq!(ranks(&[0.9, 0.5, 0.9, 0.1]), [1.5, 3.0, 1.5, 4.0]);
        assert_eq!(ranks(&[1.0, 1.0, 1.0]), [2.0, 2.0, 2.0]);
    }

    #[test]
    fn rankings_that_agree_reach_the_smallest_p() {
        // Two methods, three blocks: Σ(R − 1.5)² = 0.5, χ² = 1 · 9 · 0.5/1.5 = 3 = N (k − 1).
        let test = Friedman::new(&[vec![2.0, 1.0], vec![5.0, 4.0], vec![1.0, 0.0]]).expect("a test");
        assert_eq!((test.average_ranks.clone(), test.chi_squared), (vec![1.0, 2.0], 3.0));
        assert!(test.f.is_infinite() && test.p_f == 0.0);
        assert!((test.p - Friedman::smallest_p(3, 2)).abs() < 1e-15);
        // P(χ²₁ > 3) = 2 Φ(−√3).
        assert!((test.p - 0.083_264_516_663_550_4).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_ranked_has_no_test() {
        assert_eq!(Friedman::new(&[vec![1.0, 2.0]]), None);
        assert_eq!(Friedman::new(&[vec![1.0], vec![2.0]]), None);
        assert_eq!(Friedman::new(&[vec![1.0, 2.0], vec![1.0]]), None);
        assert_eq!(Friedman::new(&[vec![1.0, f64::NAN], vec![1.0, 2.0]]), None);
        assert_eq!(Friedman::new(&[vec![1.0, 1.0], vec![2.0, 2.0]]), None);
        assert_eq!(
            (critical_difference(1, 5), critical_difference(101, 5), critical_difference(3, 0)),
            (None, None, None)
        );
    }

    #[test]
    fn cliques_are_the_longest_runs_below_the_critical_difference() {
        assert_eq!(cliques(&[1.0, 1.5, 2.4, 4.0, 4.5], 1.0), [(0, 1), (1, 2), (3, 4)]);
        assert_eq!(cliques(&[1.0, 1.2, 1.4], 1.0), [(0, 2)]);
        assert_eq!(cliques(&[1.0, 2.0], 1.0), []);
        assert_eq!(cliques(&[], 1.0), []);
    }
}
