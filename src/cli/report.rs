//! `bench report`: tables, charts and HTML from records.

use super::arguments::ReportArguments;
use super::exit;
use super::output::{colour, print_styled};
use super::records::{Loaded, load};
use super::written::{default_out, write};
use crate::registry;
use ::report::Options;
use base::error::Error;
use contract::Status;

pub fn run(arguments: &ReportArguments) -> anyhow::Result<u8> {
    let Loaded { records, planned, damaged } = load(&arguments.from, arguments.salvage)?;
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.from));
    let suites: std::collections::BTreeSet<&str> =
        records.iter().map(|record| record.suite.as_str()).collect();
    let options = Options {
        title: suites.into_iter().collect::<Vec<_>>().join(", "),
        color: colour(),
        tables: arguments.verbose,
        paradigms: registry::paradigms(),
        planned,
        ..Options::default()
    };
    std::fs::create_dir_all(&out).map_err(Error::input("create the output folder", &out))?;
    let written = write(&records, &out, &options)?;
    print_styled(&written.text)?;
    let fine = written.missing + damaged == 0 && records.iter().all(|record| record.status == Status::Ok);
    Ok(if fine { exit::OK } else { exit::FAILED })
}
