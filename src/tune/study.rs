//! Simulated studies of the whole procedure, search included, on a benchmark that costs nothing: how often is a mechanism
//! said to help that in truth is its tuned constant, and how often one that is better by one standard deviation?

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use toml::Table;

use super::draw::Draw;
use super::procedure::{Budget, search};
use base::stats::{Case, Comparison, Finding, Scores, SignFlip, judge};
use contract::definition::Range as Values;

const BUDGET: Budget = Budget { trials: 15, restarts: 4, seeds: 3, confirm: 10 };
const REPORTED: Range<u64> = 0..20;

/// One study's world: scores share what a seed brings and differ by what chance makes of each run.
struct World {
    study: u64,
}

impl World {
    fn normal(&self, what: u64, seed: u64) -> f64 {
        let mixed = (self.study << 40) ^ (seed << 20) ^ what;
        StandardNormal.sample(&mut Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// The score of an arm's setting on a seed. Its truth falls off with the squared distance, in decades, of rate and gain
    /// from their best values; another setting is another draw of chance, as in real training.
    fn score(&self, arm: &str, values: &Table, seed: u64, advantage: f64) -> f64 {
        let decades = |key: &str, best: f64| {
            let value = values.get(key).and_then(toml::Value::as_float);
            value.map_or(0.0, |value| (value / best).log10().powi(2))
        };
        let loss = 2.0 * decades("optimiser.rate", 0.1) + 2.0 * decades("gain", 2.0);
        let mut setting = DefaultHasher::new();
        (arm, values.to_string()).hash(&mut setting);
        self.normal(0, seed) + self.normal(setting.finish(), seed) - loss + advantage
    }

    /// Searches an arm and scores what is found on the reported seeds: the winner, then the other restarts' best.
    fn arm(&self, arm: &str, has_gain: bool, advantage: f64) -> Vec<Scores> {
        let mut draw = Draw::default();
        draw.add("optimiser.rate", Values::log(0.003, 3.0));
        if has_gain {
            draw.add("gain", Values::log(0.1, 10.0));
        }
        let mut score = |values: &[Table], seeds: Range<u64>| {
            let count = (seeds.end - seeds.start) as f64;
            let of = |values: &Table| {
                seeds.clone().map(|seed| self.score(arm, values, seed, advantage)).sum::<f64>() / count
            };
            Ok(values.iter().map(of).collect())
        };
        let found = search(&draw, &BUDGET, true, &mut score).expect("nothing fails here");
        let reported = |values: &Table| -> Scores {
            REPORTED.map(|seed| (seed, self.score(arm, values, seed, advantage))).collect()
        };
        std::iter::once(&found.winner().values).chain(&found.others()).map(reported).collect()
    }
}

/// [`Comparison::new`] without its interval, which takes long and decides nothing.
fn compared(control: &str, mechanism: &Scores, other: &Scores) -> Comparison {
    let differences: Vec<f64> = mechanism.iter().map(|(seed, own)| own - other[seed]).collect();
    let test = SignFlip::new(&differences).expect("pairs");
    Comparison {
        control: control.to_owned(),
        method: control.to_owned(),
        pairs: differences.len(),
        paired: true,
        mean: test.mean(),
        interval: None,
        p: Some(test.p()),
    }
}

/// How many of 200 studies say that the mechanism helps. `advantage`: of the mechanism over its constant, in standard
/// deviations of the paired difference. The other controls are far below.
fn said_to_help(advantage: f64) -> usize {
    // Two independent draws of standard deviation 1.
    let truth = advantage * 2f64.sqrt();
    let helps = |study: &u64| {
        let world = World { study: *study };
        let mechanism = world.arm("mechanism", true, truth).swap_remove(0);
        let far = |_: &str| -> Scores {
            let lower: BTreeMap<u64, f64> = mechanism.iter().map(|(seed, own)| (*seed, own - 50.0)).collect();
            lower
        };
        let constants = world.arm("constant", true, 0.0);
        let optimiser = world.arm("optimiser", false, -50.0).swap_remove(0);
        let mut controls: Vec<(&str, Scores)> = vec![("tuned-optimiser", optimiser)];
        controls.extend(constants.into_iter().map(|scores| ("tuned-constant", scores)));
        controls.extend(["mean-gain", "shuffled"].map(|kind| (kind, far(kind))));
        let compared = controls.iter().map(|(kind, other)| compared(kind, &mechanism, other)).collect();
        judge(vec![Case { comparisons: compared, obstacle: None, ..Case::default() }])
            .pop()
            .is_some_and(|v| v.finding == Finding::Helps)
    };
    (0..200).filter(helps).count()
}

#[test]
fn a_mechanism_that_is_its_tuned_constant_is_said_to_help_in_at_most_16_of_200_studies() {
    let helped = said_to_help(0.0);
    assert!(helped <= 16, "{helped} of 200");
}

#[test]
fn a_planted_effect_of_one_standard_deviation_is_found_in_at_least_85_percent_of_studies() {
    let helped = said_to_help(1.0);
    assert!(helped >= 170, "{helped} of 200");
}
