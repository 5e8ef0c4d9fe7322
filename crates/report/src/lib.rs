//! Layer 5: the report, a pure function of records. It can be rebuilt, merged and re-scored without training again.
//!
//! Sections (see [`section`]) turn results into [`Block`]s; the writers turn blocks into `report.html`, `report.md`,
//! `charts/*.svg` and `charts/*.csv`; what came out for each mechanism stands in `verdicts.csv` too. Neither knows the other.

mod atomic;
mod block;
pub mod chart;
mod grouping;
mod headroom;
mod html;
mod identity;
mod markdown;
pub mod metric;
mod number;
mod results;
pub mod section;
mod short;
mod terminal;
mod verdicts;

use std::path::{Path, PathBuf};

use base::error::Result;
use contract::{Paradigm, Record};

pub use block::{Block, Cell, Chart, Column, Table};
pub use number::{interval_text, number, signed, value_with_interval};
pub use results::{BenchmarkResults, Difference, MethodResults, Results, Values};
pub use verdicts::joined as joined_verdicts;

/// What the caller knows and records do not.
#[derive(Debug, Clone)]
pub struct Options {
    /// Heading of the report, e.g. the suite's title.
    pub title: String,
    /// The command that made the records, shown for reproduction; empty: not shown.
    pub command: String,
    /// Wall time of the whole session in seconds, where known (runs overlap, so their sum is more).
    pub wall_s: Option<f64>,
    /// ANSI colours in the terminal table; the caller looks at `NO_COLOR` and the terminal.
    pub color: bool,
    /// The paradigms that may occur, in the order in which they are shown.
    pub paradigms: Vec<Paradigm>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: "neuromod-bench".into(),
            command: String::new(),
            wall_s: None,
            color: false,
            paradigms: Vec::new(),
        }
    }
}

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Ready for stdout, at most 80 columns wide.
    pub terminal: String,
    pub html: PathBuf,
    pub markdown: PathBuf,
    /// Number of charts, each an SVG and a CSV.
    pub charts: usize,
    /// What was run under one name and is not the same: such records stand apart.
    pub conflicts: Vec<String>,
}

/// The terminal summary alone; nothing is written.
pub fn terminal(records: &[Record], options: &Options) -> String {
    terminal::summary(&Results::new(records, &options.paradigms), options.color)
}

/// Writes the whole report below `out` (created if missing). Each file is replaced in one step.
///
/// # Errors
/// When the folder or a file cannot be written; the error names the path.
pub fn write(records: &[Record], out: &Path, options: &Options) -> Result<Written> {
    let results = Results::new(records, &options.paradigms);
    let mut blocks = section::build(&results, options);
    block::name_charts(&mut blocks);
    let charts_folder = out.join("charts");
    atomic::create_folder(&charts_folder)?;
    let mut charts = 0;
    for chart in block::charts(&blocks) {
        let svg = chart::render(&*chart.figure, chart::WIDE, &chart.title, &chart.alt, true);
        atomic::write(&charts_folder.join(format!("{}.svg", chart.name)), &svg)?;
        atomic::write(&charts_folder.join(format!("{}.csv", chart.name)), &chart.figure.csv().text())?;
        charts += 1;
    }
    let judged = verdicts::judged(&results);
    if !judged.is_empty() {
        atomic::write(&out.join("verdicts.csv"), &verdicts::csv(&judged))?;
    }
    let (html, markdown) = (out.join("report.html"), out.join("report.md"));
    atomic::write(&markdown, &markdown::page(&options.title, &blocks))?;
    atomic::write(&html, &html::page(&options.title, &blocks))?;
    Ok(Written {
        terminal: terminal::summary(&results, options.color),
        html,
        markdown,
        charts,
        conflicts: results.conflicts,
    })
}

#[cfg(test)]
mod synthetic;
#[cfg(test)]
mod tests;
