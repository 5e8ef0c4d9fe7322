//! The paired sign-flip test, and the interval that inverts it.
//!
//! Under the hypothesis that the mean difference is θ (and that differences are symmetric about it), each
//! dᵢ − θ is as likely as its negative. Flipping the signs of a subset S gives a mean at least as extreme as the one
//! observed exactly when θ lies between mean(S) and mean(complement of S). So each flip pattern is an interval of θ
//! which contains the observed mean; p(θ) is the share of patterns whose interval covers θ; it falls on both sides of
//! the observed mean, and the confidence interval ends at order statistics. Test and interval come from the same
//! patterns and can never disagree.

use rand::Rng;

use super::bootstrap::Interval;
use super::patterns::Patterns;
use super::summary::mean;
use crate::rng::Streams;

/// Seeds below which no verdict and no p is printed.
pub const VERDICT_SEEDS: usize = 10;
/// Up to this many pairs every pattern is enumerated.
const ENUMERATED: usize = 20;
/// Random patterns above that.
const FLIPS: usize = 100_000;

/// The test of one sample of paired differences.
#[derive(Debug, Clone)]
pub struct SignFlip {
    pairs: usize,
    patterns: Patterns,
}

impl SignFlip {
    /// Prepares the patterns; `None` without differences or with one that is not finite.
    pub fn new(differences: &[f64]) -> Option<Self> {
        let n = differences.len();
        let centre = mean(differences)?;
        if differences.iter().any(|d| !d.is_finite()) {
            return None;
        }
        let total: f64 = differences.iter().sum();
        // Ties decided by the last bit of a sum would make p depend on the order of seeds.
        let slack = 1e-12 * differences.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        let ends = if n <= ENUMERATED { 1 << (n - 1) } else { FLIPS };
        let (mut low, mut high) = (Vec::with_capacity(ends), Vec::with_capacity(ends));
        let mut add = |sum: f64, count: usize| {
            let (a, b) = (sum / count as f64, (total - sum) / (n - count) as f64);
            low.push(a.min(b) - slack);
            high.push(a.max(b) + slack);
        };
        let patterns = if n <= ENUMERATED {
            // S and its complement give the same interval: leave the last difference out of S, walk the rest in Gray
            // code so that each pattern costs one addition.
            let mut inside = vec![false; n];
            let (mut sum, mut count) = (0.0, 0);
            for step in 1_u64..1 << (n - 1) {
                let i = step.trailing_zeros() as usize;
                inside[i] = !inside[i];
                if inside[i] {
                    sum += differences[i];
                    count += 1;
                } else {
                    sum -= differences[i];
                    count -= 1;
                }
                add(sum, count);
            }
            1 << (n - 1)
        } else {
            let mut everything = 0;
            random_patterns(differences, |sum, count| {
                if count == 0 || count == n {
                    everything += 1;
                } else {
                    add(sum, count);
                }
            });
            low.extend(std::iter::repeat_n(f64::NEG_INFINITY, everything));
            high.extend(std::iter::repeat_n(f64::INFINITY, everything));
            FLIPS + 1
        };
        Some(Self { pairs: n, patterns: Patterns::new(centre, low, high, patterns) })
    }

    /// Number of pairs.
    pub fn pairs(&self) -> usize {
        self.pairs
    }

    /// Mean difference.
    pub fn mean(&self) -> f64 {
        self.patterns.centre()
    }

    /// Two-sided p of "the mean difference is θ".
    pub fn p_at(&self, theta: f64) -> f64 {
        self.patterns.p_at(theta)
    }

    /// Two-sided p of "there is no difference".
    pub fn p(&self) -> f64 {
        self.p_at(0.0)
    }

    /// All θ with p(θ) ≥ `alpha`; `None` where the pairs are too few for any θ to be rejected.
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        self.patterns.interval(alpha)
    }
}

/// Shows sum and size of [`FLIPS`] random subsets of the differences, eight side by side: each sum is added up in the order
/// of the differences, and what is left out adds nothing, so that it is the sum of the subset alone, bit for bit.
fn random_patterns(differences: &[f64], mut show: impl FnMut(f64, usize)) {
    const LANES: usize = 8;
    let mut rng = Streams::new(0).fast("stats/sign-flip/1");
    let words = differences.len().div_ceil(64);
    let mut bits = vec![[0_u64; LANES]; words];
    for first in (0..FLIPS).step_by(LANES) {
        let lanes = LANES.min(FLIPS - first);
        for lane in 0..lanes {
            bits.iter_mut().for_each(|word| word[lane] = rng.next_u64());
        }
        let (mut sums, mut counts) = ([0.0; LANES], [0; LANES]);
        for (word, differences) in bits.iter().zip(differences.chunks(64)) {
            for (i, d) in differences.iter().enumerate() {
                for lane in 0..LANES {
                    sums[lane] += if word[lane] >> i & 1 == 1 { *d } else { 0.0 };
                }
            }
            let used = u64::MAX >> (64 - differences.len());
            counts
                .iter_mut()
                .zip(word)
                .for_each(|(count, word)| *count += (word & used).count_ones() as usize);
        }
        sums.iter().zip(counts).take(lanes).for_each(|(sum, count)| show(*sum, count));
    }
}

/// p of "there is no difference" alone, without the patterns that an interval needs; for at most 20 differences.
#[cfg(test)]
pub(super) fn p_of(differences: &[f64]) -> f64 {
    let n = differences.len();
    let total: f64 = differences.iter().sum();
    let slack = 1e-12 * differences.iter().fold(0.0_f64, |most, d| most.max(d.abs())) * n as f64;
    // Signs of all but the last difference, in Gray code; the rest follows by symmetry.
    let mut signs = vec![1.0; n];
    let (mut sum, mut extreme) = (total, 1_u64);
    for step in 1_u64..1 << (n - 1) {
        let i = step.trailing_zeros() as usize;
        signs[i] = -signs[i];
        sum += 2.0 * signs[i] * differences[i];
        extreme += u64::from(sum.abs() >= total.abs() - slack);
    }
    extreme as f64 / (1_u64 << (n - 1)) as f64
}

/// The smallest two-sided p that n pairs can reach: 2/2ⁿ when enumerated, 1/(m+1) with m random flips.
pub fn smallest_p(pairs: usize) -> f64 {
    match pairs {
        0 => 1.0,
        n if n <= ENUMERATED => 2.0 / (1_u64 << n) as f64,
        _ => 1.0 / (FLIPS + 1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_side_by_side_are_those_one_after_another() {
        let differences: Vec<f64> = (0..130).map(|i| f64::from(i * 37 % 101) / 7.0 - 5.0).collect();
        let mut rng = Streams::new(0).fast("stats/sign-flip/1");
        let mut seen = 0;
        random_patterns(&differences, |sum, count| {
            let (mut expected, mut size, mut bits) = (0.0, 0, 0_u64);
            for (i, d) in differences.iter().enumerate() {
                if i % 64 == 0 {
                    bits = rng.next_u64();
                }
                if bits >> (i % 64) & 1 == 1 {
                    expected += d;
                    size += 1;
                }
            }
            assert_eq!((sum, count), (expected, size));
            seen += 1;
        });
        assert_eq!(seen, FLIPS);
    }

    #[test]
    fn p_alone_equals_the_p_of_the_whole_test() {
        let differences = [0.3, -0.1, 0.25, 0.4, -0.02, 0.1, 0.15, -0.2, 0.35, 0.05, 0.12];
        let whole = SignFlip::new(&differences).map(|test| test.p());
        assert_eq!(whole, Some(p_of(&differences)));
    }
}
