//! What was measured beside a run: is the network still able to learn, and how fast does it learn a new task.

use super::matrix::{ONE_TASK, with_sequence};
use contract::{MetricValue, RunLog};

/// Prefix of the probes that have a value at the end of every task.
const AT_ENDS: &str = "plasticity/";
/// Prefix of the probes of the first updates of every task.
const FIRST: &str = "first-updates/task";
const NOT_MEASURED: &str = "not measured in this run";

/// The last value of a probe.
fn last(log: &RunLog, name: &str) -> MetricValue {
    let name = format!("{AT_ENDS}{name}");
    let value = log
        .probes
        .iter()
        .find(|curve| curve.name == name)
        .and_then(|curve| curve.y.last().copied().flatten());
    value.map_or_else(|| MetricValue::undefined(NOT_MEASURED), MetricValue::from)
}

pub(super) fn dormant_units(log: &RunLog) -> MetricValue {
    last(log, "dormant_units")
}

pub(super) fn effective_rank(log: &RunLog) -> MetricValue {
    last(log, "effective_rank")
}

pub(super) fn weight_norm(log: &RunLog) -> MetricValue {
    last(log, "weight_norm")
}

/// LCA₁₀ (Chaudhry 2019a): 1/11 Σ_{b=0..10} of the accuracy on a task after b of its updates, mean over the tasks.
pub(super) fn learning_curve_area(log: &RunLog) -> MetricValue {
    let areas: Option<Vec<f64>> = log
        .probes
        .iter()
        .filter(|curve| curve.name.starts_with(FIRST))
        .map(|curve| curve.y.iter().copied().collect::<Option<Vec<f64>>>())
        .map(|values| {
            values.filter(|values| values.len() == 11).map(|values| values.iter().sum::<f64>() / 11.0)
        })
        .collect();
    match areas.filter(|areas| !areas.is_empty()) {
        Some(areas) => MetricValue::from(areas.iter().sum::<f64>() / areas.len() as f64),
        None => MetricValue::undefined(NOT_MEASURED),
    }
}

/// Least-squares slope of R\[i\]\[i\] over i.
pub(super) fn learning_slope(log: &RunLog) -> MetricValue {
    if log.matrix.as_ref().is_some_and(|matrix| matrix.regression) {
        return MetricValue::undefined("numbers are answered");
    }
    with_sequence(log, |r| {
        let n = r.tasks();
        if n < 2 {
            return MetricValue::undefined(ONE_TASK);
        }
        let middle = (n as f64 - 1.0) / 2.0;
        let (mut above, mut below) = (0.0, 0.0);
        for i in 0..n {
            let x = i as f64 - middle;
            above += x * r.at(i, i);
            below += x * x;
        }
        MetricValue::from(above / below)
    })
}

/// Evaluations in a window.
const WINDOW: usize = 10;

/// WF¹⁰ (De Lange 2023): the largest drop of a curve within ten evaluations, mean over the tasks' curves.
pub(super) fn windowed_forgetting(log: &RunLog) -> MetricValue {
    let drops = drops(log, |name| name.starts_with("accuracy/task"));
    if log.marks.is_empty() || drops.is_empty() {
        return MetricValue::undefined("no accuracy curves of tasks that are learned one after another");
    }
    MetricValue::from(drops.iter().sum::<f64>() / drops.len() as f64)
}

/// The same of a stream: of its windowed accuracy.
pub(super) fn windowed_drop(log: &RunLog) -> MetricValue {
    match drops(log, |name| name == "accuracy/window").first() {
        Some(drop) => MetricValue::from(*drop),
        None => MetricValue::undefined("the windowed accuracy has fewer than two points"),
    }
}

/// The lowest windowed accuracy of a stream.
pub(super) fn lowest_window(log: &RunLog) -> MetricValue {
    let curve = log.curves.iter().find(|curve| curve.name == "accuracy/window");
    let lowest = curve.and_then(|curve| curve.y.iter().flatten().copied().reduce(f64::min));
    lowest.map_or_else(|| MetricValue::undefined("no window of the stream is full"), MetricValue::from)
}

/// max over i < j < i + 10 of y_i − y_j, at least 0, of each curve with two points or more.
fn drops(log: &RunLog, of: impl Fn(&str) -> bool) -> Vec<f64> {
    let drop = |values: Vec<f64>| {
        let after = |(i, high): (usize, &f64)| {
            let low =
                values[i + 1..values.len().min(i + WINDOW)].iter().copied().fold(f64::INFINITY, f64::min);
            high - low
        };
        (values.len() > 1).then(|| values.iter().enumerate().map(after).fold(0.0, f64::max))
    };
    let curves = log.curves.iter().filter(|curve| of(&curve.name));
    curves.filter_map(|curve| drop(curve.y.iter().flatten().copied().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{AccuracyMatrix, Curve, Mark};

    fn curve(name: &str, y: &[f64]) -> Curve {
        let mut curve = Curve::new(name);
        y.iter().enumerate().for_each(|(x, y)| curve.push(x as f64, *y));
        curve
    }

    #[test]
    fn probes_give_their_last_value_or_a_reason() {
        let log = RunLog { probes: vec![curve("plasticity/weight_norm", &[1.0, 3.0])], ..RunLog::default() };
        assert_eq!(weight_norm(&log).value(), Some(3.0));
        assert_eq!(dormant_units(&log), MetricValue::undefined(NOT_MEASURED));
        assert_eq!(effective_rank(&RunLog::default()).value(), None);
    }

    #[test]
    fn the_area_is_the_mean_of_eleven_accuracies_of_every_task() {
        let rising: Vec<f64> = (0..11).map(|b| f64::from(b) / 10.0).collect();
        let probes = vec![curve("first-updates/task0", &rising), curve("first-updates/task1", &[1.0; 11])];
        let log = RunLog { probes, ..RunLog::default() };
        assert!((learning_curve_area(&log).value().expect("defined") - 0.75).abs() < 1e-12);
        let short = RunLog { probes: vec![curve("first-updates/task0", &[1.0; 5])], ..RunLog::default() };
        assert_eq!(learning_curve_area(&short).value(), None);
        assert_eq!(learning_curve_area(&RunLog::default()).value(), None);
    }

    #[test]
    fn the_slope_is_that_of_the_line_through_what_was_learned() {
        let rows = vec![vec![0.9, 0.0, 0.0], vec![0.0, 0.6, 0.0], vec![0.0, 0.0, 0.6]];
        let matrix = AccuracyMatrix { rows, ..AccuracyMatrix::default() };
        let log = RunLog { matrix: Some(matrix), ..RunLog::default() };
        // Means of 0.9, 0.6, 0.6 over −1, 0, 1: (−0.9 + 0.6) / 2.
        assert!((learning_slope(&log).value().expect("defined") + 0.15).abs() < 1e-12);
    }

    #[test]
    fn a_window_sees_the_largest_drop_within_ten_evaluations() {
        let mut far = vec![1.0];
        far.extend([0.9; 9]);
        far.push(0.2);
        // From 1.0 the fall to 0.2 is eleven points long, so the window holds 0.9 to 0.2.
        let curves = vec![curve("accuracy/task0", &far), curve("accuracy/task1", &[0.5, 0.8, 0.7])];
        let marks = vec![Mark { x: 0.0, label: "a".into() }];
        let log = RunLog { curves, marks, ..RunLog::default() };
        assert!((windowed_forgetting(&log).value().expect("defined") - (0.7 + 0.1) / 2.0).abs() < 1e-12);
        assert_eq!(windowed_forgetting(&RunLog::default()).value(), None);
        let stream = RunLog { curves: vec![curve("accuracy/window", &[0.9, 0.4, 0.6])], ..RunLog::default() };
        assert_eq!((windowed_drop(&stream).value(), lowest_window(&stream).value()), (Some(0.5), Some(0.4)));
        assert_eq!(lowest_window(&RunLog::default()).value(), None);
    }
}
