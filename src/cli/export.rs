//! `bench export`: results and streams as files for other programs.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use super::exit;
use super::output::{data, library, print};
use super::records::{Loaded, load};
use super::travel::{CroissantArguments, Export, ResultsArguments, StreamArguments};
use super::written::default_out;
use crate::export::{croissant, stream};
use crate::registry;
use ::report::{Options, Results, export, write_csv};
use base::atomic;

pub fn run(what: &Export) -> anyhow::Result<u8> {
    match what {
        Export::Csv(arguments) => results(arguments, |results, out| {
            write_csv(results, out)?;
            Ok(vec!["runs.csv", "raw-curves.csv"])
        }),
        Export::Latex(arguments) => results(arguments, |results, out| {
            atomic::create_folder(out)?;
            atomic::write(&out.join("tables.tex"), export::tables(results))?;
            Ok(vec!["tables.tex"])
        }),
        Export::Tensorboard(arguments) => results(arguments, |results, out| {
            events(results, &out.join("tensorboard"))?;
            Ok(vec!["tensorboard"])
        }),
        Export::Croissant(CroissantArguments { ids, out }) => {
            for path in croissant::write(ids, out)? {
                print(&format!("written: {}\n", path.display()))?;
            }
            Ok(exit::OK)
        }
        Export::Stream(arguments) => one_stream(arguments),
    }
}

/// One event file a run. Names of folders are those of benchmark and method, made harmless; equal ones are numbered.
fn events(results: &Results<'_>, out: &Path) -> base::Result<()> {
    let mut taken = BTreeSet::new();
    for benchmark in &results.benchmarks {
        for method in benchmark.methods.iter().chain(&benchmark.controls) {
            let path = format!("{}/{}", folder_name(&benchmark.id), folder_name(&method.id));
            let numbered = (2..).map(|number| format!("{path}~{number}"));
            let free = std::iter::once(path.clone()).chain(numbered).find(|path| taken.insert(path.clone()));
            for record in &method.records {
                let run =
                    out.join(free.as_deref().unwrap_or(&path)).join(format!("seed{}", record.spec.seed));
                atomic::create_folder(&run)?;
                let bytes = export::events(record);
                atomic::write_with(&run.join("events.out.tfevents.0.neuromod"), |file| {
                    file.write_all(&bytes)
                })?;
            }
        }
    }
    Ok(())
}

/// Letters, digits and a few marks; what else stands in a name could lead elsewhere.
fn folder_name(id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_+=@.".contains(c) { c } else { '_' };
    let name: String = id.chars().map(safe).take(100).collect();
    name.trim_start_matches('.').to_owned()
}

/// Reads records and tells which files were written.
fn results(
    arguments: &ResultsArguments,
    write: impl Fn(&Results<'_>, &Path) -> base::Result<Vec<&'static str>>,
) -> anyhow::Result<u8> {
    let Loaded { records, planned, damaged } = load(&arguments.from, arguments.salvage)?;
    let options = Options { paradigms: registry::paradigms(), planned, ..Options::default() };
    let results = Results::of(&records, &options);
    let out = arguments.out.clone().unwrap_or_else(|| default_out(&arguments.from));
    for name in write(&results, &out)? {
        print(&format!("written: {}\n", out.join(name).display()))?;
    }
    Ok(if damaged == 0 { exit::OK } else { exit::FAILED })
}

fn one_stream(arguments: &StreamArguments) -> anyhow::Result<u8> {
    let StreamArguments { benchmark, seed, method, with_answers, validation, out, sources } = arguments;
    let (library, data) = (library(sources)?, data(sources));
    let asked = stream::Asked {
        benchmark,
        method: method.as_deref(),
        seed: *seed,
        answers: *with_answers,
        validation: *validation,
    };
    let found = stream::of(&library, &data, &asked)?;
    for path in stream::write(&found, out)? {
        print(&format!("written: {}\n", path.display()))?;
    }
    print(&format!("stream {}\n", found.stream_sha256))?;
    Ok(exit::OK)
}
