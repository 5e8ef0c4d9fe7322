//! `raw-curves.csv`: every curve, signal and accuracy matrix in the long form, one point a row.

use std::io::{Result, Write};

use crate::chart::Csv;
use crate::results::Results;
use contract::{Curve, Record};

const COLUMNS: [&str; 8] = ["benchmark", "version", "method", "seed", "kind", "curve", "x", "y"];

/// Writes the points of every run that counts, run by run, so that none but the row at hand is held. `kind` is `curve`,
/// `signal` or `matrix`; in a matrix `curve` is the task that is tested and x the number of tasks learned (0: untrained).
/// An undefined y is empty.
///
/// # Errors
/// What the writer says.
pub fn write_curves(results: &Results<'_>, out: &mut dyn Write) -> Result<()> {
    out.write_all(Csv::line(&COLUMNS).as_bytes())?;
    for benchmark in &results.benchmarks {
        for method in benchmark.methods.iter().chain(&benchmark.controls) {
            for record in &method.records {
                run(&method.id, record, out)?;
            }
        }
    }
    Ok(())
}

fn run(method: &str, record: &Record, out: &mut dyn Write) -> Result<()> {
    let spec = &record.spec;
    let head =
        [&*spec.benchmark, &spec.version.to_string(), method, &spec.seed.to_string()].map(str::to_owned);
    let mut point = |kind: &str, curve: &str, x: f64, y: Option<f64>| {
        let y = y.map_or_else(String::new, |y| y.to_string());
        let cells: Vec<String> =
            head.iter().cloned().chain([kind.into(), curve.into(), x.to_string(), y]).collect();
        out.write_all(Csv::line(&cells).as_bytes())
    };
    let log = &record.log;
    let curves = log.curves.iter().map(|curve| ("curve", curve));
    for (kind, Curve { name, x, y }) in curves.chain(log.signals.iter().map(|curve| ("signal", curve))) {
        for (x, y) in x.iter().zip(y) {
            point(kind, name, *x, *y)?;
        }
    }
    if let Some(matrix) = &log.matrix {
        let untrained = matrix.baseline.iter().map(|row| (0.0, row));
        for (learned, row) in untrained.chain((1..).map(f64::from).zip(&matrix.rows)) {
            for (task, value) in row.iter().enumerate() {
                point("matrix", &format!("task{task}"), learned, Some(*value))?;
            }
        }
    }
    Ok(())
}
