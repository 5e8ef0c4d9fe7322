//! `bench study`: the whole of what a claim needs in one command. Each part is done by the command that does it alone (`bench
//! tune`, `bench run`, `bench report`), so that it can be stopped, gone on with and repeated as those can.

mod arms;
mod page;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::arguments::{Arguments, Command};
use super::output::{library, print, seconds};
use super::travel::StudyArguments;
use super::{exit, report, session, tune};
use crate::run::{Plan, Selection};
use arms::Arms;
use base::atomic;
use base::error::Result;
use contract::definition::Library;

pub fn run(arguments: &StudyArguments) -> anyhow::Result<u8> {
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| Path::new("results/local/study").join(&arguments.mechanism));
    let tuned = out.join("tuned");
    let shipped = library(&arguments.sources)?;
    for id in &arguments.asked {
        Arms::of(arguments, &shipped, id)?;
    }
    print(&cost(arguments, &shipped)?)?;
    if arguments.dry_run {
        return Ok(exit::OK);
    }
    atomic::create_folder(&tuned)?;
    for id in &arguments.asked {
        if !searched(arguments, &tuned, id)? {
            let code = call(&search_words(arguments, &tuned, id))?;
            if code != exit::OK {
                return Ok(code);
            }
        }
    }
    let mut worst = exit::OK;
    for id in &arguments.asked {
        let code = call(&run_words(arguments, &tuned, &out, id)?)?;
        if code > exit::FAILED {
            return Ok(code);
        }
        worst = worst.max(code);
    }
    if arguments.asked.len() > 1 {
        worst = worst.max(call(&["report".to_owned(), out.display().to_string()])?);
    }
    let path = out.join("study.md");
    let text = page::text(arguments, &with_tuned(arguments, &tuned)?, &out)?;
    atomic::write(&path, &text)?;
    print(&format!("study: {}\n", path.display()))?;
    Ok(worst)
}

/// Does what a command line says.
fn call(words: &[String]) -> anyhow::Result<u8> {
    let words = std::iter::once("bench".to_owned()).chain(words.iter().cloned());
    match Arguments::try_parse_from(words)?.command {
        Some(Command::Tune(arguments)) => tune::run(&arguments),
        Some(Command::Run(arguments)) => session::run(&arguments),
        Some(Command::Report(arguments)) => report::run(&arguments),
        _ => Ok(exit::OK),
    }
}

/// What it will take, before anything trains.
fn cost(arguments: &StudyArguments, library: &Library) -> Result<String> {
    let StudyArguments { trials, restarts, validation_seeds, confirm, seeds, .. } = arguments;
    let mut text = String::new();
    let mut total = 0.0;
    for id in &arguments.asked {
        let plan = |methods: Vec<String>, seeds: u64| {
            let asked =
                Selection { targets: vec![id.clone()], methods, seeds: Some(seeds), ..Selection::default() };
            Ok::<f64, base::error::Error>(Plan::new(library, &asked)?.cost())
        };
        let arms = Arms::of(arguments, library, id)?;
        let each = restarts * (trials * validation_seeds + confirm);
        let searched = arms.searched.len() as u64 * each;
        let one = |arm: &arms::Searched| plan(vec![arm.preset.header.id.clone()], 1);
        let search = each as f64 * arms.searched.iter().map(one).sum::<Result<f64>>()?;
        let methods = arms.methods.len() as u64 + arms.more(*restarts);
        let runs = plan(arms.methods.clone(), *seeds)? * methods as f64 / arms.methods.len() as f64;
        if searched == 0 {
            let _ = write!(
                text,
                "{id}: no preset of it has a space to search, the settings are those of the presets"
            );
        } else {
            let _ = write!(
                text,
                "{id}: search {} arms × {restarts} restarts × {trials} trials × {validation_seeds} seeds, the best again on \
                 {confirm}: {searched} runs, about {} of one core",
                arms.searched.len(),
                seconds(search)
            );
        }
        let _ = writeln!(text, "; then up to {methods} methods × {seeds} seeds, about {}", seconds(runs));
        if !arms.lacking.is_empty() {
            let lacking = arms.lacking.join(", ");
            let _ = writeln!(
                text,
                "{id}: no preset is its {lacking}: without it there is no verdict (docs/verdicts.md)"
            );
        }
        total += search + runs;
    }
    let jobs = arguments.effort.jobs();
    let _ = writeln!(
        text,
        "about {} with {jobs} jobs; what is done already is not done again",
        seconds(total / jobs as f64)
    );
    Ok(text)
}

/// The definitions with what this study has found.
fn with_tuned(arguments: &StudyArguments, tuned: &Path) -> Result<Library> {
    let mut library = library(&arguments.sources)?;
    library.add_folder(tuned)?;
    Ok(library)
}

/// Whether everything that can be searched has been, with this study's budget.
fn searched(arguments: &StudyArguments, tuned: &Path, id: &str) -> Result<bool> {
    let library = with_tuned(arguments, tuned)?;
    let arms = Arms::of(arguments, &library, id)?;
    Ok(arms.searched.iter().all(|arm| arm.found.is_some()))
}

/// Flags that every part gets: jobs, quiet and sources.
fn shared(arguments: &StudyArguments, tuned: Option<&Path>) -> Vec<String> {
    let mut words = Vec::new();
    let mut flag = |name: &str, value: String| words.extend([format!("--{name}"), value]);
    arguments.effort.asked().iter().for_each(|jobs| flag("jobs", jobs.to_string()));
    arguments.sources.data_dir.iter().for_each(|dir| flag("data-dir", dir.display().to_string()));
    let folders = arguments.sources.benchmarks.iter().map(PathBuf::as_path).chain(tuned);
    folders.for_each(|dir| flag("benchmarks", dir.display().to_string()));
    words.extend(arguments.effort.quiet.then(|| "--quiet".to_owned()));
    words
}

/// A search of this study, its records in the study's own folder.
fn search_words(arguments: &StudyArguments, tuned: &Path, id: &str) -> Vec<String> {
    let StudyArguments { mechanism, trials, restarts, validation_seeds, confirm, .. } = arguments;
    let mut words: Vec<String> = ["tune", id, "--method", mechanism.as_str()].map(str::to_owned).to_vec();
    let numbers =
        [("trials", trials), ("restarts", restarts), ("seeds", validation_seeds), ("confirm", confirm)];
    words.extend(numbers.into_iter().flat_map(|(name, value)| [format!("--{name}"), value.to_string()]));
    let records = tuned.with_file_name("search").join(id);
    for (name, folder) in [("--out", tuned), ("--records", &records)] {
        words.extend([name.to_owned(), folder.display().to_string()]);
    }
    words.extend(shared(arguments, None));
    words
}

/// The mechanism with every control, those included that the search found.
fn run_words(arguments: &StudyArguments, tuned: &Path, out: &Path, id: &str) -> Result<Vec<String>> {
    let library = with_tuned(arguments, tuned)?;
    let arms = Arms::of(arguments, &library, id)?;
    let mut words: Vec<String> = ["run", id].map(str::to_owned).to_vec();
    words.extend(["--seeds".into(), arguments.seeds.to_string(), "--out".into(), out.display().to_string()]);
    words.extend(["--method".to_owned(), arms.with_found()?.join(",")]);
    words.extend(shared(arguments, Some(tuned)));
    Ok(words)
}
