//! `bench validate`: published rows, ours beside theirs.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::executed::Kept;
use super::exit;
use super::output::{data, library, print, print_styled, seconds, tell};
use super::validate_arguments::{ValidateArguments, ValidateFormat};
use crate::run::{Plan, PlannedRun, Selection};
use crate::validate::{
    Compared, Protocol, Row, Verdict, compare, json, markdown, protocols, with_benchmarks, words,
};
use base::error::{DefinitionError, Result};

pub fn run(arguments: &ValidateArguments) -> anyhow::Result<u8> {
    let protocols = protocols()?;
    let rows = chosen(&protocols, &arguments.names)?;
    let library = with_benchmarks(library(&arguments.sources)?, &protocols)?;
    let seeds = if arguments.quick { 1 } else { arguments.seeds };
    let mut runs: Vec<PlannedRun> = Vec::new();
    let mut cost = Vec::new();
    for (_, row) in &rows {
        let targets = vec![row.benchmark.clone()];
        let methods = vec![row.method.clone()];
        let asked = Selection { targets, methods, seeds: Some(seeds), ..Selection::default() };
        let plan = Plan::new(&library, &asked)?;
        cost.push(plan.cost());
        runs.extend(plan.runs);
    }
    let jobs = arguments.effort.jobs();
    if arguments.dry_run {
        for ((protocol, row), cost) in rows.iter().zip(&cost) {
            let what = format!("{:16} {} · {}", protocol.name, row.benchmark, row.method);
            print(&format!("{what}: {seeds} seeds, about {} of one core\n", seconds(*cost)))?;
        }
        return Ok(exit::OK);
    }
    let data = data(&arguments.sources);
    let plan = Plan { runs, ..Plan::default() };
    plan.load_data(&data)?;
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/local/validate"));
    let records = Kept::open(&out, arguments.salvage, arguments.effort.quiet)?.records(
        &plan.runs,
        &data,
        jobs,
        arguments.effort.quiet,
    )?;
    let beside = |(protocol, row)| compare(protocol, row, &records, seeds, arguments.quick);
    let compared: Vec<Compared<'_>> = rows.iter().copied().map(beside).collect();
    match arguments.format {
        ValidateFormat::Table => print(&words(&compared, arguments.quick))?,
        ValidateFormat::Markdown => print(&markdown(&compared, arguments.quick))?,
        ValidateFormat::Json => {
            print_styled(&format!("{}\n", serde_json::to_string_pretty(&json(&compared, arguments.quick))?))?
        }
    }
    if records.len() < plan.runs.len() {
        tell("interrupted; repeat the command to go on");
        return Ok(exit::INTERRUPTED);
    }
    let any = |verdict: Verdict| compared.iter().any(|row| row.verdict == verdict);
    Ok(if any(Verdict::Incomplete) {
        exit::FAILED
    } else if any(Verdict::Misses) {
        exit::MISSED
    } else {
        exit::OK
    })
}

/// A row of a source.
type Of<'a> = (&'a Protocol, &'a Row);
/// A name by which rows are chosen.
type Name<'a> = fn(Of<'a>) -> &'a str;

/// The rows that fit a name of each kind that is given.
fn chosen<'a>(protocols: &'a [Protocol], names: &[String]) -> Result<Vec<Of<'a>>> {
    let rows = || protocols.iter().flat_map(|protocol| protocol.row.iter().map(move |row| (protocol, row)));
    let kinds: [Name<'a>; 3] =
        [|(protocol, _)| &protocol.name, |(_, row)| &row.benchmark, |(_, row)| &row.method];
    let known: Vec<BTreeSet<&str>> = kinds.iter().map(|kind| rows().map(kind).collect()).collect();
    if let Some(name) = names.iter().find(|name| !known.iter().any(|known| known.contains(name.as_str()))) {
        let all = known.iter().flatten().copied();
        return Err(
            DefinitionError::unknown("source, benchmark or method of a published row", name, all).into()
        );
    }
    let fits = |row: &Of<'a>| {
        kinds.iter().zip(&known).all(|(kind, known)| {
            let mut given = names.iter().filter(|name| known.contains(name.as_str())).peekable();
            given.peek().is_none() || given.any(|name| name == kind(*row))
        })
    };
    let found: Vec<Of<'a>> = rows().filter(fits).collect();
    if found.is_empty() {
        let allowed = "names that a row has together";
        return Err(DefinitionError::range("NAME", names.join(" "), allowed).into());
    }
    Ok(found)
}
