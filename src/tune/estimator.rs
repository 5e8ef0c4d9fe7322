//! The search of headroom, and of `bench tune --by estimator`: in each restart a tree-structured Parzen estimator (Bergstra et al. 2011; the crate `tpe`) says
//! where to look next, after a few places drawn from the whole space.
//!
//! `bench tune` by itself looks in half of its trials anywhere and in the others near the best, which is enough for the few
//! numbers of a constant; schedules and learned modulation have up to twenty and more. What a trial is does not depend on how many follow: a search with more trials
//! goes on from one with fewer. The second look at the best is that of every search.

use rand::RngExt;
use toml::Table;
use tpe::{
    TpeOptimizer, TpeOptimizerBuilder, categorical_range, histogram_estimator, parzen_estimator, range,
};

use super::draw::{Draw, Place};
use super::procedure::{Budget, FIRST_SEED, Found, Score, Trial, confirm_best};
use base::error::{DefinitionError, Error, Result};
use base::rng::{StreamRng, Streams};

/// Places drawn from the whole space before a restart's estimator is asked.
const ANYWHERE: usize = 6;
/// The share of the trials that count as good.
const GOOD: f64 = 0.2;

/// Where a search begins.
#[derive(Debug, Clone, Default)]
pub(crate) struct First {
    /// Where in the space that is, if it lies there.
    pub place: Option<Place>,
    /// Values that hold in every trial unless it draws others: those of the arm below.
    pub values: Table,
}

/// One restart: an estimator per dimension.
struct Restart {
    dimensions: Vec<TpeOptimizer>,
    /// Words of each dimension; 0: a range.
    words: Vec<usize>,
    random: StreamRng,
}

fn refused(error: impl std::fmt::Display) -> Error {
    DefinitionError { problem: format!("the search: {error}"), ..DefinitionError::default() }.into()
}

impl Restart {
    fn new(draw: &Draw, name: &str, number: usize) -> Result<Self> {
        let words = draw.words();
        let mut builder = TpeOptimizerBuilder::new();
        builder.gamma(GOOD);
        let mut dimensions = Vec::with_capacity(words.len());
        for words in &words {
            let (estimator, space) = match words {
                0 => (parzen_estimator(), range(0.0, 1.0)),
                words => (histogram_estimator(), categorical_range(*words)),
            };
            let space = space.map_err(|error| refused(format!("{error:?}")))?;
            dimensions.push(builder.build(estimator, space).map_err(refused)?);
        }
        let random = Streams::new(FIRST_SEED).within("headroom").get(&format!("{name}/{number}"));
        Ok(Self { dimensions, words, random })
    }

    fn next(&mut self, draw: &Draw, trial: usize) -> Result<Place> {
        if trial < ANYWHERE {
            return Ok(draw.anywhere(&mut self.random));
        }
        let mut place = Vec::with_capacity(self.words.len());
        for (dimension, words) in self.dimensions.iter_mut().zip(&self.words) {
            let asked = dimension.ask(&mut self.random).map_err(|error| refused(format!("{error:?}")))?;
            place.push(match words {
                0 => asked.clamp(0.0, 1.0 - f64::EPSILON),
                // A word's share of the unit interval; where in it means nothing.
                words => (asked.floor() + self.random.random::<f64>()) / *words as f64,
            });
        }
        Ok(place)
    }

    /// The estimators look for the smallest.
    fn learn(&mut self, place: &[f64], loss: f64) -> Result<()> {
        for ((dimension, words), place) in self.dimensions.iter_mut().zip(&self.words).zip(place) {
            let at = if *words == 0 { *place } else { (place * *words as f64).floor() };
            dimension.tell(at, loss).map_err(refused)?;
        }
        Ok(())
    }
}

/// Searches an arm. `name` names its random numbers; `higher` says which of two scores is better.
///
/// # Errors
/// What scoring returns.
pub(crate) fn estimate(
    (name, draw): (&str, &Draw),
    first: &First,
    budget: &Budget,
    higher: bool,
    score: &mut Score<'_>,
) -> Result<Found> {
    let sign = if higher { -1.0 } else { 1.0 };
    let mut restarts: Vec<Restart> =
        (0..budget.restarts).map(|number| Restart::new(draw, name, number)).collect::<Result<_>>()?;
    let seeds = FIRST_SEED..FIRST_SEED + budget.seeds;
    let mut all: Vec<Trial> = Vec::new();
    for trial in 0..budget.trials {
        let mut round = Vec::with_capacity(restarts.len());
        for (restart, own) in restarts.iter_mut().enumerate() {
            let place = own.next(draw, trial)?;
            // Drawn all the same, so that no later trial depends on where the search begins.
            let place = if (restart, trial) == (0, 0) { first.place.clone() } else { Some(place) };
            let mut values = first.values.clone();
            if (restart, trial) != (0, 0) {
                values.extend(draw.values(place.as_deref().unwrap_or_default()));
            }
            round.push(Trial { restart, place, values, score: 0.0, again: None });
        }
        let values: Vec<Table> = round.iter().map(|trial| trial.values.clone()).collect();
        for (own, score) in round.iter_mut().zip(score(&values, seeds.clone())?) {
            own.score = score;
        }
        for own in &round {
            let Some(place) = &own.place else { continue };
            // Every restart hears of where the search begins, and else of its own trials.
            let begins = (own.restart, trial) == (0, 0);
            for (number, restart) in restarts.iter_mut().enumerate() {
                if begins || number == own.restart {
                    restart.learn(place, sign * own.score)?;
                }
            }
        }
        all.extend(round);
    }
    confirm_best(all, budget.restarts, higher, budget.confirm, score)
}

/// What the same search would have found with half of the trials.
///
/// # Errors
/// What scoring returns.
pub(crate) fn at_half(found: &Found, budget: &Budget, higher: bool, score: &mut Score<'_>) -> Result<Found> {
    let half = budget.trials.div_ceil(2) * budget.restarts;
    let mut trials: Vec<Trial> = found.trials.iter().take(half).cloned().collect();
    trials.iter_mut().for_each(|trial| trial.again = None);
    confirm_best(trials, budget.restarts, higher, budget.confirm, score)
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::*;
    use contract::definition::Range as Values;

    const BUDGET: Budget = Budget { trials: 25, restarts: 4, seeds: 1, confirm: 1 };

    fn draw() -> Draw {
        let mut draw = Draw::default();
        for key in ["a", "b", "c", "d"] {
            draw.add(key, Values::log(0.01, 100.0));
        }
        draw.add("word", Values::words(&["bad", "good"]));
        draw
    }

    fn quality(values: &Table) -> f64 {
        let of = |key: &str| values.get(key).and_then(toml::Value::as_float).unwrap_or(0.01);
        let distance: f64 = ["a", "b", "c", "d"].iter().map(|key| of(key).log10().powi(2)).sum();
        let word = values.get("word").and_then(toml::Value::as_str) == Some("good");
        f64::from(u8::from(word)) - distance
    }

    fn found(budget: &Budget) -> Found {
        let mut score = |values: &[Table], _: Range<u64>| Ok(values.iter().map(quality).collect());
        estimate(("test", &draw()), &First::default(), budget, true, &mut score).expect("nothing fails")
    }

    #[test]
    fn the_search_comes_nearer_than_as_many_places_drawn_anywhere() {
        let best = |found: &Found| found.winner().again.expect("scored again");
        // Four decades wide in four dimensions: one of a hundred random places has 0.45 here, by this very draw.
        let mut random = Streams::new(1).get("anywhere");
        let anywhere = (0..100).map(|_| quality(&draw().values(&draw().anywhere(&mut random))));
        let anywhere = anywhere.fold(f64::NEG_INFINITY, f64::max);
        let found = best(&found(&BUDGET));
        assert!(found > anywhere && found > 0.6, "{found} against {anywhere}");
    }

    #[test]
    fn a_longer_search_begins_as_a_shorter_one_and_half_of_it_is_the_shorter_one() {
        let short = found(&Budget { trials: 10, ..BUDGET });
        let long = found(&Budget { trials: 20, ..BUDGET });
        assert!(short.trials.iter().zip(&long.trials).all(|(a, b)| a.values == b.values));
        let mut score = |values: &[Table], _: Range<u64>| Ok(values.iter().map(quality).collect());
        let half = at_half(&long, &Budget { trials: 20, ..BUDGET }, true, &mut score).expect("half");
        assert_eq!(half.winner().values, short.winner().values);
    }
}
