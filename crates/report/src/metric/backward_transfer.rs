//! Backward transfer in its two common forms.

use super::matrix::{ONE_TASK, SquareMatrix, with_sequence};
use contract::{MetricValue, RunLog};

/// mean_{j<T−1} (R\[T−1\]\[j\] − R\[j\]\[j\]), as printed in the GEM paper (its code divides by T).
pub(super) fn last(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| SquareMatrix::mean_over(0..r.tasks() - 1, ONE_TASK, |j| r.last(j) - r.at(j, j)))
}

/// Σ_{i>j} (R\[i\]\[j\] − R\[j\]\[j\]) / (T(T−1)/2).
pub(super) fn triangular(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let tasks = r.tasks();
        if tasks < 2 {
            return MetricValue::undefined(ONE_TASK);
        }
        let sum: f64 =
            (0..tasks).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| r.at(i, j) - r.at(j, j)).sum();
        MetricValue::from(sum / ((tasks * (tasks - 1)) as f64 / 2.0))
    })
}
