//! Layer 5: search for settings with equal budgets, on validation data and on seeds that no benchmark reports.
//!
//! A mechanism, the constants that replace it and the method without it each get the same number of restarts, trials and
//! validation seeds, over all their settings, the optimiser included. Seeds decide class orders and permutations too, so
//! the search sees other task orders than the report. Every search begins at the preset as its file has it, never at what
//! an earlier search found: run again, it finds the same.

mod draw;
mod procedure;
#[cfg(test)]
mod study;
mod write;

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use toml::Table;

pub use draw::{Draw, Place};
pub use procedure::{Budget, CONFIRM_SEED, FIRST_SEED, Found, Score, Trial, search};
pub(crate) use procedure::{best_of, confirm_best};
pub use write::{Kept, write};

use crate::registry::protocol;
use crate::run::{on_slots, start};
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Arm, Benchmark, Library, MethodPreset, TABLES};
use contract::{MetricValue, RunSpec, Unwatched};
use data::Data;
use report::metric;

/// Searches on one benchmark.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub library: &'a Library,
    pub data: &'a Data,
    pub benchmark: &'a Benchmark,
    pub budget: Budget,
    /// Runs at the same time.
    pub jobs: usize,
}

/// What one arm starts from and what of it is drawn.
#[derive(Debug, Clone)]
pub struct Question {
    /// The mechanism or method as its file has it.
    pub preset: MethodPreset,
    pub arm: Arm,
    start: MethodPreset,
    draw: Draw,
}

impl Question {
    /// Two questions with one answer: the optimiser arms of two mechanisms of the same method, say.
    pub fn same_search(&self, other: &Self, benchmark: &str) -> bool {
        let decides = |question: &Self| {
            let effective = TABLES.map(|table| question.start.effective(table, benchmark));
            (question.start.header.kind.clone(), effective)
        };
        self.draw == other.draw && decides(self) == decides(other)
    }
}

impl<'a> Search<'a> {
    /// The arms of a method: mechanism, constant and optimiser of a modulated one, else the method itself. None where
    /// there is nothing to choose.
    ///
    /// # Errors
    /// An unknown method, a control, a space that cannot be read.
    pub fn questions(&self, method: &str) -> Result<Vec<Question>> {
        let header = &self.benchmark.header;
        let preset = self.library.method(&header.paradigm, method)?;
        if preset.header.control.is_some() {
            return Err(preset.refuse(DefinitionError {
                key: "control".into(),
                problem: "controls are tuned together with their mechanism; name the mechanism".into(),
                ..DefinitionError::default()
            }));
        }
        if preset.header.search.as_ref().is_some_and(|note| note.trials == 0) {
            return Ok(Vec::new());
        }
        let arms: &[Arm] = if preset.header.modulation.is_empty() {
            &[Arm::Method]
        } else {
            &[Arm::Mechanism, Arm::Constant, Arm::Optimiser]
        };
        let protocol = protocol(&header.paradigm)?;
        let mut questions = Vec::new();
        for arm in arms.iter().copied() {
            let draw = Draw::new(protocol, preset, &header.id, arm)?;
            if !draw.is_empty() {
                let start = start(preset, &header.id, arm)?;
                questions.push(Question { preset: preset.clone(), arm, start, draw });
            }
        }
        Ok(questions)
    }

    /// Searches one arm.
    ///
    /// # Errors
    /// Definition errors; a run that fails for another reason than divergence, which counts as chance.
    pub fn answer(&self, question: &Question) -> Result<Found> {
        let (library, id) = (self.library, &self.benchmark.header.id);
        let higher = metric::higher_is_better(&self.benchmark.header.score.metric);
        let mut score = |values: &[Table], seeds: Range<u64>| {
            let presets: Result<Vec<MethodPreset>> =
                values.iter().map(|values| question.start.with_values(id, values)).collect();
            let presets = presets?;
            let presets: Vec<&MethodPreset> = presets.iter().collect();
            validation_scores(library, self.data, id, &presets, seeds, self.jobs)
        };
        search(&question.draw, &self.budget, higher, &mut score)
    }

    /// Keys in which the winner stands at an end of what was tried.
    pub fn ends(question: &Question, trial: &Trial) -> Vec<String> {
        trial.place.as_ref().map_or_else(Vec::new, |place| question.draw.at_an_end(place))
    }
}

/// The mean score of each preset on a benchmark's validation data, over a range of seeds. A run that diverges counts as
/// chance.
///
/// # Errors
/// Definition errors; a run that fails for another reason.
pub fn validation_scores(
    library: &Library,
    data: &Data,
    benchmark: &str,
    presets: &[&MethodPreset],
    seeds: Range<u64>,
    jobs: usize,
) -> Result<Vec<f64>> {
    let mut benchmark = library.benchmark(benchmark)?.clone();
    let paradigm = benchmark.header.paradigm.clone();
    let protocol = protocol(&paradigm)?;
    protocol.judge_on_validation(&mut benchmark);
    let (name, chance) = (&benchmark.header.score.metric, benchmark.header.score.chance);
    let mut specs = Vec::new();
    for preset in presets {
        let settings = protocol.resolve(&benchmark, preset)?;
        for dataset in protocol.datasets(&settings)? {
            data.load(&dataset)?;
        }
        specs.extend(seeds.clone().map(|seed| RunSpec {
            benchmark: benchmark.header.id.clone(),
            version: benchmark.header.version,
            paradigm: paradigm.clone(),
            method: preset.header.id.clone(),
            seed,
            settings: settings.clone(),
            replays: None,
        }));
    }
    let scores: Mutex<Vec<Result<f64>>> = Mutex::new((0..specs.len()).map(|_| Ok(chance)).collect());
    let next = AtomicUsize::new(0);
    on_slots(jobs, &|| {
        while let Some((place, spec)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            specs.get(place).map(|spec| (place, spec))
        } {
            let score = match protocol.run(spec, data, &mut Unwatched) {
                Ok(log) => Ok(metric::score_all(&paradigm, &log).get(name).and_then(MetricValue::value)),
                Err(Error::Diverged { .. }) => Ok(None),
                Err(error) => Err(error),
            };
            if let Ok(mut scores) = scores.lock() {
                scores[place] = score.map(|score| score.unwrap_or(chance));
            }
        }
    });
    let scores = scores.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let scores: Vec<f64> = scores.into_iter().collect::<Result<_>>()?;
    let per_preset = usize::try_from(seeds.end - seeds.start).unwrap_or(1).max(1);
    Ok(scores.chunks(per_preset).map(|own| own.iter().sum::<f64>() / own.len() as f64).collect())
}

/// The place of the best of a benchmark's scores: the first of equals, so order candidates from the weakest on.
///
/// # Errors
/// An unknown benchmark.
pub fn best(library: &Library, benchmark: &str, scores: &[f64]) -> Result<usize> {
    let metric = &library.benchmark(benchmark)?.header.score.metric;
    Ok(procedure::best_of(scores, metric::higher_is_better(metric)))
}
