//! `bench headroom`: can timing a gain help on a benchmark, and how much of that does a mechanism capture?

use std::path::PathBuf;

use anyhow::Context;

use super::headroom_arguments::HeadroomArguments;
use super::output::{library_and_data, print, seconds, tell};
use super::trouble::INTERRUPT;
use super::{exit, searching};
use crate::headroom::{Answer, Plan, Question, Runner, Seeds, Told, check_folder, write};
use crate::measure::{Means, check_score};
use crate::run::Target;
use crate::tune::Budget;
use ::report::metric;
use base::error::{DefinitionError, Result};
use contract::definition::Library;

pub fn run(arguments: &HeadroomArguments) -> anyhow::Result<u8> {
    let (library, data) = library_and_data(&arguments.sources, &arguments.asked)?;
    let mut questions = questions(&library, arguments)?;
    if let Some((share, count)) = arguments.shard {
        let mut at = 0..;
        questions.retain(|_| at.next().is_some_and(|at| at % count + 1 == share));
    }
    let (budget, seeds) = extent(arguments)?;
    print(&budget_in_words(&budget, &seeds))?;
    let jobs = arguments.effort.jobs();
    let out = arguments.out.clone().unwrap_or_else(|| PathBuf::from("results/local/headroom"));
    budget.check()?;
    if arguments.dry_run {
        return dry_run(&questions, &budget, &seeds);
    }
    for question in &questions {
        check_folder(&out, &question.benchmark.header.paradigm)?;
        question.load(&data)?;
    }
    let mut store = searching::open(&out, arguments.salvage, arguments.effort.quiet)?;
    let listen = searching::progress(jobs, arguments.effort.quiet);
    let means = Means { data: &data, jobs, interrupt: &INTERRUPT, suite: "headroom", listen: &listen };
    let mut answered: Vec<(&Question<'_>, Plan, Answer, bool, String)> = Vec::new();
    for question in &questions {
        let header = &question.benchmark.header;
        let plan = Plan { budget, seeds, higher: metric::higher_is_better(&header.score.metric) };
        let say = |text: &str| {
            if !arguments.effort.quiet {
                tell(&format!("{} × {text}", question.target));
            }
        };
        let mut runner = Runner::new(question.benchmark, &means, &mut store, &say)?;
        let answer = plan.answer(&question.arms, &mut runner).and_then(|mut answer| {
            plan.capture(&mut answer, &question.mechanisms, &mut runner)?;
            plan.rival(&mut answer, &question.rivals, &mut runner)?;
            Ok(answer)
        });
        let reused = runner.reused(&seeds.confirmation());
        let answer = match answer {
            Err(error) => {
                let ended = searching::ended(error, &mut store);
                return ended.with_context(|| format!("{} × {}", header.id, question.target));
            }
            Ok(answer) => answer,
        };
        let command = command(question, arguments);
        answered.push((question, plan, answer, reused, command));
        // Everything that is known so far: the next question may take long.
        let told: Vec<Told<'_>> = answered.iter().map(told).collect();
        write(&out, &told)?;
        if let Some(told) = told.last() {
            print(&told.words())?;
        }
    }
    print(&format!("written: {}\n", out.display()))?;
    Ok(exit::OK)
}

/// How much is searched, and on how many seeds it is asked.
fn extent(arguments: &HeadroomArguments) -> anyhow::Result<(Budget, Seeds)> {
    let budget = Budget {
        trials: usize::try_from(arguments.trials)?,
        restarts: usize::try_from(arguments.restarts)?,
        seeds: arguments.seeds,
        confirm: arguments.confirm,
    };
    let seeds = Seeds {
        qualification: arguments.qualify,
        development: arguments.confirm,
        confirmation: arguments.qualify,
        range: arguments.confirmation,
    };
    Ok((budget, seeds))
}

/// What would be asked, and what it costs at most: runs that are found in the folder cost nothing.
fn dry_run(questions: &[Question<'_>], budget: &Budget, seeds: &Seeds) -> anyhow::Result<u8> {
    for question in questions {
        let (runs, each) = (question.runs(budget, seeds), question.expected_cost()?);
        let arms: Vec<&str> = question.arms.iter().map(|arm| arm.knows.word()).collect();
        let methods =
            question.mechanisms.iter().chain(&question.rivals).map(|(own, _)| own.header.id.as_str());
        let names: Vec<&str> = arms.into_iter().chain(methods).collect();
        print(&format!(
            "{} × {}: {}; at most {runs} runs, about {} of one core\n",
            question.benchmark.header.id,
            question.target,
            names.join(", "),
            seconds(runs as f64 * each)
        ))?;
    }
    Ok(exit::OK)
}

fn told<'a>(
    (question, plan, answer, exploratory, command): &'a (&'a Question<'a>, Plan, Answer, bool, String),
) -> Told<'a> {
    Told { question, plan, answer, exploratory: *exploratory, command }
}

/// Every benchmark with every target, all checked before anything trains.
fn questions<'l>(library: &'l Library, arguments: &HeadroomArguments) -> Result<Vec<Question<'l>>> {
    let mut questions = Vec::new();
    for id in &arguments.asked {
        let benchmark = library.benchmark(id)?;
        check_score(benchmark)?;
        for target in &arguments.target {
            let target: Target = target
                .parse()
                .map_err(|error: DefinitionError| DefinitionError { key: "--target".into(), ..error })?;
            let base = arguments.base.as_deref();
            let question = Question::new(library, benchmark, &target, base, &arguments.method)?;
            questions.push(question.against(library, &arguments.rival)?);
        }
    }
    Ok(questions)
}

/// The same for every arm; and which seeds are for what.
fn budget_in_words(budget: &Budget, seeds: &Seeds) -> String {
    let Budget { trials, restarts, seeds: each, confirm } = budget;
    let mut text = format!(
        "every arm: {restarts} × {trials} trials on {each} seeds, the best scored again on {confirm} further seeds\n"
    );
    for (what, data, range) in seeds.table(budget) {
        text.push_str(&format!("  {what:14} seeds {} to {} of {data} data\n", range.start, range.end - 1));
    }
    text
}

fn command(question: &Question<'_>, arguments: &HeadroomArguments) -> String {
    let HeadroomArguments { trials, restarts, seeds, confirm, qualify, .. } = arguments;
    let mut text = format!("bench headroom {} --target {}", question.benchmark.header.id, question.target);
    if let Some(base) = &arguments.base {
        text.push_str(&format!(" --base {base}"));
    }
    if !arguments.method.is_empty() {
        text.push_str(&format!(" --method {}", arguments.method.join(",")));
    }
    if !arguments.rival.is_empty() {
        text.push_str(&format!(" --rival {}", arguments.rival.join(",")));
    }
    let budget = format!(
        " --trials {trials} --restarts {restarts} --seeds {seeds} --confirm {confirm} --qualify {qualify}"
    );
    text.push_str(&budget);
    if arguments.confirmation > 0 {
        text.push_str(&format!(" --confirmation {}", arguments.confirmation));
    }
    text
}
