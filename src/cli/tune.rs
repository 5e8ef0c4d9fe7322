//! `bench tune`: equal-budget search on validation data.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use toml::{Table, Value};

use super::arguments::{TuneArguments, TuneBy, TunePart};
use super::output::{library_and_data, method as named, print, tell};
use super::trouble::INTERRUPT;
use super::tune_words::{command, hint, words};
use super::{exit, searching};
use crate::measure::{Means, Measured, On, Store};
use crate::tune::{
    Budget, CONFIRM_SEED, FIRST_SEED, Found, Kept, Question, Search, best, check_folder, write,
};
use base::error::{DefinitionError, Result};
use contract::definition::{Arm, MethodPreset};

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
    let jobs = arguments.effort.jobs();
    budget.check()?;
    let estimator = arguments.by == TuneBy::Estimator;
    let search = Search { library: &library, benchmark, budget, estimator };
    let methods = if arguments.method.is_empty() { &benchmark.header.methods } else { &arguments.method };
    for method in methods {
        named(&library, &benchmark.header.paradigm, method)?;
    }
    // Every name, value and space is checked before anything trains.
    let mut questions = Vec::new();
    let mut tried = Vec::new();
    for method in methods {
        if let Some(text) = &arguments.values {
            tried.push(Tried::new(&search, method, text)?);
            continue;
        }
        let own = search.questions(method)?;
        if own.is_empty() {
            print(&format!("{method}: nothing to choose\n"))?;
        }
        questions.extend(own.into_iter().filter(|question| wanted(arguments.part, question)));
    }
    if questions.is_empty() && arguments.values.is_none() && arguments.part != TunePart::All {
        return Err(base::error::Error::from(nothing(arguments, methods)).into());
    }
    let questions = unsearched(&search, questions)?;
    questions.iter().try_for_each(|question| search.check(question))?;
    let folder = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/tuned"));
    if arguments.values.is_none() {
        check_folder(&folder, &benchmark.header.paradigm)?;
    }
    let records = arguments.records.clone();
    let records = records.unwrap_or_else(|| Path::new("results/local/tune").join(&benchmark.header.id));
    let mut store = searching::open(&records, arguments.salvage, arguments.effort.quiet)?;
    let listen = searching::progress(jobs, arguments.effort.quiet);
    let means = Means { data: &data, jobs, interrupt: &INTERRUPT, suite: "tune", listen: &listen };
    let searched = match arguments.values {
        Some(_) => try_values(&search, &tried, &means, &mut store),
        None => answer_all(&search, questions, (arguments, &folder), (&means, &mut store)),
    };
    match searched.map_err(|error| error.downcast::<base::error::Error>()) {
        Ok(()) => Ok(exit::OK),
        Err(Ok(error)) => searching::ended(error, &mut store),
        Err(Err(other)) => Err(other),
    }
}

/// `--part` names an arm that none of the methods has.
fn nothing(arguments: &TuneArguments, methods: &[String]) -> DefinitionError {
    let part = arguments.part.to_possible_value();
    DefinitionError {
        key: "--part".into(),
        found: part.map_or_else(String::new, |part| part.get_name().to_owned()),
        problem: format!("none of {} has this arm", methods.join(", ")),
        allowed: vec!["all".into()],
        ..DefinitionError::default()
    }
}

/// Searches, and keeps each answer as it comes.
fn answer_all(
    search: &Search<'_>,
    questions: Vec<Question>,
    (arguments, folder): (&TuneArguments, &Path),
    (means, store): (&Means<'_>, &mut Store),
) -> anyhow::Result<()> {
    let id = &search.benchmark.header.id;
    let mut answered: Vec<(Question, Found)> = Vec::new();
    for question in questions {
        let known = answered.iter().find(|(other, _)| other.same_search(&question, id));
        let found = match known {
            Some((_, found)) => found.clone(),
            None => {
                if !arguments.effort.quiet {
                    tell(&format!("{} of {} on {id}", question.arm.word(), question.preset.header.id));
                }
                search.answer(&question, &mut Measured::new(search.benchmark, means, store)?)?
            }
        };
        keep(search, folder, &question, &found)?;
        answered.push((question, found));
    }
    Ok(print(&hint(search.benchmark, &answered, folder, &arguments.sources.benchmarks))?)
}

/// Without the decays that others have searched as long: one row of a method and target serves all mechanisms.
fn unsearched(search: &Search<'_>, questions: Vec<Question>) -> anyhow::Result<Vec<Question>> {
    let mut left: Vec<Question> = Vec::new();
    for question in questions {
        let id = &question.preset.header.id;
        if question.decay_for.is_some() {
            if left.iter().any(|other| other.preset.header.id == *id) {
                continue;
            }
            let found = search.library.found(&question.preset, search.benchmark, question.arm)?;
            // Asked in its own words it is searched again, and finds the same.
            let own = command(search, &question);
            if let Some(found) = found.filter(|one| search.budget.met_by(one) && one.command != own) {
                print(&format!("{id}: stays as found by {}\n", found.command))?;
                continue;
            }
        }
        left.push(question);
    }
    Ok(left)
}

fn wanted(part: TunePart, question: &Question) -> bool {
    let arm = question.arm;
    match part {
        TunePart::All => true,
        TunePart::Decay => question.decay_for.is_some(),
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
    let command = command(search, question);
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

/// `--try KEY=V1,V2,…`: single values of one key, for a look.
struct Tried<'a> {
    method: &'a str,
    key: String,
    values: Vec<Value>,
    presets: Vec<MethodPreset>,
}

impl<'a> Tried<'a> {
    fn new(search: &Search<'_>, method: &'a str, text: &str) -> Result<Self> {
        let wrong = || DefinitionError {
            place: "--try".into(),
            found: text.to_owned(),
            problem: "not KEY=V1,V2,…".into(),
            allowed: vec!["e.g. parameters.lambda=1,10,100 or optimiser.kind=sgd,adam".into()],
            ..DefinitionError::default()
        };
        let (key, values) = text.split_once('=').ok_or_else(wrong)?;
        let values: Vec<Value> =
            values.split(',').map(|value| contract::definition::value_of(value.trim())).collect();
        let usable =
            |value: &Value| value.as_str() != Some("") && value.as_float().is_none_or(f64::is_finite);
        if !values.iter().all(usable) {
            return Err(wrong().into());
        }
        // A bare key is a parameter.
        let key =
            if key.contains('.') { key.trim().to_owned() } else { format!("parameters.{}", key.trim()) };
        let header = &search.benchmark.header;
        let preset = search.library.method(&header.paradigm, method)?;
        let with =
            |value: &Value| preset.with_values(&header.id, &Table::from_iter([(key.clone(), value.clone())]));
        let presets: Result<Vec<MethodPreset>> = values.iter().map(with).collect();
        Ok(Self { method, presets: presets?, key, values })
    }
}

fn try_values(
    search: &Search<'_>,
    tried: &[Tried<'_>],
    means: &Means<'_>,
    store: &mut Store,
) -> anyhow::Result<()> {
    let id = &search.benchmark.header.id;
    let seeds = FIRST_SEED..FIRST_SEED + search.budget.seeds;
    let mut measured = Measured::new(search.benchmark, means, store)?;
    // All are planned before the first trains.
    let mut plans = Vec::with_capacity(tried.len());
    for one in tried {
        let plan = |preset| measured.plan(preset, seeds.clone(), On::Validation);
        plans.push(one.presets.iter().map(plan).collect::<Result<Vec<_>>>()?);
    }
    for (Tried { method, key, values, .. }, plans) in tried.iter().zip(&plans) {
        let scores = measured.means(plans)?;
        let winner = best(search.library, id, &scores)?;
        let mut lines = format!("{key} of {method} on {id}: mean validation score\n");
        for (place, (score, value)) in scores.iter().zip(values).enumerate() {
            writeln!(lines, " {} {score:.4}  {value}", if place == winner { '*' } else { ' ' })?;
        }
        print(&lines)?;
    }
    Ok(())
}
