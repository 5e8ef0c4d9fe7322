//! The accuracy matrix, checked once: square, finite, at least one task.

use contract::{MetricValue, RunLog};

/// A checked view of R (T × T) and, where measured, b (T).
#[derive(Debug, Clone, Copy)]
pub struct SquareMatrix<'a> {
    rows: &'a [Vec<f64>],
    baseline: Option<&'a [f64]>,
    joint: bool,
}

impl<'a> SquareMatrix<'a> {
    /// The log's matrix, or why there is none to compute with.
    ///
    /// # Errors
    /// The reason, as an undefined value.
    pub fn of(log: &'a RunLog) -> Result<Self, MetricValue> {
        let Some(matrix) = &log.matrix else {
            return Err(MetricValue::undefined("no accuracy matrix"));
        };
        let tasks = matrix.rows.len();
        if tasks == 0 {
            return Err(MetricValue::undefined("the accuracy matrix is empty"));
        }
        if let Some(row) = matrix.rows.iter().find(|row| row.len() != tasks) {
            return Err(MetricValue::undefined(format!(
                "a row of the {tasks}-task matrix has {} entries",
                row.len()
            )));
        }
        if matrix.rows.iter().flatten().any(|value| !value.is_finite()) {
            return Err(MetricValue::undefined("the accuracy matrix holds a value that is not finite"));
        }
        let baseline = matrix.baseline.as_deref().filter(|row| row.len() == tasks);
        Ok(Self { rows: &matrix.rows, baseline, joint: matrix.joint })
    }

    /// The log's matrix for metrics of a sequence; undefined where all tasks were learned at once.
    ///
    /// # Errors
    /// The reason, as an undefined value.
    pub fn of_sequence(log: &'a RunLog) -> Result<Self, MetricValue> {
        let matrix = Self::of(log)?;
        if matrix.joint { Err(MetricValue::undefined("all tasks were learned at once")) } else { Ok(matrix) }
    }

    /// The log's matrix for what is said of accuracies; undefined where numbers are answered.
    ///
    /// # Errors
    /// The reason, as an undefined value.
    pub fn of_accuracies(log: &'a RunLog) -> Result<Self, MetricValue> {
        let numbers = log.matrix.as_ref().is_some_and(|matrix| matrix.regression);
        if numbers { Err(MetricValue::undefined(NUMBERS)) } else { Self::of(log) }
    }

    /// T.
    pub fn tasks(&self) -> usize {
        self.rows.len()
    }

    /// R\[i\]\[j\].
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.rows[i][j]
    }

    /// R\[T−1\]\[j\].
    pub fn last(&self, j: usize) -> f64 {
        self.rows[self.tasks() - 1][j]
    }

    /// b\[j\] for all j, where the protocol measured it.
    pub fn baseline(&self) -> Option<&'a [f64]> {
        self.baseline
    }

    /// Mean of `term(j)` over a range of tasks; undefined with `reason` when the range is empty.
    pub fn mean_over(
        tasks: std::ops::Range<usize>,
        reason: &str,
        term: impl Fn(usize) -> f64,
    ) -> MetricValue {
        if tasks.is_empty() {
            return MetricValue::undefined(reason);
        }
        let count = tasks.len() as f64;
        MetricValue::from(tasks.map(term).sum::<f64>() / count)
    }
}

/// Lifts a formula over the matrix to one over the log; undefined where all tasks were learned at once.
pub(super) fn with_sequence(log: &RunLog, formula: impl Fn(SquareMatrix<'_>) -> MetricValue) -> MetricValue {
    SquareMatrix::of_sequence(log).map_or_else(|undefined| undefined, formula)
}

/// Lifts a formula over the matrix to one over the log.
pub(super) fn with_matrix(log: &RunLog, formula: impl Fn(SquareMatrix<'_>) -> MetricValue) -> MetricValue {
    SquareMatrix::of(log).map_or_else(|undefined| undefined, formula)
}

/// The same for accuracies.
pub(super) fn with_accuracies(
    log: &RunLog,
    formula: impl Fn(SquareMatrix<'_>) -> MetricValue,
) -> MetricValue {
    SquareMatrix::of_accuracies(log).map_or_else(|undefined| undefined, formula)
}

/// Why accuracies are undefined there.
pub(super) const NUMBERS: &str = "numbers are answered: average_r2, average_rmse";
pub(super) const ONE_TASK: &str = "only one task";
