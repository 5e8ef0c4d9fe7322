//! Numbers of the online paradigm that need more than one measured scalar.

use contract::{MetricValue, RunLog};

/// Name of the cumulative regret, which needs the record of another method.
pub const REGRET: &str = "regret";
/// The method whose record it needs.
pub const ORACLE: &str = "oracle-reset";

/// Samples from each change to recovery; `None`: not recovered before the next.
fn recoveries(log: &RunLog) -> Result<&[Option<f64>], MetricValue> {
    let curve = log.curves.iter().find(|curve| curve.name == "recovery");
    curve
        .filter(|curve| !curve.y.is_empty())
        .map(|curve| curve.y.as_slice())
        .ok_or_else(|| MetricValue::undefined("the stream has no change points that are known"))
}

/// Mean over changes of the samples until 90 % of the accuracy before the change is regained; undefined as "never" as
/// soon as one change was not recovered from before the next.
pub(super) fn recovery_samples(log: &RunLog) -> MetricValue {
    let all = match recoveries(log) {
        Ok(all) => all,
        Err(undefined) => return undefined,
    };
    let regained: Vec<f64> = all.iter().flatten().copied().collect();
    if regained.len() < all.len() {
        let lost = all.len() - regained.len();
        return MetricValue::undefined(format!("never: not regained after {lost} of {} changes", all.len()));
    }
    MetricValue::from(regained.iter().sum::<f64>() / regained.len() as f64)
}

/// Share of the changes after which 90 % of the accuracy before was regained.
pub(super) fn recovered_changes(log: &RunLog) -> MetricValue {
    match recoveries(log) {
        Ok(all) => MetricValue::from(all.iter().flatten().count() as f64 / all.len() as f64),
        Err(undefined) => undefined,
    }
}

/// Samples that the oracle got right and the method did not, net, up to each point of the curves: n · (accuracy of the
/// oracle − accuracy of the method), both prequential over the first n samples.
pub fn regret_curve(log: &RunLog, oracle: &RunLog) -> Option<Vec<(f64, f64)>> {
    let find = |log: &'_ RunLog| log.curves.iter().position(|curve| curve.name == "accuracy/prequential");
    let (ours, theirs) = (&log.curves[find(log)?], &oracle.curves[find(oracle)?]);
    if ours.x != theirs.x {
        return None;
    }
    let points = ours.x.iter().zip(ours.y.iter().zip(&theirs.y));
    points.map(|(x, (own, best))| Some((*x, x * ((*best)? - (*own)?)))).collect()
}

/// The regret at the end of the stream.
pub fn regret(log: &RunLog, oracle: &RunLog) -> MetricValue {
    match regret_curve(log, oracle).as_deref().and_then(<[(f64, f64)]>::last) {
        Some((_, regret)) => MetricValue::from(*regret),
        None => MetricValue::undefined("the oracle's run was measured at other points"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Curve;

    fn log(name: &str, x: &[f64], y: &[Option<f64>]) -> RunLog {
        let curve = Curve { name: name.into(), x: x.to_vec(), y: y.to_vec() };
        RunLog { curves: vec![curve], ..RunLog::default() }
    }

    #[test]
    fn recovery_is_a_mean_and_never_is_a_value() {
        let of = |y: &[Option<f64>]| log("recovery", &[10.0, 20.0], y);
        let recovered = of(&[Some(4.0), Some(0.0)]);
        assert_eq!(recovery_samples(&recovered).value(), Some(2.0));
        assert_eq!(recovered_changes(&recovered).value(), Some(1.0));
        let lost = of(&[Some(4.0), None]);
        assert_eq!(
            recovery_samples(&lost),
            MetricValue::undefined("never: not regained after 1 of 2 changes")
        );
        assert_eq!(recovered_changes(&lost).value(), Some(0.5));
        let unknown = recovery_samples(&RunLog::default());
        assert_eq!(unknown, MetricValue::undefined("the stream has no change points that are known"));
    }

    #[test]
    fn regret_counts_the_samples_that_the_oracle_got_right_and_the_method_did_not() {
        let ours = log("accuracy/prequential", &[10.0, 20.0], &[Some(0.5), Some(0.6)]);
        let oracle = log("accuracy/prequential", &[10.0, 20.0], &[Some(0.4), Some(0.9)]);
        // After 10: 4 − 5 = −1; after 20: 18 − 12 = 6.
        let curve = regret_curve(&ours, &oracle).expect("the same points");
        assert!((curve[0].1 + 1.0).abs() < 1e-12 && (curve[1].1 - 6.0).abs() < 1e-12);
        assert!((regret(&ours, &oracle).value().expect("defined") - 6.0).abs() < 1e-12);
        assert_eq!(regret(&ours, &ours).value(), Some(0.0));
        assert_eq!(regret(&ours, &RunLog::default()).value(), None);
    }
}
