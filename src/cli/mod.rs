//! Layer 6: arguments, progress, exit codes; no science.

mod arguments;
mod command_line;
mod compare;
mod data;
mod data_arguments;
mod executed;
pub mod exit;
mod export;
mod headroom;
mod headroom_arguments;
mod judge;
mod list;
mod opened;
mod output;
mod progress;
mod records;
mod report;
mod searching;
mod session;
mod show;
mod sources;
mod study;
mod sweep;
mod sweep_arguments;
mod travel;
mod trouble;
mod tune;
mod tune_words;
mod validate;
mod validate_arguments;
mod written;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

use base::error::Error;

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
        Some(Command::Validate(validate)) => validate::run(&validate),
        Some(Command::Sweep(sweep)) => sweep::run(&sweep),
        Some(Command::Report(report)) => report::run(&report),
        Some(Command::Study(study)) => study::run(&study),
        Some(Command::Compare(compare)) => compare::run(&compare),
        Some(Command::Judge(judge)) => judge::run(&judge),
        Some(Command::Export(export)) => export::run(&export.what),
        Some(Command::Data(command)) => data::run(&command),
    };
    ExitCode::from(outcome.unwrap_or_else(|error| {
        output::tell(&format!("error: {}", in_full(&error)));
        match error.downcast_ref::<Error>() {
            Some(error) if error.is_input() => exit::USAGE,
            _ => exit::FAILED,
        }
    }))
}
