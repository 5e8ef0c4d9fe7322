//! The stability gap: how far performance on what was known drops right after a switch.

use super::curves::ContextCurves;
use contract::{MetricValue, RunLog};

/// Mean over switches i → i+1 of (A_i(end of i) − min A_i during i+1) / A_i(end of i), A_i the mean accuracy over the
/// tasks 0..=i that are evaluated. Computed per run, so that averages over seeds do not hide dips at different moments.
/// With only the first task evaluated this is the gap of Rodriguez-Garcia, Ghosh & Ramaswamy 2025. A switch before
/// which nothing was known (A_i = 0) has no gap and is left out.
pub(super) fn stability_gap(log: &RunLog) -> MetricValue {
    let curves = match ContextCurves::of(log) {
        Ok(curves) => curves,
        Err(undefined) => return undefined,
    };
    let gaps: Vec<f64> = (0..curves.tasks() - 1)
        .filter_map(|i| curves.around_switch(i))
        .filter(|(before, _)| *before > 0.0)
        .map(|(before, after)| {
            (before - after.iter().map(|(_, y)| *y).fold(f64::INFINITY, f64::min)) / before
        })
        .collect();
    if gaps.is_empty() {
        return MetricValue::undefined("no switch with evaluations on both sides and something known before");
    }
    MetricValue::from(gaps.iter().sum::<f64>() / gaps.len() as f64)
}
