//! Intransigence: the price that a method pays on new tasks. It needs the references of joint training with the same
//! seed, so it is the one metric that is computed between two records, in the report.

use super::matrix::{ONE_TASK, SquareMatrix};
use contract::{MetricValue, RunLog};

/// Its name in tables.
pub const INTRANSIGENCE: &str = "intransigence";

/// mean_k (J\[k\] − R\[k\]\[k\]), J\[k\] the accuracy on task k of a network that learned the tasks 0..=k together: the same
/// classes compete for both.
pub fn intransigence(log: &RunLog, joint: &RunLog) -> MetricValue {
    let r = match SquareMatrix::of_sequence(log) {
        Ok(r) => r,
        Err(undefined) => return undefined,
    };
    let Some(reference) = joint.matrix.as_ref().and_then(|matrix| matrix.reference.as_ref()) else {
        return MetricValue::undefined("the record of joint training has no references; run it again");
    };
    if r.tasks() != reference.len() {
        return MetricValue::undefined("the joint reference has another number of tasks");
    }
    SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |k| reference[k] - r.at(k, k))
}
