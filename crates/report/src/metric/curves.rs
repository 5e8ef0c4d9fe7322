//! Accuracy between the rows of the matrix: the curves `accuracy/task{j}` cut at the task boundaries.

use contract::{MetricValue, RunLog};

/// The curves of one run, cut into contexts.
///
/// A point at x = n is the evaluation after n updates, a mark at x = n says that n updates were done when the task
/// began: a point on the mark still belongs to the task before it.
#[derive(Debug)]
pub(super) struct ContextCurves {
    /// Updates done when each task began, increasing; the first is 0 unless marked otherwise.
    starts: Vec<f64>,
    /// `points[j]`: defined (x, accuracy) pairs of task j, empty where the task has no curve.
    points: Vec<Vec<(f64, f64)>>,
}

impl ContextCurves {
    pub(super) fn of(log: &RunLog) -> Result<Self, MetricValue> {
        let mut points: Vec<Vec<(f64, f64)>> = Vec::new();
        for curve in &log.curves {
            let Some(task) = curve.name.strip_prefix("accuracy/task").and_then(|j| j.parse::<usize>().ok())
            else {
                continue;
            };
            // A task index beyond the matrix would be a foreign curve, not a reason to allocate.
            if task > log.marks.len() {
                continue;
            }
            if points.len() <= task {
                points.resize(task + 1, Vec::new());
            }
            points[task] = curve.x.iter().zip(&curve.y).filter_map(|(x, y)| y.map(|y| (*x, y))).collect();
        }
        if points.iter().all(Vec::is_empty) {
            return Err(MetricValue::undefined("no accuracy curves"));
        }
        let mut starts: Vec<f64> = log.marks.iter().map(|mark| mark.x).collect();
        let tasks = log.matrix.as_ref().map_or(points.len(), |matrix| matrix.rows.len());
        if starts.len() + 1 == tasks {
            starts.insert(0, 0.0);
        }
        if log.marks.is_empty() && tasks > 1 {
            return Err(MetricValue::undefined(
                "no task boundaries: the tasks are not learned one after another",
            ));
        }
        if starts.len() < 2 {
            return Err(MetricValue::undefined(super::matrix::ONE_TASK));
        }
        if starts.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(MetricValue::undefined("the task boundaries are not in order"));
        }
        Ok(Self { starts, points })
    }

    /// T.
    pub(super) fn tasks(&self) -> usize {
        self.starts.len()
    }

    /// Updates done when task i began.
    pub(super) fn start(&self, i: usize) -> f64 {
        self.starts[i]
    }

    /// (x, accuracy on task j) while task i or any later task before `until` trains, i.e. start(i) < x ≤ start(until).
    pub(super) fn between(&self, j: usize, i: usize, until: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        let from = self.starts[i];
        let to = self.starts.get(until).copied().unwrap_or(f64::INFINITY);
        self.points.get(j).into_iter().flatten().copied().filter(move |(x, _)| *x > from && *x <= to)
    }

    /// The last evaluation of task j at or before the end of context i.
    pub(super) fn at_end(&self, j: usize, i: usize) -> Option<f64> {
        self.between(j, i, i + 1).last().map(|(_, y)| y)
    }

    /// Mean accuracy over the tasks 0..=i that have curves, at every x of context i + 1 where all of them are known;
    /// with the same mean at the end of context i.
    pub(super) fn around_switch(&self, i: usize) -> Option<(f64, Vec<(f64, f64)>)> {
        let seen: Vec<usize> = (0..=i).filter(|j| self.at_end(*j, i).is_some()).collect();
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let before: Vec<f64> = seen.iter().filter_map(|j| self.at_end(*j, i)).collect();
        let first = *seen.first()?;
        let after: Vec<(f64, f64)> = self
            .between(first, i + 1, i + 2)
            .filter_map(|(x, _)| {
                let at = |j: &usize| self.between(*j, i + 1, i + 2).find(|(other, _)| *other == x);
                let values: Option<Vec<f64>> = seen.iter().map(|j| at(j).map(|(_, y)| y)).collect();
                values.map(|values| (x, mean(values)))
            })
            .collect();
        (!after.is_empty()).then(|| (mean(before), after))
    }
}
