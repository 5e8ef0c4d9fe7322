//! Layer 6: arguments, progress, exit codes; no science.

mod arguments;
mod command_line;
mod headroom;
mod list;
mod output;
mod progress;
mod report;
mod session;
mod show;
mod tune;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

use base::error::Error;

/// Exit codes that scripts can rely on.
pub mod exit {
    /// All runs are fine.
    pub const OK: u8 = 0;
    /// Some runs failed, diverged or timed out; the report exists. Also: results could not be written.
    pub const FAILED: u8 = 1;
    /// Wrong usage, definitions, data or records; an output folder that cannot be one.
    pub const USAGE: u8 = 2;
    /// Interrupted; the same command goes on where it stopped.
    pub const INTERRUPTED: u8 = 75;
}

/// An error with its causes; a cause that the text above it already tells is left out.
fn in_full(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    text
}

/// Parses the arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        None => session::run(&arguments.run),
        Some(Command::Run(run)) => session::run(&run),
        Some(Command::List(list)) => list::run(&list),
        Some(Command::Show(show)) => show::run(&show),
        Some(Command::Tune(tune)) => tune::run(&tune),
        Some(Command::Headroom(headroom)) => headroom::run(&headroom),
        Some(Command::Report(report)) => report::run(&report),
    };
    ExitCode::from(outcome.unwrap_or_else(|error| {
        output::tell(&format!("error: {}", in_full(&error)));
        match error.downcast_ref::<Error>() {
            Some(error) if error.is_input() => exit::USAGE,
            _ => exit::FAILED,
        }
    }))
}
