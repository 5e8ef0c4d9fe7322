//! What sessions and reports share: scoring records, writing a report, telling what was found.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::output::tell;
use crate::run::Recovery;
use ::report::Options;
use ::report::metric;
use base::plain;
use contract::{Record, Status};

/// Computes a record's metrics anew from its raw log.
pub fn rescore(record: &mut Record) {
    if record.status == Status::Ok {
        record.metrics = metric::score_all(&record.spec.paradigm, &record.log);
    }
}

/// Where the report of this folder goes.
pub fn default_out(from: &[PathBuf]) -> PathBuf {
    match from.first() {
        Some(path) if path.is_dir() => path.clone(),
        Some(path) => path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned),
        None => PathBuf::from("."),
    }
}

/// Tells something unless the user wants quiet.
pub fn note(quiet: bool, text: &str) {
    if !quiet {
        tell(text);
    }
}

/// Tells of each line that was left out.
pub fn tell_damage(recovery: &Recovery) {
    recovery.damaged.iter().for_each(|line| tell(&format!("warning: left out: {line}")));
}

/// Warns of runs that were recorded with different results on one machine, of the first ten by name.
pub fn tell_nondeterminism(keys: &[String]) {
    const TOLD: usize = 10;
    for key in keys.iter().take(TOLD) {
        tell(&format!(
            "warning: run {key} was recorded twice with different results on this machine: not deterministic"
        ));
    }
    if keys.len() > TOLD {
        tell(&format!("warning: and {} more such runs", keys.len() - TOLD));
    }
}

/// What goes to the terminal, and how many planned runs have no record.
pub struct Told {
    pub text: String,
    pub missing: usize,
}

/// Does `work` on as many threads as there are cores: the process's own pool has one, for the tensor engine's sake
/// (`run::prepare_process`), and a report is made when nothing trains.
fn on_every_core<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(crate::run::cores()).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// Writes the report.
pub fn write(records: &[Record], out: &Path, options: &Options) -> anyhow::Result<Told> {
    let written = on_every_core(|| ::report::write(records, out, options))
        .with_context(|| "the records are safe; `bench report` writes the report again")?;
    written.conflicts.iter().for_each(|conflict| tell(&format!("warning: {}", plain::line(conflict))));
    let html = written.html.display().to_string();
    let text = format!("{}\nreport: {}\n", written.terminal.trim_end(), plain::line(&html));
    Ok(Told { text, missing: written.missing })
}
