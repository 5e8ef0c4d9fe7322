//! What the commands share that search by real runs: a folder with the records, progress, interrupts.

use std::path::Path;

use super::opened::Opened;
use super::output::tell;
use super::progress::Progress;
use super::trouble::stopped;
use super::{exit, opened};
use crate::measure::Store;
use crate::run::{Listener, PlannedRun};
use base::error::{Error, StopReason};

/// Opens the folder of a search's records.
pub fn open(folder: &Path, salvage: bool, quiet: bool) -> anyhow::Result<Store> {
    let Opened { journal, own, others } = opened::open(folder, salvage, quiet)?;
    let store = Store::new(journal, own.into_iter().chain(others));
    if store.settled() > 0 && !quiet {
        tell(&format!("{} runs are already in {}", store.settled(), folder.display()));
    }
    Ok(store)
}

/// Progress over each batch of runs.
pub fn progress(jobs: usize, quiet: bool) -> impl Fn(&[PlannedRun]) -> Box<dyn Listener> {
    move |runs| Box::new(Progress::new(runs, jobs, quiet))
}

/// The exit code of an interrupted search; any other error goes on, with where the records are.
pub fn ended(error: Error, store: &mut Store) -> anyhow::Result<u8> {
    match error {
        Error::Stopped(StopReason::Interrupt) => {
            let count = store.settled();
            tell(&format!("interrupted with {count} runs recorded; repeat the command to go on"));
            Ok(exit::INTERRUPTED)
        }
        Error::Gone { .. } | Error::Io { .. } => Err(stopped(error, store.journal())),
        error => Err(error.into()),
    }
}
