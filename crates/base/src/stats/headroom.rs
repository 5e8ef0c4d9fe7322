//! Headroom: how much the best schedule gains over the best arm that is blind to changes, and how much of it a mechanism
//! captures.
//!
//! All numbers come from seeds that chose nothing: arms are searched on others.

use super::bootstrap::Interval;
use super::comparison::{LEVEL, Scores};
use super::sign_flip::{SignFlip, VERDICT_SEEDS};
use super::student;
use super::summary::{mean, standard_deviation};

/// Headroom below this, in the score's own units, is not worth a mechanism.
pub const DELTA: f64 = 0.01;
/// κ is printed only where headroom is at least this many standard errors.
pub const KAPPA_ERRORS: f64 = 4.0;

/// Whether a gain that knows when things change can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headroom {
    /// The interval lies above 0.
    Established,
    /// The interval lies below [`DELTA`]: excluded for the schedules that were searched.
    Excluded,
    Undetermined,
}

impl Headroom {
    /// From the interval of H; one that lies between 0 and [`DELTA`] is established, small as it is.
    pub fn of(interval: Option<Interval>) -> Self {
        match interval {
            Some(interval) if interval.low > 0.0 => Self::Established,
            Some(interval) if interval.high < DELTA => Self::Excluded,
            _ => Self::Undetermined,
        }
    }

    /// The word of tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Established => "established",
            Self::Excluded => "excluded",
            Self::Undetermined => "undetermined",
        }
    }
}

/// A paired difference; positive is better for the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub pairs: usize,
    pub mean: f64,
    /// Standard error of the mean; 0 for a single pair.
    pub error: f64,
    /// Inverts the sign-flip test at 95 %; `None` below ten pairs.
    pub interval: Option<Interval>,
    /// Two-sided; `None` below ten pairs.
    pub p: Option<f64>,
}

impl Difference {
    /// One arm minus another, paired by seed; `sign` is −1 where lower is better. `None` without a common seed.
    pub fn new(one: &Scores, other: &Scores, sign: f64) -> Option<Self> {
        let differences = paired(one, other, sign);
        let test = SignFlip::new(&differences)?;
        let enough = differences.len() >= VERDICT_SEEDS;
        let spread = standard_deviation(&differences).unwrap_or(0.0);
        Some(Self {
            pairs: differences.len(),
            mean: test.mean(),
            error: spread / (differences.len() as f64).sqrt(),
            interval: if enough { test.interval(LEVEL) } else { None },
            p: enough.then(|| test.p()),
        })
    }

    /// What it says of headroom. Runs that are the same in every seed say nothing: the search of the schedule found nothing
    /// better than the arm it began at, which is no evidence that there is nothing.
    pub fn outcome(&self) -> Headroom {
        if self.mean == 0.0 && self.error == 0.0 {
            Headroom::Undetermined
        } else {
            Headroom::of(self.interval)
        }
    }

    /// Whether it is certain enough to divide by.
    pub fn carries_kappa(&self) -> bool {
        self.mean > 0.0 && self.mean >= KAPPA_ERRORS * self.error
    }
}

fn paired(one: &Scores, other: &Scores, sign: f64) -> Vec<f64> {
    let both = one.iter().filter_map(|(seed, own)| other.get(seed).map(|other| sign * (own - other)));
    both.collect()
}

/// The share of the headroom that a mechanism captures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Captured {
    /// (M − C′) / (S − C′).
    pub kappa: f64,
    /// Fieller's 95 % interval of the ratio of two paired means; `None` where it is unbounded.
    pub interval: Option<Interval>,
}

impl Captured {
    /// κ of a mechanism between the change-blind arm and the schedule, on the seeds that all three have. `None` below two
    /// of them, or where the schedule is no better.
    pub fn new(mechanism: &Scores, blind: &Scores, schedule: &Scores, sign: f64) -> Option<Self> {
        let seeds = |scores: &Scores| -> Scores {
            let common = |seed: &u64| blind.contains_key(seed) && schedule.contains_key(seed);
            scores
                .iter()
                .filter(|(seed, _)| common(seed) && mechanism.contains_key(seed))
                .map(|(s, x)| (*s, *x))
                .collect()
        };
        let (top, below) = (paired(&seeds(mechanism), blind, sign), paired(&seeds(schedule), blind, sign));
        let n = top.len() as f64;
        let (x, y) = (mean(&top)?, mean(&below)?);
        if top.len() < 2 || y <= 0.0 {
            return None;
        }
        let product = |a: &[f64], ma: f64, b: &[f64], mb: f64| {
            let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum();
            sum / (n - 1.0) / n
        };
        let (vxx, vxy, vyy) =
            (product(&top, x, &top, x), product(&top, x, &below, y), product(&below, y, &below, y));
        let t = student::quantile_975(top.len() - 1).powi(2);
        // (x − κ y)² ≤ t (vxx − 2 κ vxy + κ² vyy), a quadratic in κ.
        let (a, b, c) = (y * y - t * vyy, x * y - t * vxy, x * x - t * vxx);
        let root = b * b - a * c;
        let interval = (a > 0.0 && root >= 0.0)
            .then(|| Interval { low: (b - root.sqrt()) / a, high: (b + root.sqrt()) / a });
        Some(Self { kappa: x / y, interval })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: &[f64]) -> Scores {
        (0..).zip(values.iter().copied()).collect()
    }

    #[test]
    fn three_outcomes_follow_from_where_the_interval_lies() {
        let of = |low, high| Headroom::of(Some(Interval { low, high }));
        assert_eq!(of(0.001, 0.05), Headroom::Established);
        assert_eq!(of(-0.02, 0.0099), Headroom::Excluded);
        assert_eq!(of(-0.001, 0.02), Headroom::Undetermined);
        assert_eq!(Headroom::of(None), Headroom::Undetermined);
    }

    #[test]
    fn a_difference_is_paired_by_seed_and_turned_where_lower_is_better() {
        let (one, other) = (scores(&[0.5, 0.6, 0.7]), scores(&[0.4, 0.6, 0.5]));
        let difference = Difference::new(&one, &other, -1.0).expect("pairs");
        assert!((difference.mean + 0.1).abs() < 1e-12 && difference.pairs == 3);
        // Differences −0.1, 0, −0.2: standard deviation 0.1, error 0.1/√3.
        assert!((difference.error - 0.1 / 3f64.sqrt()).abs() < 1e-12);
        assert!(difference.interval.is_none() && difference.outcome() == Headroom::Undetermined);
    }

    #[test]
    fn a_schedule_that_is_the_blind_arm_itself_says_nothing() {
        let same = scores(&[0.5, 0.6, 0.7, 0.4, 0.5, 0.6, 0.7, 0.8, 0.5, 0.6]);
        let difference = Difference::new(&same, &same, 1.0).expect("pairs");
        assert!(difference.interval.is_some() && difference.outcome() == Headroom::Undetermined);
    }

    #[test]
    fn kappa_is_the_ratio_and_its_interval_is_fiellers() {
        let blind = scores(&[0.0; 4]);
        let schedule = scores(&[0.9, 1.1, 1.0, 1.0]);
        // Half of it in every seed: no uncertainty is left.
        let half = Captured::new(&scores(&[0.45, 0.55, 0.5, 0.5]), &blind, &schedule, 1.0).expect("κ");
        let interval = half.interval.expect("bounded");
        assert!((half.kappa - 0.5).abs() < 1e-12 && (interval.high - interval.low) < 1e-6);
        // By hand: x̄ = 0.5, ȳ = 1, v_xx = 0.02/3/4 = v_yy, v_xy = −v_xx; t = 3.1824 with 3 degrees of freedom, t²v = 0.016880;
        // a = 0.98312, b = 0.51688, c = 0.23312; κ = (b ± √(b² − ac))/a.
        let other = Captured::new(&scores(&[0.6, 0.4, 0.5, 0.5]), &blind, &schedule, 1.0).expect("κ");
        let interval = other.interval.expect("bounded");
        assert!(
            (interval.low - 0.3275).abs() < 1e-3 && (interval.high - 0.7240).abs() < 1e-3,
            "{interval:?}"
        );
        // A schedule that is no better has nothing to be captured.
        assert!(Captured::new(&blind, &schedule, &blind, 1.0).is_none());
    }

    #[test]
    fn an_uncertain_denominator_has_no_bounded_interval() {
        let blind = scores(&[0.0; 4]);
        let unsure = scores(&[3.0, -2.0, 2.5, -1.5]);
        let captured = Captured::new(&scores(&[1.0, 0.0, 1.0, 0.0]), &blind, &unsure, 1.0).expect("κ");
        assert!(captured.interval.is_none());
    }
}
