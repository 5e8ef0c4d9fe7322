//! How long it takes to be back where one was.

use super::curves::ContextCurves;
use contract::{MetricValue, RunLog};

/// Share of the level before the switch that counts as regained.
const REGAINED: f64 = 0.9;

/// Updates from each switch until the level is back; `None`: not before the next switch.
fn recoveries(log: &RunLog) -> Result<Vec<Option<f64>>, MetricValue> {
    let curves = ContextCurves::of(log)?;
    let steps: Vec<Option<f64>> = (0..curves.tasks() - 1)
        .filter_map(|i| {
            let (before, after) = curves.around_switch(i)?;
            if before <= 0.0 {
                return None;
            }
            let target = REGAINED * before;
            let Some(drop) = after.iter().position(|(_, y)| *y < target) else {
                return Some(Some(0.0));
            };
            Some(after[drop..].iter().find(|(_, y)| *y >= target).map(|(x, _)| x - curves.start(i + 1)))
        })
        .collect();
    if steps.is_empty() {
        return Err(MetricValue::undefined(
            "no switch with evaluations on both sides and something known before",
        ));
    }
    Ok(steps)
}

/// Mean over switches of the updates until 90 % of the level before the switch is regained (0 where it never fell
/// below); undefined as "never" as soon as one switch was not recovered from before the next.
pub(super) fn recovery_steps(log: &RunLog) -> MetricValue {
    let steps = match recoveries(log) {
        Ok(steps) => steps,
        Err(undefined) => return undefined,
    };
    let regained: Vec<f64> = steps.iter().flatten().copied().collect();
    if regained.len() < steps.len() {
        let lost = steps.len() - regained.len();
        return MetricValue::undefined(format!(
            "never: not regained after {lost} of {} switches",
            steps.len()
        ));
    }
    MetricValue::from(regained.iter().sum::<f64>() / regained.len() as f64)
}

/// Share of the switches after which 90 % of the level before was regained.
pub(super) fn recovered_share(log: &RunLog) -> MetricValue {
    match recoveries(log) {
        Ok(steps) => MetricValue::from(steps.iter().flatten().count() as f64 / steps.len() as f64),
        Err(undefined) => undefined,
    }
}
