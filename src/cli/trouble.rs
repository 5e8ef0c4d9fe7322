//! What a session says of interrupts, damage, and folders that go away.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::exit;
use super::output::tell;
use super::written::{note, tell_damage, tell_nondeterminism};
use crate::run::{Journal, Recovery};
use base::error::Error;
use contract::Record;

/// Set by the first signal.
pub static INTERRUPT: AtomicBool = AtomicBool::new(false);

/// The first signal stops the session in order, with its report; a later one at once. Some programs send theirs twice, to
/// the process and to its group (GNU `timeout` does): that is one. The journal survives whatever comes.
pub fn handle_signals() {
    const ONE: Duration = Duration::from_secs(2);
    let mut first: Option<Instant> = None;
    // A failure to install the handler leaves the default.
    let _ = ctrlc::set_handler(move || {
        INTERRUPT.store(true, Ordering::Relaxed);
        if first.get_or_insert_with(Instant::now).elapsed() > ONE {
            std::process::exit(i32::from(exit::INTERRUPTED));
        }
    });
}

/// Why a session stopped, and where its records are.
pub fn stopped(error: Error, journal: &mut Journal) -> anyhow::Error {
    let told = match error {
        Error::Gone { .. } => match journal.rescue() {
            Ok(Some(kept)) => format!("stopped; what the journal held is kept in {}", kept.display()),
            Ok(None) => "stopped; the records are where the journal was moved to, if anywhere".into(),
            Err(rescue) => format!("stopped; what the journal held could not be kept: {rescue}"),
        },
        _ => format!("stopped; the records before this one are safe in {}", journal.path().display()),
    };
    anyhow::Error::from(error).context(told)
}

pub fn tell_recovery(quiet: bool, recovery: &Recovery) {
    if let Some(torn) = &recovery.torn {
        let bytes = recovery.torn_bytes;
        let text = format!(
            "the journal's last line was torn (a crash or a full disk?): its {bytes} bytes are cut off, kept in"
        );
        note(quiet, &format!("{text} {}, and its run is done again", torn.display()));
    }
    if let Some(original) = &recovery.original {
        tell_damage(recovery);
        let text = format!("the damaged journal is kept in {}", original.display());
        tell(&format!("{text}; what was salvaged goes on, and missing runs are done again"));
    }
    tell_nondeterminism(&recovery.nondeterministic);
}

/// Another version of the program may compute something else under the same key: its records stay, and do not count.
pub fn tell_other_versions(quiet: bool, others: &[Record], version: &str) {
    let versions: BTreeSet<&str> = others.iter().map(|record| record.env.version.as_str()).collect();
    if !versions.is_empty() {
        let made =
            format!("{} records were made by version {}", others.len(), Vec::from_iter(versions).join(", "));
        note(quiet, &format!("{made}, this is {version}: they stay, and their runs are done again"));
    }
}
