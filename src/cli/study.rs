//! `bench study`: the whole of what a claim needs in one command. Each part is done by the command that does it alone (`bench
//! tune`, `bench run`, `bench report`), so that it can be stopped, gone on with and repeated as those can.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::arguments::{Arguments, Command};
use super::output::{library, method as named, print, seconds};
use super::travel::StudyArguments;
use super::{exit, report, session, tune};
use crate::registry::plain_method;
use crate::run::{Plan, Selection, Target};
use base::atomic;
use base::error::{DefinitionError, Error, Result};
use base::plain;
use contract::definition::{Arm, Benchmark, Library, MethodPreset, Tuned};
use learn::modulation::{ModulationSpec, ReceptorSpec};

/// Controls that follow from a preset; the tuned ones come from the search.
const DERIVED: [&str; 3] = ["unmodulated", "mean-gain", "shuffled"];
const ARMS: [Arm; 3] = [Arm::Mechanism, Arm::Constant, Arm::Optimiser];

pub fn run(arguments: &StudyArguments) -> anyhow::Result<u8> {
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| Path::new("results/local/study").join(&arguments.mechanism));
    let tuned = out.join("tuned");
    let shipped = library(&arguments.sources)?;
    for id in &arguments.asked {
        mechanism(&shipped, shipped.benchmark(id)?, &arguments.mechanism)?;
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
    let text = page(arguments, &with_tuned(arguments, &tuned)?, &out)?;
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

/// The preset, which has to be a mechanism whose controls follow from it.
fn mechanism<'l>(library: &'l Library, benchmark: &Benchmark, id: &str) -> Result<&'l MethodPreset> {
    let preset = named(library, &benchmark.header.paradigm, id)?;
    let problem = match (&preset.header.control, preset.header.modulation.is_empty()) {
        (Some(_), _) => "is a control",
        (None, true) if preset.header.mechanism => {
            "has its modulation built in, and its controls as methods of their own"
        }
        (None, true) => "has no neuromodulators",
        (None, false) => return Ok(preset),
    };
    Err(preset.refuse(DefinitionError {
        key: "MECHANISM".into(),
        found: id.into(),
        problem: problem.into(),
        allowed: vec!["a method with a modulation table (bench list methods)".into()],
        ..DefinitionError::default()
    }))
}

/// What it will take, before anything trains.
fn cost(arguments: &StudyArguments, library: &Library) -> Result<String> {
    let StudyArguments { trials, restarts, validation_seeds, confirm, seeds, .. } = arguments;
    let mut text = String::new();
    let mut total = 0.0;
    for id in &arguments.asked {
        let plan = |methods: Vec<String>, seeds: u64| {
            Plan::new(library, &Selection { targets: vec![id.clone()], methods, seeds: Some(seeds) })
        };
        let one = plan(vec![arguments.mechanism.clone()], 1)?.cost();
        let searched = ARMS.len() as u64 * restarts * (trials * validation_seeds + confirm);
        let search = searched as f64 * one;
        let methods = 1 + DERIVED.len() as u64 + 1 + restarts;
        let runs =
            plan(derived(&arguments.mechanism), *seeds)?.cost() * methods as f64 / (1 + DERIVED.len()) as f64;
        let _ = writeln!(
            text,
            "{id}: search {} arms × {restarts} restarts × {trials} trials × {validation_seeds} seeds, the best again on {confirm}: \
             {searched} runs, about {} of one core; then up to {methods} methods × {seeds} seeds, about {}",
            ARMS.len(),
            seconds(search),
            seconds(runs)
        );
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

/// The mechanism and the controls that follow from it.
fn derived(mechanism: &str) -> Vec<String> {
    let controls = DERIVED.iter().map(|control| format!("{mechanism}+{control}"));
    std::iter::once(mechanism.to_owned()).chain(controls).collect()
}

/// The definitions with what this study has found.
fn with_tuned(arguments: &StudyArguments, tuned: &Path) -> Result<Library> {
    let mut library = library(&arguments.sources)?;
    library.add_folder(tuned)?;
    Ok(library)
}

/// What a search with this study's budget has found, by arm.
fn found<'l>(
    arguments: &StudyArguments,
    library: &'l Library,
    id: &str,
) -> Result<Vec<(Arm, Option<&'l Tuned>)>> {
    let benchmark = library.benchmark(id)?;
    let preset = mechanism(library, benchmark, &arguments.mechanism)?;
    let same = |one: &&Tuned| {
        (one.trials, one.restarts, one.seeds, one.confirm)
            == (arguments.trials, arguments.restarts, arguments.validation_seeds, arguments.confirm)
    };
    ARMS.iter().map(|arm| Ok((*arm, library.found(preset, benchmark, *arm)?.filter(same)))).collect()
}

fn searched(arguments: &StudyArguments, tuned: &Path, id: &str) -> Result<bool> {
    let library = with_tuned(arguments, tuned)?;
    Ok(found(arguments, &library, id)?.iter().all(|(_, found)| found.is_some()))
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
    let mut methods = derived(&arguments.mechanism);
    for (arm, found) in found(arguments, &library, id)? {
        let Some(found) = found else { continue };
        let kind = match arm {
            Arm::Optimiser => "tuned-optimiser",
            Arm::Constant => "tuned-constant",
            _ => continue,
        };
        methods.push(format!("{}+{kind}", arguments.mechanism));
        let others = if arm == Arm::Constant { found.others.len() } else { 0 };
        methods.extend((0..others).map(|place| format!("{}+{kind}-{}", arguments.mechanism, place + 2)));
    }
    let mut words: Vec<String> = ["run", id].map(str::to_owned).to_vec();
    words.extend(["--seeds".into(), arguments.seeds.to_string(), "--out".into(), out.display().to_string()]);
    words.extend(["--method".to_owned(), methods.join(",")]);
    words.extend(shared(arguments, Some(tuned)));
    Ok(words)
}

/// One page: what was asked, what was searched, what came out, and where the evidence is.
fn page(arguments: &StudyArguments, library: &Library, out: &Path) -> Result<String> {
    let mut text = format!("# Does {} help?\n\n", plain::line(&arguments.mechanism));
    text.push_str("| benchmark | verdict | p | p (Holm) | against |\n| --- | --- | ---: | ---: | --- |\n");
    let path = out.join("verdicts.csv");
    let broken = |error: csv::Error| Error::input("read the verdicts", &path)(std::io::Error::other(error));
    let mut reader = csv::Reader::from_path(&path).map_err(broken)?;
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let cell = |at: usize| row.get(at).unwrap_or_default().replace('|', "\\|");
        if row.get(3) == Some(arguments.mechanism.as_str()) {
            let _ =
                writeln!(text, "| {} | **{}** | {} | {} | {} |", cell(2), cell(4), cell(5), cell(6), cell(7));
        }
    }
    let StudyArguments { trials, restarts, validation_seeds, seeds, confirm, .. } = arguments;
    let _ = writeln!(
        text,
        "\nThe mechanism, a constant in its place and the optimiser without it were searched with the same budget on validation \
         data and other seeds: {restarts} restarts × {trials} trials × {validation_seeds} seeds, the best again on {confirm}. What was \
         found ran with every required control on {seeds} seeds. Evidence, with every seed: report.html beside this page; the \
         rule: docs/verdicts.md.\n"
    );
    for id in &arguments.asked {
        for (arm, found) in found(arguments, library, id)? {
            let told = found.map_or_else(
                || "nothing to choose, or not searched".to_owned(),
                |found| format!("validation score {:.4}, {}", found.score, values(&found.values)),
            );
            let _ = writeln!(text, "- {id}, {}: {}", arm.word(), plain::line(&told));
        }
        let benchmark = library.benchmark(id)?;
        if plain_method(&benchmark.header.paradigm).is_some() {
            let targets = targets(mechanism(library, benchmark, &arguments.mechanism)?, id)?;
            let command = format!("bench headroom {id} --target {targets} --method {}", arguments.mechanism);
            let _ = writeln!(text, "- {id}, whether any timing of these gains could help: `{command}`");
        }
    }
    Ok(text)
}

/// What the mechanism acts on, as `bench headroom` takes it.
fn targets(preset: &MethodPreset, benchmark: &str) -> Result<String> {
    let spec = preset.modulation::<ModulationSpec>(benchmark)?;
    let receptors = spec.iter().flat_map(|spec| spec.modulators.values()).flat_map(|one| &one.receptors);
    let name = |one: &ReceptorSpec| Target { kind: one.target, term: one.term.clone() }.to_string();
    let targets: BTreeSet<String> = receptors.map(name).collect();
    Ok(Vec::from_iter(targets).join(","))
}

fn values(values: &toml::Table) -> String {
    if values.is_empty() {
        return "as the preset has it".into();
    }
    values.iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>().join(", ")
}
