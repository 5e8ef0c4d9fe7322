//! Opening the folder of a session's records, in the one way of all commands that train.

use std::path::Path;

use super::trouble::{handle_signals, tell_other_versions, tell_recovery};
use crate::run::{Damage, Journal, install_panic_hook};
use base::error::Result;
use contract::Record;

/// A journal, and what it held.
pub struct Opened {
    pub journal: Journal,
    /// Made by this version of the program.
    pub own: Vec<Record>,
    /// Made by another: they stay, and their results do not count.
    pub others: Vec<Record>,
}

/// Opens the journal in a folder and tells of whatever is wrong with it. From here on signals stop the command in order, and a
/// panicking run becomes a record with its message.
///
/// # Errors
/// Damage that is not to be salvaged; a folder that is in use or cannot be written.
pub fn open(folder: &Path, salvage: bool, quiet: bool) -> Result<Opened> {
    let damage = if salvage { Damage::Salvage } else { Damage::Refuse };
    let (journal, recovery) = Journal::open_with(folder, damage)?;
    tell_recovery(quiet, &recovery);
    let version = env!("CARGO_PKG_VERSION");
    let (own, others): (Vec<Record>, Vec<Record>) =
        recovery.records.into_iter().partition(|record| record.env.version == version);
    tell_other_versions(quiet, &others, version);
    handle_signals();
    install_panic_hook();
    Ok(Opened { journal, own, others })
}
