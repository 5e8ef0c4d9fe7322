//! Layer 5: the report, a pure function of records. It can be rebuilt, merged and re-scored without training again.
//!
//! Sections (see [`section`]) turn results into [`Block`]s; the writers turn blocks into `report.html`, `report.md`,
//! `charts/*.svg`, `charts/*.png` and `charts/*.csv`; what came out for each mechanism stands in `verdicts.csv` too, what
//! methods do over several benchmarks in `across.csv`, the runs themselves in `runs.csv` and the lines that are drawn in
//! `curves.csv` ([`export`]). Neither knows the other.

mod across;
mod answer;
mod block;
pub mod chart;
pub mod compare;
mod decay;
mod difference;
mod escape;
pub mod export;
mod families;
mod finding;
mod grouping;
mod headroom;
#[cfg(test)]
mod headroom_tests;
mod html;
mod identity;
mod markdown;
pub mod metric;
mod missing;
mod number;
mod options;
#[cfg(test)]
mod reference_page;

mod results;
pub mod section;
mod short;
mod tables;
mod terminal;
mod verdict_files;
mod verdicts;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use across::Across;
use base::atomic;
use base::error::{Error, Result};
use contract::Record;
use verdicts::Judged;

pub use block::{Block, Cell, Chart, Column, Table};
pub use decay::decay_targets;
pub use difference::Difference;
pub use missing::Missing;
pub use number::{interval_text, number, signed, value_with_interval};
pub use options::Options;
pub use results::{BenchmarkResults, MethodResults, Results, Values};
pub use verdict_files::joined as joined_verdicts;

/// What was written.
#[derive(Debug, Clone)]
pub struct Written {
    /// Ready for stdout, at most 80 columns wide: the answer in at most eleven lines, or with [`Options::tables`] the tables
    /// before it.
    pub terminal: String,
    pub html: PathBuf,
    pub markdown: PathBuf,
    /// Number of charts, each an SVG, a PNG and a CSV.
    pub charts: usize,
    /// What was run under one name and is not the same: such records stand apart.
    pub conflicts: Vec<String>,
    /// Planned runs without a record.
    pub missing: usize,
}

/// What goes to the terminal alone; nothing is written.
pub fn terminal(records: &[Record], options: &Options) -> String {
    let results = Results::of(records, options);
    told(&results, &verdicts::judged(&results), options)
}

fn told(results: &Results<'_>, judged: &[Judged<'_, '_>], options: &Options) -> String {
    let tables = if options.tables { tables::all(results, options.color) } else { String::new() };
    let gap = if tables.is_empty() { "" } else { "\n" };
    format!("{tables}{gap}{}", terminal::summary(results, judged, options.color, !options.tables))
}

/// Files of a report besides its charts.
const FILES: [&str; 6] = ["report.html", "report.md", "verdicts.csv", "across.csv", "runs.csv", "curves.csv"];

/// Checks that a report can be written below `out`, by writing and removing a file where its files go.
///
/// # Errors
/// A folder that cannot be made or written to; a folder that stands under a file's name.
pub fn check_folder(out: &Path) -> Result<()> {
    let charts = out.join("charts");
    fs::create_dir_all(&charts).map_err(Error::input("create the folder", &charts))?;
    if let Some(path) = FILES.iter().map(|name| out.join(name)).find(|path| path.is_dir()) {
        return Err(Error::input("write", path)(std::io::ErrorKind::IsADirectory.into()));
    }
    for folder in [out, &charts] {
        atomic::check_writable(folder)?;
    }
    Ok(())
}

/// Removes what an earlier report left in a folder and this one has not written: charts that this program made (an SVG as
/// it writes them, its CSV and its PNG), and a table of verdicts.
fn remove_stale(out: &Path, charts: &BTreeSet<String>, verdicts: bool) -> Result<()> {
    let remove = |path: &Path| match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    };
    if !verdicts {
        remove(&out.join("verdicts.csv"))?;
    }
    let folder = out.join("charts");
    for entry in fs::read_dir(&folder).map_err(Error::io("list", &folder))?.flatten() {
        let path = entry.path();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let own = || fs::read(&path).is_ok_and(|text| chart::is_ours(&text));
        if path.extension().is_some_and(|kind| kind == "svg") && !charts.contains(&stem) && own() {
            remove(&path)?;
            remove(&path.with_extension("csv"))?;
            remove(&path.with_extension("png"))?;
        }
    }
    Ok(())
}

/// What makes the pixels of an SVG document, if anything does.
type Pixels = fn(&str) -> Option<Vec<u8>>;

/// A chart as SVG, as PNG and as the numbers behind it.
fn write_picture(picture: &block::Picture<'_>, folder: &Path, pixels: Pixels) -> Result<()> {
    let path = |kind: &str| folder.join(format!("{}.{kind}", picture.name));
    let svg = chart::render(picture.figure, chart::WIDE, picture.title, picture.alt);
    if let Some(png) = pixels(&svg) {
        atomic::write(&path("png"), png)?;
    }
    atomic::write(&path("svg"), &svg)?;
    atomic::write(&path("csv"), picture.figure.csv().text())
}

/// Writes the whole report below `out` (created if missing). Each file is replaced in one step.
///
/// # Errors
/// When the folder or a file cannot be written; the error names the path.
pub fn write(records: &[Record], out: &Path, options: &Options) -> Result<Written> {
    write_with(records, out, options, chart::png)
}

/// Drawing pixels is most of the work: tests of pages and numbers go without.
fn write_with(records: &[Record], out: &Path, options: &Options, pixels: Pixels) -> Result<Written> {
    let results = Results::of(records, options);
    let judged = verdicts::judged(&results);
    let negative = verdicts::on_negative_controls(&results);
    let across = Across::new(&results, &judged);
    let mut blocks = section::build(&results, (&judged, &negative), &across, options);
    block::name_charts(&mut blocks);
    let charts_folder = out.join("charts");
    atomic::create_folder(&charts_folder)?;
    let mut charts = BTreeSet::new();
    let pictures = block::pictures(&blocks);
    // One by one: a few take as long as a hundred others.
    pictures
        .par_iter()
        .with_max_len(1)
        .try_for_each(|picture| write_picture(picture, &charts_folder, pixels))?;
    charts.extend(pictures.iter().map(|picture| picture.name.to_owned()));
    if !judged.is_empty() {
        atomic::write(&out.join("verdicts.csv"), verdict_files::csv(&judged, &negative))?;
    }
    remove_stale(out, &charts, !judged.is_empty())?;
    atomic::write(&out.join("across.csv"), across::csv(&across))?;
    atomic::write(&out.join("runs.csv"), export::table(&results).text())?;
    atomic::write_with(&out.join("curves.csv"), |file| export::write_drawn(&results, &pictures, file))?;
    let (html, markdown) = (out.join("report.html"), out.join("report.md"));
    atomic::write(&markdown, markdown::page(&options.title, &blocks))?;
    atomic::write(&html, html::page(&options.title, &blocks))?;
    Ok(Written {
        terminal: told(&results, &judged, options),
        html,
        markdown,
        charts: charts.len(),
        missing: results.missing.runs(),
        conflicts: results.conflicts,
    })
}

/// `verdicts.csv` of a report, without the report.
pub fn verdicts_csv(records: &[Record], options: &Options) -> String {
    let results = Results::of(records, options);
    verdict_files::csv(&verdicts::judged(&results), &verdicts::on_negative_controls(&results))
}

/// Writes `runs.csv` and `raw-curves.csv` into a folder, which is created if missing.
///
/// # Errors
/// When the folder or a file cannot be written; the error names the path.
pub fn write_csv(results: &Results<'_>, out: &Path) -> Result<()> {
    atomic::create_folder(out)?;
    atomic::write(&out.join("runs.csv"), export::table(results).text())?;
    atomic::write_with(&out.join("raw-curves.csv"), |file| export::write_curves(results, file))
}

#[cfg(test)]
mod synthetic;

#[cfg(test)]
mod tests;
