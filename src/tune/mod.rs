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
        let mut benchmark = self.library.benchmark(self.benchmark)?.clone();
        benchmark.body.insert("evaluate".into(), "validation".into());
        let paradigm = benchmark.header.paradigm.clone();
        let preset = self.preset()?;
        let trials = part.trials(preset, self.benchmark, self.budget)?;
        let protocol = protocol(&paradigm)?;
        let (name, chance) = (&benchmark.header.score.metric, benchmark.header.score.chance);
        let sign = if metric::find(name).is_none_or(|metric| metric.higher_is_better) { 1.0 } else { -1.0 };
        let mut specs = Vec::new();
        for trial in &trials {
            let settings = protocol.resolve(&benchmark, &trial.preset)?;
            for dataset in protocol.datasets(&settings)? {
                self.data.load(&dataset)?;
            }
            specs.extend((FIRST_SEED..FIRST_SEED + self.seeds).map(|seed| RunSpec {
                benchmark: self.benchmark.to_owned(),
                version: benchmark.header.version,
                paradigm: paradigm.clone(),
                method: self.method.to_owned(),
                seed,
                settings: settings.clone(),
                replays: None,
            }));
        }
        let scores: Mutex<Vec<Result<f64>>> = Mutex::new((0..specs.len()).map(|_| Ok(chance)).collect());
        let next = AtomicUsize::new(0);
        on_slots(self.jobs, &|| {
            while let Some((place, spec)) = {
                let place = next.fetch_add(1, Ordering::Relaxed);
                specs.get(place).map(|spec| (place, spec))
            } {
                let score = match protocol.run(spec, self.data, &mut Unwatched) {
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
        let per_trial = scores.chunks(usize::try_from(self.seeds).unwrap_or(1).max(1));
        #[allow(clippy::cast_precision_loss)]
        let scored: Vec<Scored> = trials
            .into_iter()
            .zip(per_trial)
            .map(|(trial, own)| Scored { trial, score: own.iter().sum::<f64>() / own.len() as f64 })
            .collect();
        let best = scored.iter().map(|one| sign * one.score).fold(f64::NEG_INFINITY, f64::max);
        let place = scored.iter().position(|one| sign * one.score == best).unwrap_or_default();
        Ok((scored, place))
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
