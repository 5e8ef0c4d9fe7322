//! `bench tune`: equal-budget search on validation data.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::arguments::{TuneArguments, TunePart};
use super::exit;
use super::output::{library_and_data, method as named, print};
use crate::run;
use crate::tune::{
    Budget, CONFIRM_SEED, FIRST_SEED, Found, Kept, Question, Search, best, validation_scores, write,
};
use base::error::{DefinitionError, Result};
use contract::definition::{Arm, Benchmark, MethodPreset};

pub fn run(arguments: &TuneArguments) -> anyhow::Result<u8> {
    let targets = std::slice::from_ref(&arguments.benchmark);
    let (library, data) = library_and_data(&arguments.sources, targets)?;
    let benchmark = library.benchmark(&arguments.benchmark)?;
    let budget = Budget {
        trials: usize::try_from(arguments.trials)?,
        restarts: usize::try_from(arguments.restarts)?,
        seeds: arguments.seeds,
        confirm: arguments.confirm,
    };
    let jobs = arguments.jobs.map_or_else(run::cores, |jobs| usize::try_from(jobs).unwrap_or(1));
    let search = Search { library: &library, data: &data, benchmark, budget, jobs };
    let methods = if arguments.method.is_empty() { &benchmark.header.methods } else { &arguments.method };
    for method in methods {
        named(&library, &benchmark.header.paradigm, method)?;
    }
    if let Some(text) = &arguments.values {
        for method in methods {
            try_values(&search, method, text)?;
        }
        return Ok(exit::OK);
    }
    // Every name and space is checked before anything trains.
    let mut questions = Vec::new();
    for method in methods {
        let own = search.questions(method)?;
        if own.is_empty() {
            print(&format!("{method}: nothing to choose\n"))?;
        }
        questions.extend(own.into_iter().filter(|question| wanted(arguments.part, question.arm)));
    }
    let folder = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/tuned"));
    let mut answered: Vec<(Question, Found)> = Vec::new();
    for question in questions {
        let known = answered.iter().find(|(other, _)| other.same_search(&question, &benchmark.header.id));
        let found = match known {
            Some((_, found)) => found.clone(),
            None => search.answer(&question)?,
        };
        keep(&search, &folder, &question, &found)?;
        answered.push((question, found));
    }
    print(&hint(benchmark, &answered, &folder))?;
    Ok(exit::OK)
}

fn wanted(part: TunePart, arm: Arm) -> bool {
    match part {
        TunePart::All => true,
        TunePart::Mechanism => arm == Arm::Mechanism,
        TunePart::Constant => arm == Arm::Constant,
        TunePart::Optimiser => arm == Arm::Optimiser,
    }
}

/// Writes and prints one answer.
fn keep(search: &Search<'_>, folder: &Path, question: &Question, found: &Found) -> anyhow::Result<()> {
    let id = &search.benchmark.header.id;
    let method = &question.preset.header.id;
    let Budget { trials, restarts, seeds, confirm } = search.budget;
    let command = format!(
        "bench tune {id} --method {method} --trials {trials} --restarts {restarts} --seeds {seeds} --confirm {confirm}"
    );
    let kept = Kept {
        benchmark: search.benchmark,
        preset: &question.preset,
        arm: question.arm,
        found,
        budget: &search.budget,
        command: &command,
    };
    let path = write(folder, &kept)?;
    let mut text = format!(
        "{} of {method} on {id}: {restarts} × {trials} trials, seeds {FIRST_SEED} to {}; scored again on {CONFIRM_SEED} to {}\n",
        question.arm.word(),
        FIRST_SEED + seeds - 1,
        CONFIRM_SEED + confirm - 1
    );
    for (place, trial) in found.trials.iter().enumerate() {
        let Some(again) = trial.again else { continue };
        let mark = if place == found.best { '*' } else { ' ' };
        writeln!(text, " {mark} {again:.4} ({:.4})  {}", trial.score, words(&trial.values))?;
    }
    let ends = Search::ends(question, found.winner());
    if !ends.is_empty() {
        writeln!(text, "   at an end of what was tried: {}", ends.join(", "))?;
    }
    if found.tied {
        writeln!(text, "   all trials tie: nothing that was searched has an effect")?;
    }
    writeln!(text, "   written: {}", path.display())?;
    Ok(print(&text)?)
}

fn words(values: &Table) -> String {
    if values.is_empty() {
        return "as the preset has it".into();
    }
    let short = |key: &str| key.replace("modulation.modulators.", "").replace(".sensitivity", "");
    let words: Vec<String> = values.iter().map(|(key, value)| format!("{} = {value}", short(key))).collect();
    words.join(", ")
}

/// How to run what was found, with everything that a verdict needs.
fn hint(benchmark: &Benchmark, answered: &[(Question, Found)], folder: &Path) -> String {
    let mut methods: Vec<String> = Vec::new();
    for (question, found) in answered {
        let id = &question.preset.header.id;
        match question.arm {
            Arm::Method => methods.push(id.clone()),
            Arm::Mechanism => {
                methods.extend(["", "+unmodulated", "+mean-gain", "+shuffled"].map(|c| format!("{id}{c}")))
            }
            Arm::Optimiser => methods.push(format!("{id}+tuned-optimiser")),
            Arm::Constant => {
                methods.push(format!("{id}+tuned-constant"));
                methods.extend((0..found.others().len()).map(|n| format!("{id}+tuned-constant-{}", n + 2)));
            }
        }
    }
    format!(
        "use them: bench run {} --benchmarks {} --seeds 20 --method {}\n",
        benchmark.header.id,
        folder.display(),
        methods.join(",")
    )
}

/// `--try KEY=V1,V2,…`: validation scores of single values, for a look.
fn try_values(search: &Search<'_>, method: &str, text: &str) -> anyhow::Result<()> {
    let wrong = || DefinitionError {
        place: "--try".into(),
        found: text.to_owned(),
        problem: "not KEY=V1,V2,…".into(),
        allowed: vec!["e.g. parameters.lambda=1,10,100 or optimiser.kind=sgd,adam".into()],
        ..DefinitionError::default()
    };
    let (key, values) = text.split_once('=').ok_or_else(|| base::error::Error::from(wrong()))?;
    let values: Vec<Value> =
        values.split(',').map(|value| contract::definition::value_of(value.trim())).collect();
    let usable = |value: &Value| value.as_str() != Some("") && value.as_float().is_none_or(f64::is_finite);
    if !values.iter().all(usable) {
        return Err(base::error::Error::from(wrong()).into());
    }
    // A bare key is a parameter.
    let key = if key.contains('.') { key.trim().to_owned() } else { format!("parameters.{}", key.trim()) };
    let header = &search.benchmark.header;
    let preset = search.library.method(&header.paradigm, method)?;
    let tried =
        |value: &Value| preset.with_values(&header.id, &Table::from_iter([(key.clone(), value.clone())]));
    let presets: Result<Vec<MethodPreset>> = values.iter().map(tried).collect();
    let presets = presets?;
    let presets: Vec<&MethodPreset> = presets.iter().collect();
    let seeds = FIRST_SEED..FIRST_SEED + search.budget.seeds;
    let scores = validation_scores(search.library, search.data, &header.id, &presets, seeds, search.jobs)?;
    let winner = best(search.library, &header.id, &scores)?;
    let mut lines = format!("{key} of {method} on {}: mean validation score\n", header.id);
    for (place, (score, value)) in scores.iter().zip(&values).enumerate() {
        writeln!(lines, " {} {score:.4}  {value}", if place == winner { '*' } else { ' ' })?;
    }
    Ok(print(&lines)?)
}
