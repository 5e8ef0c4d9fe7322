//! Worst cases between task boundaries (De Lange, van de Ven & Tuytelaars 2023, "Continual evaluation for lifelong
//! learning: identifying the stability gap").

use super::curves::ContextCurves;
use contract::{MetricValue, RunLog};

/// min-ACC: mean over j < T−1 of the lowest accuracy on task j at any evaluation after task j was finished.
pub(super) fn min_accuracy(log: &RunLog) -> MetricValue {
    ContextCurves::of(log).map_or_else(|undefined| undefined, |curves| value(of_curves(&curves)))
}

fn of_curves(curves: &ContextCurves) -> Lowest {
    let last = curves.tasks() - 1;
    let mut sum = 0.0;
    for j in 0..last {
        let lowest = curves.between(j, j + 1, usize::MAX).map(|(_, y)| y).fold(f64::INFINITY, f64::min);
        if !lowest.is_finite() {
            return Err(format!("task {j} was not evaluated after it was finished"));
        }
        sum += lowest;
    }
    Ok(sum / last as f64)
}

type Lowest = Result<f64, String>;

fn value(lowest: Lowest) -> MetricValue {
    lowest.map_or_else(MetricValue::undefined, MetricValue::from)
}

/// WC-ACC: 1/T · accuracy on the last task at the end + (1 − 1/T) · min-ACC.
pub(super) fn worst_case_accuracy(log: &RunLog) -> MetricValue {
    let curves = match ContextCurves::of(log) {
        Ok(curves) => curves,
        Err(undefined) => return undefined,
    };
    let tasks = curves.tasks();
    let Some(last) = curves.at_end(tasks - 1, tasks - 1) else {
        return MetricValue::undefined("the last task was not evaluated at its end");
    };
    let share = 1.0 / tasks as f64;
    value(of_curves(&curves).map(|lowest| share * last + (1.0 - share) * lowest))
}
