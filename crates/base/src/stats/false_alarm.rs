//! How often a verdict says "helps" where nothing can help.
//!
//! On a negative control (a benchmark with the change taken out) a mechanism that beats every control does so by chance, or
//! because something in the procedure favours mechanisms. The share of such verdicts is counted; how far from the truth it may
//! be is said twice: by resampling the seeds, and by the binomial bound of so many verdicts.

use rand::RngExt;

use super::comparison::{LEVEL, Scores};
use super::student;
use super::summary::{mean, quantile, standard_deviation};
use crate::rng::Streams;

/// Resamples of the seeds.
const RESAMPLES: usize = 2000;

/// A mechanism on a negative control, with every control that it must beat to be called helpful.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Trials of one benchmark share their seeds, and are resampled together.
    pub benchmark: String,
    /// Scores of the mechanism, higher is better.
    pub mechanism: Scores,
    pub controls: Vec<Scores>,
    /// What the verdict says, before it is corrected over other mechanisms.
    pub helps: bool,
}

/// Verdicts on negative controls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FalseAlarms {
    pub trials: usize,
    /// Trials of which the verdict, uncorrected, says "helps".
    pub alarms: usize,
    /// 95 % of the resamples of seeds have no larger share. Each is judged by the paired t-test, since one that repeats seeds
    /// has no exact sign-flip test.
    pub resampled: f64,
    /// One-sided 95 % bound of Clopper & Pearson 1934 for so many trials, as if they were independent.
    pub binomial: f64,
}

impl FalseAlarms {
    /// `None` without a trial.
    pub fn new(trials: &[Trial]) -> Option<Self> {
        if trials.is_empty() {
            return None;
        }
        let alarms = trials.iter().filter(|trial| trial.helps).count();
        let prepared: Vec<Prepared<'_>> = trials.iter().map(Prepared::new).collect();
        let mut rng = Streams::new(0).fast("stats/false-alarm/1");
        let mut shares: Vec<f64> = Vec::with_capacity(RESAMPLES);
        for _ in 0..RESAMPLES {
            let mut benchmark = "";
            let mut drawn: Vec<usize> = Vec::new();
            let mut helped = 0;
            for trial in &prepared {
                if trial.benchmark != benchmark || drawn.len() != trial.seeds {
                    benchmark = trial.benchmark;
                    drawn = (0..trial.seeds).map(|_| rng.random_range(0..trial.seeds)).collect();
                }
                helped += usize::from(trial.helps_on(&drawn));
            }
            shares.push(helped as f64 / trials.len() as f64);
        }
        let resampled = quantile(&shares, 0.95)?;
        Some(Self { trials: trials.len(), alarms, resampled, binomial: upper(alarms, trials.len()) })
    }

    /// The share of trials.
    pub fn share(&self) -> f64 {
        self.alarms as f64 / self.trials as f64
    }
}

/// A trial with what all resamples have in common.
struct Prepared<'t> {
    benchmark: &'t str,
    /// Seeds that the mechanism and all controls have.
    seeds: usize,
    /// By control: mechanism minus control, seed by seed.
    differences: Vec<Vec<f64>>,
    /// Of the paired t-test.
    critical: f64,
}

impl<'t> Prepared<'t> {
    fn new(trial: &'t Trial) -> Self {
        let all = |seed: &&u64| trial.controls.iter().all(|control| control.contains_key(seed));
        let seeds: Vec<u64> = trial.mechanism.keys().filter(all).copied().collect();
        let minus =
            |control: &Scores| seeds.iter().map(|seed| trial.mechanism[seed] - control[seed]).collect();
        Self {
            benchmark: &trial.benchmark,
            seeds: seeds.len(),
            differences: trial.controls.iter().map(minus).collect(),
            critical: student::critical(seeds.len().saturating_sub(1), LEVEL),
        }
    }

    /// Better than each control on the seeds at these places, by paired t-tests.
    fn helps_on(&self, places: &[usize]) -> bool {
        let beats = |all: &Vec<f64>| {
            let own: Vec<f64> = places.iter().map(|at| all[*at]).collect();
            let (Some(centre), Some(spread)) = (mean(&own), standard_deviation(&own)) else { return false };
            centre > self.critical * spread / (own.len() as f64).sqrt() && centre > 0.0
        };
        !self.differences.is_empty() && self.differences.iter().all(beats)
    }
}

/// The p at which `events` or fewer of `trials` have probability 0.05.
fn upper(events: usize, trials: usize) -> f64 {
    let at_most = |p: f64| {
        let mut term = (1.0 - p).powi(trials as i32);
        let mut sum = term;
        for k in 1..=events {
            term *= (trials + 1 - k) as f64 / k as f64 * p / (1.0 - p);
            sum += term;
        }
        sum
    };
    if events >= trials {
        return 1.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if at_most(middle) > LEVEL { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(values: impl Iterator<Item = f64>) -> Scores {
        (0..).zip(values).collect()
    }

    fn trial(benchmark: &str, gain: f64, helps: bool) -> Trial {
        let noise = |seed: u64| (seed as f64 * 0.37).sin() * 0.01;
        Trial {
            benchmark: benchmark.into(),
            mechanism: scores((0..12).map(|seed| 0.5 + gain + noise(seed))),
            controls: vec![scores((0..12).map(|seed| 0.5 + noise(seed * 7)))],
            helps,
        }
    }

    #[test]
    fn the_binomial_bound_is_that_of_the_tables() {
        // 1 − 0.05^(1/n) without an event; Clopper & Pearson for one of twenty: 0.2161.
        assert!((upper(0, 20) - (1.0 - 0.05_f64.powf(0.05))).abs() < 1e-9);
        assert!((upper(1, 20) - 0.2161).abs() < 5e-5);
        assert!((upper(20, 20) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn shares_are_counted_and_bounded() {
        let none = FalseAlarms::new(&vec![trial("a", -0.1, false); 4]).expect("trials");
        assert_eq!((none.trials, none.alarms), (4, 0));
        assert!(none.resampled == 0.0 && none.binomial > 0.5);
        // One certain alarm among four that are certainly none: every resample has it.
        let mut trials = vec![trial("a", -0.1, false); 3];
        trials.push(trial("b", 0.1, true));
        let one = FalseAlarms::new(&trials).expect("trials");
        assert!((one.share() - 0.25).abs() < 1e-12 && (one.resampled - 0.25).abs() < 1e-12);
        assert!(FalseAlarms::new(&[]).is_none());
    }

    #[test]
    fn a_doubtful_benefit_comes_and_goes_with_the_seeds() {
        // Differences of mean 0.004 and standard deviation about 0.01: t of about 1.4 on twelve seeds.
        let found = FalseAlarms::new(&[trial("a", 0.004, false)]).expect("trials");
        assert!((found.resampled - 1.0).abs() < 1e-12 && found.alarms == 0);
    }
}
