//! `bench judge`: results made elsewhere, judged by the same rules.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::output::{colour, columns, data, library, print, print_styled, tell};
use super::records::load;
use super::travel::JudgeArguments;
use super::written::write;
use super::{command_line, exit};
use crate::judge::{Native, meanings, read, records, template};
use crate::registry;
use crate::run::{Damage, read_records};
use ::report::Options;
use base::atomic;
use base::error::{DefinitionError, Error, Result};
use contract::{Record, Status};

/// File name of a folder's records.
const RECORDS: &str = "records.jsonl";

pub fn run(arguments: &JudgeArguments) -> anyhow::Result<u8> {
    if let Some(path) = &arguments.template {
        example(path)?;
        print(&format!("columns\n{}written: {}\n", columns(&meanings()), path.display()))?;
        return Ok(exit::OK);
    }
    let (library, data) = (library(&arguments.sources)?, data(&arguments.sources));
    let with = load(&arguments.with, false)?;
    let entries = read(&arguments.files)?;
    let native = Native { library: &library, data: &data, records: &with.records };
    let judged = records(&entries, &native)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/local/judged"));
    keep(&judged, &out)?;
    let names: Vec<String> = arguments.files.iter().map(|file| file.display().to_string()).collect();
    let options = Options {
        title: format!("Judged: {}", names.join(", ")),
        command: command_line::of_this_process(),
        color: colour(),
        paradigms: registry::paradigms(),
        planned: with.planned,
        ..Options::default()
    };
    let all: Vec<Record> = with.records.into_iter().chain(judged).collect();
    let written = write(&all, &out, &options)?;
    print_styled(&written.text)?;
    tell(PROMISE);
    let fine = written.missing == 0 && all.iter().all(|record| record.status == Status::Ok);
    Ok(if fine { exit::OK } else { exit::FAILED })
}

const PROMISE: &str = "scores, streams and searches in tables are declared by their authors, not proven";

/// Writes an example where nothing stands yet.
fn example(path: &Path) -> Result<()> {
    let json = match path.extension().and_then(|kind| kind.to_str()) {
        Some("csv") => false,
        Some("jsonl") => true,
        _ => {
            let allowed = "a file name that ends in .csv or .jsonl";
            return Err(DefinitionError::range("--template", path.display(), allowed).into());
        }
    };
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(Error::input("write the example", path))?;
    file.write_all(template(json).as_bytes()).map_err(Error::io("write", path))
}

/// Writes the records of the table, so that `bench report` can take them again. A folder with records of this program's own
/// is left alone.
fn keep(judged: &[Record], out: &Path) -> Result<()> {
    std::fs::create_dir_all(out).map_err(Error::input("create the output folder", out))?;
    let path = out.join(RECORDS);
    if path.exists() {
        let there = read_records(&path, Damage::Refuse)?;
        if there.records.iter().any(|record| record.judged.is_none()) {
            let allowed = "a folder without records of runs; --with takes that one";
            return Err(DefinitionError::range("--out", out.display(), allowed).into());
        }
    }
    let lines: Result<Vec<String>> = judged.iter().map(|record| Ok(record.line()? + "\n")).collect();
    atomic::write(&path, lines?.concat())
}
