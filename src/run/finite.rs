//! JSON has no number that is not finite: such a value would be written as `null`, and read by nobody. It is found in
//! settings before anything trains, and in a log before it becomes a record.

use toml::Value;

use base::error::DefinitionError;
use contract::RunLog;

/// Checks that every number of a table is finite.
///
/// # Errors
/// Names the first that is not, below `path`.
pub(super) fn check_table(path: &str, table: &toml::Table) -> Result<(), DefinitionError> {
    table.iter().try_for_each(|(key, value)| {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        check(&path, value)
    })
}

fn check(path: &str, value: &Value) -> Result<(), DefinitionError> {
    match value {
        Value::Float(number) if !number.is_finite() => {
            Err(DefinitionError::range(path, number, "a finite number"))
        }
        Value::Table(table) => check_table(path, table),
        Value::Array(items) => items.iter().try_for_each(|item| check(path, item)),
        _ => Ok(()),
    }
}

/// What of a log is not finite, with its value.
pub(super) fn not_finite(log: &RunLog) -> Option<(String, f64)> {
    let bad = |name: &str, values: &[f64]| {
        let value = values.iter().find(|value| !value.is_finite())?;
        Some((name.to_owned(), *value))
    };
    let matrix = log.matrix.iter().flat_map(|matrix| {
        let more = matrix.baseline.iter().chain(&matrix.reference);
        matrix.rows.iter().chain(more).filter_map(|row| bad("accuracy matrix", row))
    });
    let curves = log.curves.iter().chain(&log.signals).chain(&log.probes).filter_map(|curve| {
        // `None` is how a curve says undefined.
        let y = curve.y.iter().flatten().find(|value| !value.is_finite());
        bad(&curve.name, &curve.x).or_else(|| Some((curve.name.clone(), *y?)))
    });
    let scalars = log.scalars.iter().filter_map(|(name, value)| bad(name, &[*value]));
    let marks = log.marks.iter().filter_map(|mark| bad(&mark.label, &[mark.x]));
    let trace = log.trace.iter().filter_map(|(name, values)| {
        let value = values.iter().find(|value| !value.is_finite())?;
        Some((format!("trace of {name}"), f64::from(*value)))
    });
    matrix.chain(curves).chain(scalars).chain(marks).chain(trace).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Curve;

    #[test]
    fn a_number_that_is_not_finite_is_found_wherever_it_stands() {
        let table: toml::Table = "a = { b = [1.0, { c = -inf }] }\nd = \"nan\"".parse().expect("TOML");
        let error = check_table("", &table).expect_err("not finite").to_string();
        assert!(error.contains("`a.b.c` = -inf") && error.contains("a finite number"), "{error}");
        let mut log = RunLog::default();
        let mut curve = Curve::new("loss");
        curve.push(0.0, f64::NAN);
        log.curves.push(curve);
        assert_eq!(not_finite(&log), None, "an undefined point of a curve is no number");
        log.trace.insert("slope".into(), vec![1.0, f32::INFINITY]);
        assert_eq!(not_finite(&log), Some(("trace of slope".into(), f64::INFINITY)));
        log.scalars.insert("accuracy".into(), f64::NAN);
        assert_eq!(not_finite(&log).map(|found| found.0).as_deref(), Some("accuracy"));
    }
}
