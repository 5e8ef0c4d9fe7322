//! How far two sets of values are apart, with an interval and, from ten seeds on, a p.

use std::collections::BTreeMap;

use base::stats;
use base::stats::{Interval, SignFlip, TwoSample, VERDICT_SEEDS};

/// A comparison with another method, paired by seed where the seeds belong together.
#[derive(Debug)]
pub struct Difference {
    /// Seeds that both methods finished; where nothing is paired, those of the method that finished fewer.
    pub pairs: usize,
    /// Whether runs of one seed met the same stream; else it is a test of two samples.
    pub paired: bool,
    pub mean: f64,
    /// Inverted test from ten pairs on; below, the interval of the mean of paired differences.
    pub interval: Option<Interval>,
    /// Two-sided; only where a verdict is allowed.
    pub p: Option<f64>,
    /// Mean over standard deviation of the differences; `None` below two pairs and where the differences do not vary.
    pub effect: Option<f64>,
}

impl Difference {
    /// First − second over the seeds that both have.
    pub(crate) fn paired(first: &[(u64, f64)], second: &[(u64, f64)]) -> Option<Self> {
        let theirs: BTreeMap<u64, f64> = second.iter().copied().collect();
        let pairs: Vec<(f64, f64)> =
            first.iter().filter_map(|(seed, value)| Some((*value, *theirs.get(seed)?))).collect();
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| stats::difference(*a, *b)).collect();
        let size = pairs.iter().fold(0.0, |most: f64, (a, b)| most.max(a.abs()).max(b.abs()));
        let test = SignFlip::new(&differences)?;
        let verdict = differences.len() >= VERDICT_SEEDS;
        let interval = if verdict { test.interval(0.05) } else { stats::mean_interval(&differences) };
        Some(Self {
            pairs: differences.len(),
            paired: true,
            mean: test.mean(),
            interval,
            p: verdict.then(|| test.p()),
            effect: stats::paired_effect_size(&differences, size),
        })
    }

    /// Mean of the first − mean of the second.
    pub(crate) fn of_samples(first: &[f64], second: &[f64]) -> Option<Self> {
        let test = TwoSample::new(first, second)?;
        let pairs = first.len().min(second.len());
        let verdict = pairs >= VERDICT_SEEDS;
        let interval = if verdict { test.interval(0.05) } else { None };
        let p = verdict.then(|| test.p());
        Some(Self { pairs, paired: false, mean: test.mean(), interval, p, effect: None })
    }
}
