//! The search itself, apart from what is scored: restarts, trials, and a second look at the best.
//!
//! Every arm of a comparison goes through this with the same budget. In each restart half of the trials are drawn from the
//! whole space, the others near the best so far. The winner is chosen among the five best of all and the best of every
//! restart after scoring them again on further seeds, so that luck on the first seeds does not decide.

use std::ops::Range;

use toml::Table;

use super::draw::{Draw, Place};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::definition::Tuned;

/// First of the search's seeds, far from those that benchmarks report.
pub const FIRST_SEED: u64 = 100_000;
/// First of the seeds on which the best are scored again.
pub const CONFIRM_SEED: u64 = 150_000;
/// How many of the best are scored again, beside the best of each restart.
const AGAIN: usize = 5;

/// What a search may spend; the same for every row of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Per restart, ≥ 2.
    pub trials: usize,
    /// ≥ 1; verdicts ask for 4.
    pub restarts: usize,
    /// Validation seeds per trial, ≥ 1.
    pub seeds: u64,
    /// Further seeds for the best, ≥ 1.
    pub confirm: u64,
}

/// Most runs of one search: all trials of all restarts are planned together.
const MOST_RUNS: u64 = 50_000;

impl Budget {
    /// Runs of one search at most.
    pub fn runs(&self) -> u64 {
        let trials = (self.trials as u64).saturating_mul(self.restarts as u64);
        let again = (AGAIN as u64 + self.restarts as u64).saturating_mul(self.confirm);
        trials.saturating_mul(self.seeds).saturating_add(again)
    }

    /// Whether a search spent at least this.
    pub fn met_by(&self, found: &Tuned) -> bool {
        let asked = [self.trials as u64, self.restarts as u64, self.seeds, self.confirm];
        let spent = [found.trials, found.restarts, found.seeds, found.confirm];
        asked.iter().zip(spent).all(|(asked, spent)| spent >= *asked)
    }

    /// Refuses a search that is too large to plan.
    ///
    /// # Errors
    /// Names what makes it large.
    pub fn check(&self) -> Result<()> {
        if self.runs() <= MOST_RUNS {
            return Ok(());
        }
        let found = format!("{} runs of each search", self.runs());
        let allowed = format!("what makes at most {MOST_RUNS} runs of each search");
        Err(DefinitionError::range("--trials, --restarts, --seeds, --confirm", found, &allowed).into())
    }
}

/// One point that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    pub restart: usize,
    /// `None`: the first of all, the preset as it is.
    pub place: Option<Place>,
    pub values: Table,
    /// Mean over the first seeds.
    pub score: f64,
    /// Mean over the further seeds, where it was scored again.
    pub again: Option<f64>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Restart by restart, in the order tried.
    pub trials: Vec<Trial>,
    /// Place of the winner in `trials`.
    pub best: usize,
    /// The best of each restart.
    pub of_restarts: Vec<usize>,
    /// Every trial scored the same: nothing that was searched has an effect.
    pub tied: bool,
}

/// Mean scores of presets with these values, over a range of seeds.
pub type Score<'a> = dyn FnMut(&[Table], Range<u64>) -> Result<Vec<f64>> + 'a;

/// Searches a space. `higher` says which of two scores is better.
///
/// # Errors
/// What scoring returns.
pub fn search(draw: &Draw, budget: &Budget, higher: bool, score: &mut Score<'_>) -> Result<Found> {
    let Budget { trials, restarts, seeds, confirm } = *budget;
    let better = |a: f64, b: f64| if higher { a > b } else { a < b };
    let streams = Streams::new(FIRST_SEED);
    let mut randoms: Vec<_> = (0..restarts).map(|r| streams.get(&format!("tune/{r}"))).collect();
    let far = trials - trials / 2;
    let mut all: Vec<Vec<Trial>> = vec![Vec::new(); restarts];
    for near in [false, true] {
        let mut batch = Vec::new();
        for (restart, random) in randoms.iter_mut().enumerate() {
            let drawn = all[restart].iter().filter(|trial| trial.place.is_some());
            let centre = drawn.reduce(|a, b| if better(b.score, a.score) { b } else { a });
            let centre = centre.and_then(|trial| trial.place.clone());
            for index in 0..if near { trials - far } else { far } {
                let place = match &centre {
                    _ if restart == 0 && index == 0 && !near => None,
                    Some(centre) => Some(draw.near(centre, random)),
                    None => Some(draw.anywhere(random)),
                };
                let values = place.as_ref().map_or_else(|| draw.first.clone(), |place| draw.values(place));
                batch.push(Trial { restart, place, values, score: 0.0, again: None });
            }
        }
        let values: Vec<Table> = batch.iter().map(|trial| trial.values.clone()).collect();
        let scores = score(&values, FIRST_SEED..FIRST_SEED + seeds)?;
        for (mut trial, score) in batch.into_iter().zip(scores) {
            trial.score = score;
            all[trial.restart].push(trial);
        }
    }
    let all: Vec<Trial> = all.into_iter().flatten().collect();
    confirm_best(all, restarts, higher, confirm, score)
}

/// Scores the best again and chooses among them.
///
/// # Errors
/// What scoring returns.
pub(crate) fn confirm_best(
    mut all: Vec<Trial>,
    restarts: usize,
    higher: bool,
    confirm: u64,
    score: &mut Score<'_>,
) -> Result<Found> {
    let sign = sign(higher);
    let mut ranked: Vec<usize> = (0..all.len()).collect();
    // The first of equals: sorting is stable.
    ranked.sort_by(|a, b| (sign * all[*b].score).total_cmp(&(sign * all[*a].score)));
    let of_restarts: Vec<usize> =
        (0..restarts).filter_map(|r| ranked.iter().copied().find(|trial| all[*trial].restart == r)).collect();
    let mut again: Vec<usize> = ranked.iter().copied().take(AGAIN).collect();
    again.extend(
        of_restarts.iter().copied().filter(|trial| !ranked[..AGAIN.min(ranked.len())].contains(trial)),
    );
    let values: Vec<Table> = again.iter().map(|trial| all[*trial].values.clone()).collect();
    let scores = score(&values, CONFIRM_SEED..CONFIRM_SEED + confirm)?;
    for (trial, score) in again.iter().zip(&scores) {
        all[*trial].again = Some(*score);
    }
    let best = again.get(best_of(&scores, higher)).copied().unwrap_or_default();
    let tied = all.iter().all(|trial| trial.score == all[0].score);
    Ok(Found { trials: all, best, of_restarts, tied })
}

fn sign(higher: bool) -> f64 {
    if higher { 1.0 } else { -1.0 }
}

/// The place of the best of some scores: the first of equals.
pub(crate) fn best_of(scores: &[f64], higher: bool) -> usize {
    let sign = sign(higher);
    let most = scores.iter().map(|score| sign * score).fold(f64::NEG_INFINITY, f64::max);
    scores.iter().position(|score| sign * score == most).unwrap_or_default()
}

impl Found {
    /// The winner.
    pub fn winner(&self) -> &Trial {
        &self.trials[self.best]
    }

    /// The best of the other restarts, those that differ from the winner and from each other.
    pub fn others(&self) -> Vec<Table> {
        let mut others: Vec<Table> = Vec::new();
        for trial in &self.of_restarts {
            let values = &self.trials[*trial].values;
            if *values != self.winner().values && !others.contains(values) {
                others.push(values.clone());
            }
        }
        others
    }
}
