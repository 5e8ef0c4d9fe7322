//! Forgetting: from the best level so far, or from the level right after learning.

use super::matrix::{ONE_TASK, SquareMatrix, with_sequence};
use contract::{MetricValue, RunLog};

/// mean_{j<T−1} ( max_{j≤l<T−1} R\[l\]\[j\] − R\[T−1\]\[j\] ); negative where the last task helped.
pub(super) fn max_last(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let before_last = r.tasks() - 1;
        SquareMatrix::mean_over(0..before_last, ONE_TASK, |j| {
            (j..before_last).map(|l| r.at(l, j)).fold(f64::NEG_INFINITY, f64::max) - r.last(j)
        })
    })
}

/// mean_{j<T−1} (R\[j\]\[j\] − R\[T−1\]\[j\]) = −backward transfer.
pub(super) fn first_last(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| SquareMatrix::mean_over(0..r.tasks() - 1, ONE_TASK, |j| r.at(j, j) - r.last(j)))
}
