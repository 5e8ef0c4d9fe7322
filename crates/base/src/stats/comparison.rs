//! A mechanism against one control, paired by seed.

use std::collections::BTreeMap;

use super::bootstrap::Interval;
use super::sign_flip::{SignFlip, VERDICT_SEEDS};
use super::two_sample::TwoSample;

/// Scores by seed.
pub type Scores = BTreeMap<u64, f64>;

/// Level of every question.
pub const LEVEL: f64 = 0.05;

/// The mechanism against one control, paired by seed; positive is better for the mechanism.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What kind of control it is, e.g. `tuned-constant`.
    pub control: String,
    /// The method it is: several may be of one kind.
    pub method: String,
    /// Pairs; where nothing is paired, the size of the smaller sample.
    pub pairs: usize,
    /// Whether scores of one seed belong together; else `p` and `interval` are those of two samples.
    pub paired: bool,
    pub mean: f64,
    /// Inverts the same test as `p`; `None` below ten pairs.
    pub interval: Option<Interval>,
    /// Two-sided; `None` below ten pairs.
    pub p: Option<f64>,
}

impl Comparison {
    /// Pairs scores by seed; `sign` is −1 where lower is better. `None` without a common seed.
    pub fn new(control: &str, method: &str, mechanism: &Scores, other: &Scores, sign: f64) -> Option<Self> {
        let differences: Vec<f64> = mechanism
            .iter()
            .filter_map(|(seed, own)| other.get(seed).map(|other| sign * (own - other)))
            .collect();
        let test = SignFlip::new(&differences)?;
        let enough = differences.len() >= VERDICT_SEEDS;
        Some(Self {
            control: control.to_owned(),
            method: method.to_owned(),
            pairs: differences.len(),
            paired: true,
            mean: test.mean(),
            interval: if enough { test.interval(LEVEL) } else { None },
            p: enough.then(|| test.p()),
        })
    }

    /// The same where scores of one seed do not belong together. `None` without a score on one side.
    pub fn unpaired(
        control: &str,
        method: &str,
        mechanism: &Scores,
        other: &Scores,
        sign: f64,
    ) -> Option<Self> {
        let signed = |scores: &Scores| scores.values().map(|score| sign * score).collect::<Vec<_>>();
        let test = TwoSample::new(&signed(mechanism), &signed(other))?;
        let smaller = mechanism.len().min(other.len());
        let enough = smaller >= VERDICT_SEEDS;
        Some(Self {
            control: control.to_owned(),
            method: method.to_owned(),
            pairs: smaller,
            paired: false,
            mean: test.mean(),
            interval: if enough { test.interval(LEVEL) } else { None },
            p: enough.then(|| test.p()),
        })
    }
}

/// Which way all comparisons of a question point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Better,
    Worse,
    /// Some one way, some the other, or none at all.
    Neither,
}

/// The answer to one question: the mechanism against each of one or more controls at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub direction: Direction,
    /// That it holds against every control of the question (an intersection–union test): the largest p of them, 1 where they
    /// do not point the same way.
    pub p: f64,
    /// Holm's correction of `p` over the mechanisms of which the same is asked.
    pub corrected: f64,
    /// The comparison that `p` comes from: the least certain one; where directions differ, the one that speaks most against
    /// a benefit.
    pub carried_by: Comparison,
}

impl Answer {
    /// The answer from the comparisons of a question, not yet corrected. `None`: no comparison, or one with too few pairs.
    pub fn new<'c>(comparisons: impl IntoIterator<Item = &'c Comparison>) -> Option<Self> {
        let list: Vec<&Comparison> = comparisons.into_iter().collect();
        let all = |points: fn(f64) -> bool| list.iter().all(|comparison| points(comparison.mean));
        let direction = if all(|mean| mean > 0.0) {
            Direction::Better
        } else if all(|mean| mean < 0.0) {
            Direction::Worse
        } else {
            Direction::Neither
        };
        let p: Vec<f64> = list.iter().map(|comparison| comparison.p).collect::<Option<_>>()?;
        let largest = p.iter().copied().fold(0.0, f64::max);
        // Of equals the smallest difference.
        let least_certain = |a: &&&Comparison, b: &&&Comparison| {
            let p = |c: &Comparison| c.p.unwrap_or(1.0);
            p(a).total_cmp(&p(b)).then(b.mean.abs().total_cmp(&a.mean.abs()))
        };
        let carried_by = match direction {
            Direction::Neither => list.iter().min_by(|a, b| a.mean.total_cmp(&b.mean))?,
            _ => list.iter().max_by(least_certain)?,
        };
        let p = if direction == Direction::Neither { 1.0 } else { largest };
        // A single difference of exactly 0 has a p of its own: 1.
        Some(Self { direction, p, corrected: p, carried_by: (*carried_by).clone() })
    }

    /// Whether the mechanism is better (or worse) than every control of the question, by the corrected p or without it.
    pub fn says(&self, direction: Direction, corrected: bool) -> bool {
        self.direction == direction && (if corrected { self.corrected } else { self.p }) < LEVEL
    }
}
