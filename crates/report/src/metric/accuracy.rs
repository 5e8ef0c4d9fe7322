//! Average, average incremental and learning accuracy.

use super::matrix::{ONE_TASK, SquareMatrix, with_accuracies, with_matrix};
use contract::{MetricValue, RunLog};

/// mean_j R\[T−1\]\[j\], tasks weighted equally.
pub(super) fn average(log: &RunLog) -> MetricValue {
    with_accuracies(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| r.last(j)))
}

/// mean_i mean_{j≤i} R\[i\]\[j\]: the average accuracy after each task, averaged over tasks.
pub(super) fn average_incremental(log: &RunLog) -> MetricValue {
    sequence(log, |r| {
        SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |i| {
            (0..=i).map(|j| r.at(i, j)).sum::<f64>() / (i + 1) as f64
        })
    })
}

/// mean_j R\[j\]\[j\]: did it learn at all? Low forgetting can mean "never learned".
pub(super) fn learning(log: &RunLog) -> MetricValue {
    sequence(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| r.at(j, j)))
}

/// mean_i R\[i\]\[0\]: the first task over the ends of all tasks.
pub(super) fn first_task_mean(log: &RunLog) -> MetricValue {
    sequence(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |i| r.at(i, 0)))
}

/// R\[T−1\]\[0\]: what is left of the first task at the end.
pub(super) fn first_task(log: &RunLog) -> MetricValue {
    with_accuracies(log, |r| MetricValue::from(r.last(0)))
}

/// mean_j R\[T−1\]\[j\] where R holds R².
pub(super) fn average_r2(log: &RunLog) -> MetricValue {
    if log.matrix.as_ref().is_some_and(|matrix| !matrix.regression) {
        return MetricValue::undefined("classes are answered");
    }
    with_matrix(log, |r| SquareMatrix::mean_over(0..r.tasks(), ONE_TASK, |j| r.last(j)))
}

/// Of accuracies of tasks that were learned one after another.
fn sequence(log: &RunLog, formula: impl Fn(SquareMatrix<'_>) -> MetricValue) -> MetricValue {
    let sequence = SquareMatrix::of_accuracies(log).and_then(|_| SquareMatrix::of_sequence(log));
    sequence.map_or_else(|undefined| undefined, formula)
}
