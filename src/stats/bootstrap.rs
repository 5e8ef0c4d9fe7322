//! Bootstrap intervals.

use rand::RngExt;

use super::summary::{mean, quantile_of_sorted};
use crate::normal;
use crate::rng::{FastRng, Streams};

/// Resamples per interval.
const RESAMPLES: usize = 4000;
/// Names the generation of random numbers; a change alters every interval in every report.
const STREAM: &str = "stats/bootstrap/1";

/// A two-sided interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// Whether the value lies inside, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

fn generator() -> FastRng {
    Streams::new(0).fast(STREAM)
}

/// 95 % interval of the mean by the bias-corrected and accelerated bootstrap (Efron 1987), 4000 seeded resamples.
/// `None` below two values; a point where all values agree.
pub fn bca(values: &[f64]) -> Option<Interval> {
    let n = values.len();
    let centre = mean(values)?;
    if n < 2 {
        return None;
    }
    if values.iter().all(|v| *v == values[0]) {
        return Some(Interval { low: centre, high: centre });
    }
    let mut rng = generator();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| (0..n).map(|_| values[rng.random_range(0..n)]).sum::<f64>() / n as f64)
        .collect();
    means.sort_by(f64::total_cmp);
    // Bias: where the estimate stands among the resamples; ties count half, else small samples are skewed.
    let tolerance = 1e-12 * centre.abs().max(f64::MIN_POSITIVE);
    let below = means.partition_point(|m| *m < centre - tolerance);
    let not_above = means.partition_point(|m| *m <= centre + tolerance);
    let share = (below + not_above) as f64 / (2 * RESAMPLES) as f64;
    let edge = 0.5 / RESAMPLES as f64;
    let bias = normal::quantile(share.clamp(edge, 1.0 - edge));
    // Acceleration: skewness of the jackknife means.
    let total: f64 = values.iter().sum();
    let jackknife: Vec<f64> = values.iter().map(|v| (total - v) / (n - 1) as f64).collect();
    let middle = jackknife.iter().sum::<f64>() / n as f64;
    let cubes: f64 = jackknife.iter().map(|j| (middle - j).powi(3)).sum();
    let squares: f64 = jackknife.iter().map(|j| (middle - j).powi(2)).sum();
    let acceleration = if squares > 0.0 { cubes / (6.0 * squares.powf(1.5)) } else { 0.0 };
    let end = |z: f64| {
        let shifted = bias + z;
        let corrected = normal::cdf(bias + shifted / (1.0 - acceleration * shifted));
        quantile_of_sorted(&means, corrected)
    };
    let z = normal::quantile(0.975);
    Some(Interval { low: end(-z)?, high: end(z)? })
}

/// 95 % percentile interval of `statistic` over the pooled values, resampled within each stratum (one stratum per
/// benchmark: Agarwal et al. 2021). `None` when a stratum is empty or no stratum has two values.
pub fn stratified(strata: &[Vec<f64>], statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<Interval> {
    if strata.iter().any(Vec::is_empty) || strata.iter().all(|stratum| stratum.len() < 2) {
        return None;
    }
    let mut rng = generator();
    let mut pooled = Vec::with_capacity(strata.iter().map(Vec::len).sum());
    let mut found = Vec::with_capacity(RESAMPLES);
    for _ in 0..RESAMPLES {
        pooled.clear();
        for stratum in strata {
            pooled.extend((0..stratum.len()).map(|_| stratum[rng.random_range(0..stratum.len())]));
        }
        found.push(statistic(&pooled)?);
    }
    found.sort_by(f64::total_cmp);
    Some(Interval { low: quantile_of_sorted(&found, 0.025)?, high: quantile_of_sorted(&found, 0.975)? })
}
