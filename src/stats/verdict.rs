//! Does a mechanism help? An intersection–union test over the controls that a benefit of modulation must beat.
//!
//! A mechanism helps when it beats *each* required control with a paired two-sided p < 0.05. The p of the whole verdict
//! is the largest of them, so that no correction is due inside one verdict; Holm's correction across verdicts is the
//! reader's second column.

use std::collections::BTreeMap;

use super::{Interval, SignFlip, VERDICT_SEEDS};

/// Controls without which there is no verdict.
pub const REQUIRED: [&str; 4] = ["tuned-optimiser", "tuned-constant", "mean-gain", "shuffled"];
/// The control that "hurts" and "no difference" refer to.
pub const UNMODULATED: &str = "unmodulated";
/// The control that, where it was run, tells a gain from the information in its signals.
pub const INFORMATION: &str = "context-input";
/// Level of every single comparison.
pub const LEVEL: f64 = 0.05;

/// Scores by seed.
pub type Scores = BTreeMap<u64, f64>;

/// The mechanism against one control, paired by seed; positive is better for the mechanism.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    pub control: String,
    pub pairs: usize,
    pub mean: f64,
    /// Inverts the same sign-flip test as `p`; `None` below ten pairs.
    pub interval: Option<Interval>,
    /// Two-sided; `None` below ten pairs.
    pub p: Option<f64>,
}

impl Comparison {
    /// Pairs scores by seed; `sign` is −1 where lower is better. `None` without a common seed.
    pub fn new(control: &str, mechanism: &Scores, other: &Scores, sign: f64) -> Option<Self> {
        let differences: Vec<f64> = mechanism
            .iter()
            .filter_map(|(seed, own)| other.get(seed).map(|other| sign * (own - other)))
            .collect();
        let test = SignFlip::new(&differences)?;
        let enough = differences.len() >= VERDICT_SEEDS;
        Some(Self {
            control: control.to_owned(),
            pairs: differences.len(),
            mean: test.mean(),
            interval: if enough { test.interval(LEVEL) } else { None },
            p: enough.then(|| test.p()),
        })
    }

    /// Significantly better than the control.
    pub fn beats(&self) -> bool {
        self.mean > 0.0 && self.p.is_some_and(|p| p < LEVEL)
    }

    /// Significantly worse than the control.
    pub fn loses(&self) -> bool {
        self.mean < 0.0 && self.p.is_some_and(|p| p < LEVEL)
    }
}

/// The verdict in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Better than each required control.
    Helps,
    /// The same, but not better than its own signals as plain inputs, where that was run.
    HelpsAsInput,
    /// Better than no modulation, not better than a tuned constant or optimiser.
    Untuned,
    /// Better than no modulation and than what was tuned, but not than its own mean or its own gains out of order.
    GoodConstant,
    NoDifference,
    /// Worse than no modulation.
    Hurts,
    TooFewSeeds,
    /// Required controls that were not run.
    Incomplete(Vec<String>),
}

/// What came out for one mechanism on one benchmark.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub finding: Finding,
    /// p of the intersection–union test; 1 where some control is not worse on average. `None` without a verdict.
    pub p: Option<f64>,
    /// Required controls first.
    pub comparisons: Vec<Comparison>,
}

impl Finding {
    /// The words of the report.
    pub fn words(&self) -> String {
        match self {
            Self::Helps => "helps".into(),
            Self::HelpsAsInput => "helps, but not more than its signals as plain inputs".into(),
            Self::Untuned => "better than untuned, not better than a tuned constant or optimiser".into(),
            Self::GoodConstant => "a good constant, not a benefit of modulation".into(),
            Self::NoDifference => "no difference found".into(),
            Self::Hurts => "hurts".into(),
            Self::TooFewSeeds => "too few seeds for a verdict".into(),
            Self::Incomplete(missing) => format!("no verdict: {} not run", missing.join(", ")),
        }
    }
}

impl Verdict {
    /// Judges a mechanism from its comparisons.
    pub fn new(comparisons: Vec<Comparison>) -> Self {
        let find = |kind: &str| comparisons.iter().find(|comparison| comparison.control == kind);
        let missing: Vec<String> =
            REQUIRED.iter().filter(|kind| find(kind).is_none()).map(|kind| (*kind).to_owned()).collect();
        let required: Vec<&Comparison> = REQUIRED.iter().filter_map(|kind| find(kind)).collect();
        let few = required.iter().any(|comparison| comparison.p.is_none());
        let plain = find(UNMODULATED).or_else(|| find("tuned-optimiser"));
        let (finding, p) = if !missing.is_empty() {
            (Finding::Incomplete(missing), None)
        } else if few {
            (Finding::TooFewSeeds, None)
        } else {
            let worst = required.iter().map(|c| if c.mean > 0.0 { c.p.unwrap_or(1.0) } else { 1.0 });
            let p = worst.fold(0.0, f64::max);
            let finding = if required.iter().all(|comparison| comparison.beats()) {
                let beaten = find(INFORMATION).is_none_or(Comparison::beats);
                if beaten { Finding::Helps } else { Finding::HelpsAsInput }
            } else if plain.is_some_and(Comparison::loses) {
                Finding::Hurts
            } else if plain.is_some_and(Comparison::beats) {
                if required[..2].iter().all(|comparison| comparison.beats()) {
                    Finding::GoodConstant
                } else {
                    Finding::Untuned
                }
            } else {
                Finding::NoDifference
            };
            (finding, Some(p))
        };
        let mut comparisons = comparisons;
        let rank = |kind: &str| REQUIRED.iter().position(|known| *known == kind).unwrap_or(REQUIRED.len());
        comparisons.sort_by(|a, b| rank(&a.control).cmp(&rank(&b.control)).then(a.control.cmp(&b.control)));
        Self { finding, p, comparisons }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;
    use crate::stats::sign_flip::p_of;
    use rand_distr::{Distribution, StandardNormal};

    fn comparison(control: &str, mean: f64, p: f64) -> Comparison {
        Comparison { control: control.into(), pairs: 20, mean, interval: None, p: Some(p) }
    }

    fn verdict(p: [f64; 4], unmodulated: (f64, f64)) -> Verdict {
        let required = REQUIRED.iter().zip(p).map(|(kind, p)| comparison(kind, p.signum(), p.abs()));
        let plain = comparison(UNMODULATED, unmodulated.0, unmodulated.1);
        Verdict::new(required.chain([plain]).collect())
    }

    #[test]
    fn the_words_follow_from_the_comparisons() {
        assert_eq!(verdict([0.01, 0.01, 0.01, 0.049], (1.0, 0.01)).finding, Finding::Helps);
        assert_eq!(verdict([0.01, 0.2, 0.01, 0.01], (1.0, 0.01)).finding, Finding::Untuned);
        assert_eq!(verdict([0.01, 0.01, 0.2, 0.01], (1.0, 0.01)).finding, Finding::GoodConstant);
        assert_eq!(verdict([0.3, 0.2, 0.2, 0.5], (1.0, 0.3)).finding, Finding::NoDifference);
        assert_eq!(verdict([-0.01, 0.2, 0.2, 0.5], (-1.0, 0.01)).finding, Finding::Hurts);
        // Signals that do as well as plain inputs are information, not a benefit of the gain.
        let with_input = |mean, p| {
            let required = REQUIRED.iter().map(|kind| comparison(kind, 1.0, 0.01));
            Verdict::new(required.chain([comparison(INFORMATION, mean, p)]).collect()).finding
        };
        assert_eq!(with_input(1.0, 0.01), Finding::Helps);
        assert_eq!(with_input(1.0, 0.2), Finding::HelpsAsInput);
        assert_eq!(with_input(-1.0, 0.01), Finding::HelpsAsInput);
        // The whole verdict is as uncertain as its weakest comparison; one that points the other way settles it.
        assert_eq!(verdict([0.01, 0.01, 0.01, 0.04], (1.0, 0.01)).p, Some(0.04));
        assert_eq!(verdict([0.01, 0.01, 0.01, -0.04], (1.0, 0.01)).p, Some(1.0));
    }

    #[test]
    fn without_a_required_control_or_with_few_seeds_there_is_no_verdict() {
        let few: Scores = (0..9).map(|seed| (seed, 1.0 + seed as f64)).collect();
        let other: Scores = (0..9).map(|seed| (seed, seed as f64)).collect();
        let all = REQUIRED.iter().filter_map(|kind| Comparison::new(kind, &few, &other, 1.0));
        assert_eq!(Verdict::new(all.collect()).finding, Finding::TooFewSeeds);
        let none = Verdict::new(vec![comparison("shuffled", 1.0, 0.01)]);
        let missing = ["tuned-optimiser", "tuned-constant", "mean-gain"].map(str::to_owned).to_vec();
        assert_eq!(none.finding, Finding::Incomplete(missing));
    }

    /// Share of `studies` in which the mechanism is said to help. Scores of a seed share what the seed brings (half of
    /// the variance); `shift` is the mechanism's advantage over each control in standard deviations of the paired
    /// difference.
    fn said_to_help(seeds: usize, shifts: [f64; 4], studies: usize) -> f64 {
        let mut random = Streams::new(7).fast("calibration");
        let mut normal = || -> f64 { StandardNormal.sample(&mut random) };
        let helped = (0..studies).filter(|_| {
            let (mut own, mut others) = (Vec::new(), vec![Vec::new(); 4]);
            for _ in 0..seeds {
                let shared = normal();
                own.push(shared + normal());
                // Each difference has the standard deviation √2.
                others
                    .iter_mut()
                    .zip(shifts)
                    .for_each(|(other, shift)| other.push(shared + normal() - shift * 2f64.sqrt()));
            }
            let comparisons = REQUIRED.iter().zip(&others).map(|(kind, other)| {
                let differences: Vec<f64> = own.iter().zip(other).map(|(a, b)| a - b).collect();
                let mean = differences.iter().sum::<f64>() / seeds as f64;
                comparison(kind, mean, p_of(&differences))
            });
            Verdict::new(comparisons.collect()).finding == Finding::Helps
        });
        helped.count() as f64 / studies as f64
    }

    #[test]
    fn at_the_least_favourable_null_it_helps_in_at_most_five_percent_of_studies() {
        // Equal to one control, far above the other three: the union's worst point.
        for seeds in [10, 20] {
            for equal in 0..4 {
                let mut shifts = [50.0; 4];
                shifts[equal] = 0.0;
                // All four are the same by symmetry; the number of studies is spread over them.
                let rate = said_to_help(seeds, shifts, 500);
                assert!(rate <= 0.05, "{seeds} seeds, equal to {}: {rate}", REQUIRED[equal]);
            }
        }
    }

    #[test]
    fn a_planted_effect_of_one_standard_deviation_is_found() {
        let rate = said_to_help(20, [1.0; 4], 2000);
        assert!(rate >= 0.85, "{rate}");
    }
}
