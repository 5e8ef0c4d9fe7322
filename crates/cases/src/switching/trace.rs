//! What a session leaves behind, trial by trial, and the curves of a record made from it.

use contract::{Curve, Mark, RunLog};

/// Trials before a switch that the aligned curves show.
const BEFORE: usize = 10;
/// Trials after it.
const AFTER: usize = 40;
/// Points of a curve over the session.
const POINTS: usize = 60;
/// Switches that are marked on the session's axis, at most: more would hide the curves.
const MOST_MARKS: usize = 30;

/// Series over trials, all equally long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Trials at which something switched, increasing; the first trial is none.
    pub switches: Vec<usize>,
    /// How well it went: name and one value per trial.
    pub performance: Vec<(&'static str, Vec<f64>)>,
    /// Levels of modulators, meta-parameters: name and one value per trial.
    pub signals: Vec<(&'static str, Vec<f64>)>,
}

impl Trace {
    /// Aligned and session curves, signals and marks of a record.
    pub(super) fn write(&self, log: &mut RunLog) {
        for (name, values) in &self.performance {
            log.curves.push(self.aligned(name, values));
            log.curves.push(session(&format!("session/{name}"), values));
        }
        for (name, values) in &self.signals {
            log.curves.push(self.aligned(name, values));
            log.signals.push(session(name, values));
        }
        let marks = self.switches.iter().take(MOST_MARKS);
        log.marks.extend(marks.map(|at| Mark { x: *at as f64, label: String::new() }));
    }

    /// Mean over switches at each distance from them (0: the first trial of the new rule). A trial that another switch
    /// already follows or precedes is left out.
    fn aligned(&self, name: &str, values: &[f64]) -> Curve {
        let mut curve = Curve::new(format!("aligned/{name}"));
        for distance in 0..BEFORE + AFTER {
            let found: Vec<f64> = self
                .switches
                .iter()
                .enumerate()
                .filter_map(|(k, at)| {
                    let from = if k == 0 { 0 } else { self.switches[k - 1] };
                    let to = self.switches.get(k + 1).copied().unwrap_or(values.len());
                    let trial = (at + distance).checked_sub(BEFORE)?;
                    (from..to).contains(&trial).then(|| values.get(trial).copied()).flatten()
                })
                .filter(|value| value.is_finite())
                .collect();
            if !found.is_empty() {
                let mean = found.iter().sum::<f64>() / found.len() as f64;
                curve.push(distance as f64 - BEFORE as f64, rounded(mean));
            }
        }
        curve
    }
}

/// Means over equal stretches of the session, at their middle.
fn session(name: &str, values: &[f64]) -> Curve {
    let mut curve = Curve::new(name);
    let width = values.len().div_ceil(POINTS).max(1);
    for (k, stretch) in values.chunks(width).enumerate() {
        let middle = k as f64 * width as f64 + 0.5 * stretch.len() as f64;
        curve.push(middle, rounded(stretch.iter().sum::<f64>() / stretch.len() as f64));
    }
    curve
}

/// Four decimals: curves are for the eye, and records stay small.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_align_at_switches_and_leave_out_what_another_switch_overtook() {
        let values: Vec<f64> = (0..30).map(f64::from).collect();
        let trace =
            Trace { switches: vec![12, 20], performance: vec![("right", values)], ..Trace::default() };
        let mut log = RunLog::default();
        trace.write(&mut log);
        let aligned = &log.curves[0];
        let at = |x: f64| {
            let k = aligned.x.iter().position(|other| *other == x);
            k.and_then(|k| aligned.y[k])
        };
        assert_eq!(at(0.0), Some(16.0)); // (12 + 20)/2
        assert_eq!(at(-10.0), Some(2.0)); // 10 trials before the second switch the first was still ahead
        assert_eq!(at(8.0), Some(28.0)); // 8 trials after the first the second has come
        assert_eq!(at(10.0), None); // the session is over
        assert_eq!(log.marks.iter().map(|mark| mark.x).collect::<Vec<_>>(), [12.0, 20.0]);
        assert_eq!((log.curves[1].x[0], log.curves[1].y[0]), (0.5, Some(0.0)));
    }
}
