//! `curves.csv` beside a report: every point of every line that its page draws, and the band around it.

use std::io::{Result, Write};

use crate::block::{Picture, slug};
use crate::chart::Csv;
use crate::results::Results;

const COLUMNS: [&str; 11] =
    ["benchmark", "chart", "panel", "line", "x_axis", "y_axis", "x", "mean", "low", "high", "n"];

/// Writes the lines of all charts, chart by chart in the order of the page. `chart` is the stem of the chart's files; of charts over
/// several benchmarks `benchmark` is empty. `n` counts the runs behind a mean; it is 0 where a line is a formula. Undefined
/// numbers are empty.
///
/// # Errors
/// What the writer says.
pub(crate) fn write_drawn(
    results: &Results<'_>,
    pictures: &[Picture<'_>],
    out: &mut dyn Write,
) -> Result<()> {
    out.write_all(Csv::line(&COLUMNS).as_bytes())?;
    let stems: Vec<(String, &str)> =
        results.benchmarks.iter().map(|one| (format!("{}-", slug(&one.id)), one.id.as_str())).collect();
    let cell = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    for picture in pictures {
        let own = stems
            .iter()
            .filter(|(stem, _)| picture.name.starts_with(stem))
            .max_by_key(|(stem, _)| stem.len());
        let benchmark = own.map_or("", |(_, id)| id);
        for lines in picture.figure.lines() {
            for series in lines.series {
                let words = [benchmark, picture.name, lines.panel, &series.label, lines.x, lines.y];
                let words = words.map(str::to_owned);
                for point in &series.points {
                    let (low, high) = point.band.unzip();
                    let numbers =
                        [point.x.to_string(), cell(point.y), cell(low), cell(high), point.n.to_string()];
                    let cells: Vec<&String> = words.iter().chain(&numbers).collect();
                    out.write_all(Csv::line(&cells).as_bytes())?;
                }
            }
        }
    }
    Ok(())
}
