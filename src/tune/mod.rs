//! Layer 5: search for settings with equal budgets, on validation data and on seeds that no benchmark reports.
//!
//! A mechanism, the constants that replace it and the method without it each get the same number of restarts, trials and
//! validation seeds, over all their settings, the optimiser included. Seeds decide class orders and permutations too, so
//! the search sees other task orders than the report. Every search begins at the preset as its file has it, never at what
//! an earlier search found: run again, it finds the same.

mod draw;
mod estimator;
mod procedure;
#[cfg(test)]
mod study;
mod timing;
mod write;

use std::ops::Range;

use toml::Table;

pub use draw::{Draw, Place};
pub(crate) use estimator::{First, at_half, estimate};
pub(crate) use procedure::best_of;
pub use procedure::{Budget, CONFIRM_SEED, FIRST_SEED, Found, Score, Trial, search};
pub use timing::Prepared;
pub use write::{Kept, check_folder, write};

use crate::measure::Measured;
use crate::registry::protocol;
use crate::run::{decays, start};
use base::error::{DefinitionError, Result};
use contract::definition::{Arm, Benchmark, Library, MethodPreset, TABLES};
use report::metric;

/// Searches on one benchmark.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub library: &'a Library,
    pub benchmark: &'a Benchmark,
    pub budget: Budget,
    /// By headroom's estimator instead of draws anywhere and near the best: for many numbers.
    pub estimator: bool,
}

/// What one arm starts from and what of it is drawn.
#[derive(Debug, Clone)]
pub struct Question {
    /// The mechanism or method as its file has it.
    pub preset: MethodPreset,
    pub arm: Arm,
    /// For a decay that is blind to changes: the mechanism that it was derived for. It serves others as well.
    pub decay_for: Option<String>,
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
    /// The arms of a method: mechanism, constant and optimiser of a modulated one, and a decay on everything that it acts on; of
    /// one whose modulation is built in, the method and those of its controls that are presets with a space of their own; else
    /// the method itself. None where there is nothing to choose.
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
        let arms: Vec<(&MethodPreset, Arm)> = if preset.header.modulation.is_empty() {
            let of = |control: &&MethodPreset| {
                let role = control.header.control.as_ref();
                role.is_some_and(|role| role.of.as_deref() == Some(method) && !role.follows)
                    && !control.header.space.is_empty()
            };
            let controls =
                self.library.methods.values().filter(|other| other.header.paradigm == header.paradigm);
            std::iter::once(preset).chain(controls.filter(of)).map(|preset| (preset, Arm::Method)).collect()
        } else {
            [Arm::Mechanism, Arm::Constant, Arm::Optimiser].map(|arm| (preset, arm)).to_vec()
        };
        let protocol = protocol(&header.paradigm)?;
        let mut questions = Vec::new();
        for (preset, arm) in arms {
            if preset.header.search.as_ref().is_some_and(|note| note.trials == 0) {
                continue;
            }
            let draw = Draw::new(protocol, preset, &header.id, arm)?;
            if !draw.is_empty() {
                let start = start(preset, &header.id, arm)?;
                questions.push(Question { preset: preset.clone(), arm, decay_for: None, start, draw });
            }
        }
        for decay in decays(self.library, self.benchmark, preset)? {
            let Prepared { preset, draw, .. } = Prepared::new(&decay.arm, decay.base, self.benchmark)?;
            let decay_for = Some(method.to_owned());
            questions.push(Question { start: preset.clone(), preset, arm: Arm::Method, decay_for, draw });
        }
        Ok(questions)
    }

    /// Checks before anything trains that the preset can take what will be drawn, at the ends of every range.
    ///
    /// # Errors
    /// Definition errors.
    pub fn check(&self, question: &Question) -> Result<()> {
        let mut benchmark = self.benchmark.clone();
        let protocol = protocol(&benchmark.header.paradigm)?;
        protocol.judge_on_validation(&mut benchmark);
        let corners = question.draw.corners();
        for values in std::iter::once(&question.draw.first).chain(&corners) {
            let preset = question.start.with_values(&benchmark.header.id, values)?;
            protocol.resolve(&benchmark, &preset)?;
        }
        Ok(())
    }

    /// Searches one arm. Runs that are recorded are not done again, so that a search that was stopped goes on.
    ///
    /// # Errors
    /// Definition errors; an interrupt; a run that fails for another reason than divergence, which counts as chance.
    pub fn answer(&self, question: &Question, measured: &mut Measured<'_>) -> Result<Found> {
        let id = &self.benchmark.header.id;
        let higher = metric::higher_is_better(&self.benchmark.header.score.metric);
        let mut score = |values: &[Table], seeds: Range<u64>| {
            let presets: Result<Vec<MethodPreset>> =
                values.iter().map(|values| question.start.with_values(id, values)).collect();
            measured.validation_means(&presets?, seeds)
        };
        if self.estimator {
            let first = First { place: None, values: question.draw.first.clone() };
            let name = format!("tune/{}", question.preset.header.id);
            return estimate((&name, &question.draw), &first, &self.budget, higher, &mut score);
        }
        search(&question.draw, &self.budget, higher, &mut score)
    }

    /// Keys in which the winner stands at an end of what was tried.
    pub fn ends(question: &Question, trial: &Trial) -> Vec<String> {
        trial.place.as_ref().map_or_else(Vec::new, |place| question.draw.at_an_end(place))
    }
}

/// The place of the best of a benchmark's scores: the first of equals, so order candidates from the weakest on.
///
/// # Errors
/// An unknown benchmark.
pub fn best(library: &Library, benchmark: &str, scores: &[f64]) -> Result<usize> {
    let metric = &library.benchmark(benchmark)?.header.score.metric;
    Ok(procedure::best_of(scores, metric::higher_is_better(metric)))
}
