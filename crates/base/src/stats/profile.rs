//! Performance profiles: the share of runs whose score is above a threshold, at every threshold (Agarwal et al. 2021).

use super::bootstrap::Interval;

/// A point of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfilePoint {
    /// τ, on the scale of the scores.
    pub threshold: f64,
    /// Share of all runs with a score above τ, in [0, 1].
    pub share: f64,
    /// 95 % of the stratified bootstrap, point by point.
    pub band: Interval,
}

/// The profile of runs in `strata`, one list per benchmark: all runs count alike, whatever their benchmark. The band is that of
/// the bootstrap within benchmarks with infinitely many resamples: of a benchmark's n runs, p n of them above τ, a resample
/// holds a binomial number above τ, and the sum over benchmarks has a distribution that is computed, not drawn. `None`
/// without runs or with an empty list.
pub fn profile(strata: &[Vec<f64>], thresholds: &[f64]) -> Option<Vec<ProfilePoint>> {
    if strata.is_empty() || strata.iter().any(Vec::is_empty) {
        return None;
    }
    let runs: usize = strata.iter().map(Vec::len).sum();
    let point = |threshold: &f64| {
        let above = |runs: &Vec<f64>| runs.iter().filter(|score| **score > *threshold).count();
        let counts: Vec<(usize, usize)> = strata.iter().map(|runs| (above(runs), runs.len())).collect();
        let sum: usize = counts.iter().map(|(above, _)| above).sum();
        let distribution = counts.iter().fold(vec![1.0], |sum, own| added(&sum, *own));
        let end = |q| quantile(&distribution, q) as f64 / runs as f64;
        ProfilePoint {
            threshold: *threshold,
            share: sum as f64 / runs as f64,
            band: Interval { low: end(0.025), high: end(0.975) },
        }
    };
    Some(thresholds.iter().map(point).collect())
}

/// The distribution of a sum, after the binomial number of `n` draws that `above` of `n` runs make likely.
fn added(sum: &[f64], (above, n): (usize, usize)) -> Vec<f64> {
    let p = above as f64 / n as f64;
    (0..n).fold(sum.to_vec(), |sum, _| {
        let mut next = vec![0.0; sum.len() + 1];
        for (count, share) in sum.iter().enumerate() {
            next[count] += share * (1.0 - p);
            next[count + 1] += share * p;
        }
        next
    })
}

/// The smallest count whose cumulative share reaches `q`.
fn quantile(distribution: &[f64], q: f64) -> usize {
    let cumulative = distribution.iter().scan(0.0, |sum, share| {
        *sum += share;
        Some(*sum)
    });
    // A last bit lost in the sum must not move an end.
    cumulative.take_while(|sum| *sum < q - 1e-12).count().min(distribution.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_strictly_above_and_the_band_is_binomial() {
        let strata = [vec![0.1, 0.5], vec![0.5, 0.9]];
        let points = profile(&strata, &[0.0, 0.5, 1.0]).expect("runs");
        assert_eq!(points.iter().map(|point| point.share).collect::<Vec<_>>(), [1.0, 0.25, 0.0]);
        // At 0.5 none of the first two and one of the second two: a resample holds 0, 1 or 2 of four with ¼, ½, ¼.
        assert_eq!(points[1].band, Interval { low: 0.0, high: 0.5 });
        assert_eq!(
            (points[0].band, points[2].band),
            (Interval { low: 1.0, high: 1.0 }, Interval { low: 0.0, high: 0.0 })
        );
        assert_eq!(profile(&[vec![]], &[0.5]), None);
        assert_eq!(profile(&[], &[0.5]), None);
    }
}
