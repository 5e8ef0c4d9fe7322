//! Layer 5: search for settings with equal budgets, on validation data and on seeds that no benchmark reports.
//!
//! A mechanism, the constant that replaces it and the optimiser that it competes with each get the same number of trials,
//! each trial the same seeds. Seeds decide class orders and permutations too, so the search sees other task orders than
//! the report.

mod candidates;
mod write;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use candidates::{Part, Trial};
pub use write::write;

use crate::data::Data;
use crate::error::{DefinitionError, Error, Result};
use crate::metric;
use crate::paradigm::{RunSpec, Unwatched, protocol};
use crate::run::{MetricValue, on_slots};
use crate::spec::{Library, MethodPreset};

/// First of the search's seeds, far from those that benchmarks report.
pub const FIRST_SEED: u64 = 100_000;

/// What a search is for.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub library: &'a Library,
    pub data: &'a Data,
    /// Id of a benchmark.
    pub benchmark: &'a str,
    /// Id of a method preset.
    pub method: &'a str,
    /// Trials per part, ≥ 5.
    pub budget: usize,
    /// Seeds per trial, ≥ 1.
    pub seeds: u64,
    /// Trials at the same time.
    pub jobs: usize,
}

/// A trial and its mean validation score.
#[derive(Debug, Clone)]
pub struct Scored {
    pub trial: Trial,
    pub score: f64,
}

impl Search<'_> {
    /// Scores every trial of one part, in the order tried, and the place of the best: the first of equals.
    ///
    /// # Errors
    /// Definition errors; a run that fails for another reason than divergence (which counts as chance).
    pub fn run(&self, part: &Part) -> Result<(Vec<Scored>, usize)> {
        let trials = part.trials(self.preset()?, self.benchmark, self.budget)?;
        let presets: Vec<&MethodPreset> = trials.iter().map(|trial| &trial.preset).collect();
        let Self { library, data, benchmark, seeds, jobs, .. } = *self;
        let scores = validation_scores(library, data, benchmark, &presets, seeds, jobs)?;
        let place = best(library, benchmark, &scores)?;
        Ok((trials.into_iter().zip(scores).map(|(trial, score)| Scored { trial, score }).collect(), place))
    }

    /// The preset that is tuned.
    ///
    /// # Errors
    /// An unknown method.
    pub fn preset(&self) -> Result<&MethodPreset> {
        let benchmark = self.library.benchmark(self.benchmark)?;
        let preset = self.library.method(&benchmark.header.paradigm, self.method)?;
        if preset.header.control.is_some() {
            return Err(preset.refuse(DefinitionError {
                key: "control".into(),
                problem: "controls are tuned together with their mechanism; name the mechanism".into(),
                ..DefinitionError::default()
            }));
        }
        Ok(preset)
    }
}

/// The mean score of each preset on a benchmark's validation data, over `seeds` seeds from [`FIRST_SEED`] on. A run that
/// diverges counts as chance.
///
/// # Errors
/// Definition errors; a run that fails for another reason.
pub fn validation_scores(
    library: &Library,
    data: &Data,
    benchmark: &str,
    presets: &[&MethodPreset],
    seeds: u64,
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
        specs.extend((FIRST_SEED..FIRST_SEED + seeds).map(|seed| RunSpec {
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
    let per_preset = scores.chunks(usize::try_from(seeds).unwrap_or(1).max(1));
    #[allow(clippy::cast_precision_loss)]
    Ok(per_preset.map(|own| own.iter().sum::<f64>() / own.len() as f64).collect())
}

/// The place of the best of a benchmark's scores: the first of equals, so order candidates from the weakest on.
///
/// # Errors
/// An unknown benchmark.
pub fn best(library: &Library, benchmark: &str, scores: &[f64]) -> Result<usize> {
    let name = &library.benchmark(benchmark)?.header.score.metric;
    let sign = if metric::find(name).is_none_or(|metric| metric.higher_is_better) { 1.0 } else { -1.0 };
    let most = scores.iter().map(|score| sign * score).fold(f64::NEG_INFINITY, f64::max);
    Ok(scores.iter().position(|score| sign * score == most).unwrap_or_default())
}
