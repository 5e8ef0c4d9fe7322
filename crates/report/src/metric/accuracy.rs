//! Average, average incremental and learning accuracy.

use super::matrix::{ONE_TASK, SquareMatrix, with_matrix, with_sequence};
use contract::{MetricValue, RunLog};

/// mean_j R\[T−1\]\[j\], tasks weighted equally.
pub(super) fn average(log: &RunLog) -> MetricValue {
    with_matrix(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| r.last(j)))
}

/// mean_i mean_{j≤i} R\[i\]\[j\]: the average accuracy after each task, averaged over tasks.
pub(super) fn average_incremental(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |i| {
            (0..=i).map(|j| r.at(i, j)).sum::<f64>() / (i + 1) as f64
        })
    })
}

/// mean_j R\[j\]\[j\]: did it learn at all? Low forgetting can mean "never learned".
pub(super) fn learning(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| r.at(j, j)))
}

/// mean_i R\[i\]\[0\]: the first task over the ends of all tasks.
pub(super) fn first_task_mean(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |i| r.at(i, 0)))
}

/// R\[T−1\]\[0\]: what is left of the first task at the end.
pub(super) fn first_task(log: &RunLog) -> MetricValue {
    with_matrix(log, |r| MetricValue::from(r.last(0)))
}
