//! Intransigence: the price that a method pays on new tasks. It needs the joint reference of the same seed, so it is
//! the one metric that is computed between two records, in the report.

use super::matrix::{ONE_TASK, SquareMatrix};
use crate::paradigm::RunLog;
use crate::run::MetricValue;

/// Its name in tables.
pub const INTRANSIGENCE: &str = "intransigence";

/// mean_j (J\[j\] − R\[j\]\[j\]), J the last row of the joint run with the same seed.
pub fn intransigence(log: &RunLog, joint: &RunLog) -> MetricValue {
    let (r, joint) = match (SquareMatrix::of(log), SquareMatrix::of(joint)) {
        (Ok(r), Ok(joint)) => (r, joint),
        (Err(undefined), _) | (_, Err(undefined)) => return undefined,
    };
    if r.tasks() != joint.tasks() {
        return MetricValue::undefined("the joint reference has another number of tasks");
    }
    SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| joint.last(j) - r.at(j, j))
}
