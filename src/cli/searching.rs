//! What the commands share that search by real runs: a folder with the records, progress, interrupts.

use std::path::Path;

use super::exit;
use super::output::tell;
use super::progress::Progress;
use super::trouble::{handle_signals, stopped, tell_other_versions, tell_recovery};
use crate::measure::Store;
use crate::run::{Damage, Journal, Listener, PlannedRun, install_panic_hook};
use base::error::{Error, StopReason};
use contract::Record;

/// Opens the folder of a search's records. From here on signals stop the search in order.
pub fn open(folder: &Path, salvage: bool, quiet: bool) -> anyhow::Result<Store> {
    let damage = if salvage { Damage::Salvage } else { Damage::Refuse };
    let (journal, recovery) = Journal::open_with(folder, damage)?;
    tell_recovery(quiet, &recovery);
    let version = env!("CARGO_PKG_VERSION");
    let others: Vec<&Record> =
        recovery.records.iter().filter(|record| record.env.version != version).collect();
    tell_other_versions(quiet, &others, version);
    let store = Store::new(journal, recovery);
    if store.settled() > 0 && !quiet {
        tell(&format!("{} runs are already in {}", store.settled(), folder.display()));
    }
    handle_signals();
    install_panic_hook();
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
