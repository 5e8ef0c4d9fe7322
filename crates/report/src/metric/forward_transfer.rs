//! Forward transfer: what earlier tasks gave to a task before it was trained.

use super::matrix::{ONE_TASK, SquareMatrix, with_sequence};
use contract::{MetricValue, RunLog};

/// mean_{j≥1} (R\[j−1\]\[j\] − b\[j\]).
pub(super) fn forward_transfer(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let Some(baseline) = r.baseline() else {
            return MetricValue::undefined("the untrained network was not measured");
        };
        SquareMatrix::mean_over(1..r.tasks(), ONE_TASK, |j| r.at(j - 1, j) - baseline[j])
    })
}
