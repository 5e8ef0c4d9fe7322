//! All metrics of a run.

use std::collections::BTreeMap;

use super::matrix::NUMBERS;
use super::measure::Metric;
use super::registry::METRICS;
use contract::{AccuracyMatrix, MetricValue, RunLog};

/// What is said where numbers are answered, and nowhere else, so that no report of classes lists it as undefined.
pub const OF_NUMBERS: [&str; 2] = ["average_r2", "average_rmse"];

/// The registered metric of this name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// Whether more of a score is better; so it is of one that is not registered.
pub fn higher_is_better(name: &str) -> bool {
    find(name).is_none_or(|metric| metric.higher_is_better)
}

/// Whether a metric is defined where numbers are answered (`numbers`), or where classes are: asked of a run of two tasks.
pub fn speaks_of(metric: &Metric, numbers: bool) -> bool {
    if !numbers {
        return !OF_NUMBERS.contains(&metric.name);
    }
    let rows = vec![vec![0.5; 2]; 2];
    let matrix = AccuracyMatrix { rows, regression: true, ..AccuracyMatrix::default() };
    let value = metric.of(&RunLog { matrix: Some(matrix), ..RunLog::default() });
    value.is_none_or(|value| !matches!(value, MetricValue::Undefined { undefined } if undefined == NUMBERS))
}

/// Every metric of a paradigm for one run. Scalars that no registered metric names appear under their own name, so
/// nothing that a protocol measured is lost.
pub fn score_all(paradigm: &str, log: &RunLog) -> BTreeMap<String, MetricValue> {
    let mut values: BTreeMap<String, MetricValue> =
        log.scalars.iter().map(|(name, value)| (name.clone(), MetricValue::from(*value))).collect();
    let numbers = log.matrix.as_ref().is_some_and(|matrix| matrix.regression);
    let told = |metric: &&Metric| numbers || !OF_NUMBERS.contains(&metric.name);
    for metric in METRICS.iter().filter(|metric| metric.applies_to(paradigm)).filter(told) {
        let Some(value) = metric.of(log) else { continue };
        // What was measured elsewhere and cannot be computed from this log stays what its author says.
        if value.value().is_some() || !log.scalars.contains_key(metric.name) {
            values.insert(metric.name.to_owned(), value);
        }
    }
    values
}
