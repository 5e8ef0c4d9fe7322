//! Estimating the mean of a Gaussian that jumps (Nassar, Wilson, Heasly & Gold 2010): predict, see a sample, learn.

use super::super::goals::NoSettings;
use super::super::pace::MOST_TRIALS;
use crate::check::within;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::{Replay, allowed, settings};
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use serde::{Deserialize, Serialize};

/// The task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChangePointTask {
    /// Samples of a session, 1 to a million. Default 1,000.
    pub trials: usize,
    /// Probability that the mean jumps before a sample, in (0, 1). Default 0.1.
    pub hazard: f64,
    /// Standard deviation of a sample around the mean, > 0. Default 10.
    pub noise: f64,
    /// The mean is drawn uniformly from here. Default 0 to 300.
    pub range: [f64; 2],
}

impl Default for ChangePointTask {
    fn default() -> Self {
        Self { trials: 1000, hazard: 0.1, noise: 10.0, range: [0.0, 300.0] }
    }
}

settings! {
    /// The reduced Bayesian observer.
    #[derive(Debug, Clone, PartialEq)]
    pub struct ObserverSettings {
        /// the hazard it believes in
        #[serde(skip_serializing_if = "Option::is_none")]
        pub hazard: Option<f64> = None => [or "the task's"; above 0 below 1];
        pub replay: Replay = Replay::None => [as [Replay::LINE]];
    }
}

settings! {
    /// A delta rule with a constant rate.
    #[derive(Debug, Clone, PartialEq)]
    pub struct FixedRateSettings {
        /// α
        pub rate: f64 = 0.1 => [0 to 1];
    }
}

/// A learner of the mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ChangePointLearner {
    ReducedObserver(ObserverSettings),
    /// Bayes' rule over every possible moment of the last jump, with the true hazard.
    ExactObserver(NoSettings),
    FixedRate(FixedRateSettings),
    /// Is told of every jump and takes the mean of the samples since.
    ToldMean(NoSettings),
}

impl ChangePointTask {
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        within("trials", self.trials, 1, MOST_TRIALS)?;
        allowed!(above 0 below 1).check("hazard", self.hazard)?;
        allowed!(above 0).check("noise", self.noise)?;
        let [low, high] = self.range;
        if !(high - low).is_finite() || high <= low {
            let found = format!("[{low}, {high}]");
            return Err(DefinitionError::range("range", found, "two finite numbers, increasing"));
        }
        Ok(())
    }

    /// Trials at which the rule switches; the first trial is none.
    pub fn switches(&self, streams: &Streams) -> Vec<usize> {
        self.draw(streams).switches
    }

    /// The session as the world has it, the same for every learner.
    pub(super) fn draw(&self, streams: &Streams) -> Script {
        let mut rng = streams.get("task");
        let mut script = Script::default();
        let [low, high] = self.range;
        let mut mean = 0.0;
        for trial in 0..self.trials {
            let jumps = rng.random_bool(self.hazard);
            if jumps || trial == 0 {
                mean = low + (high - low) * rng.random::<f64>();
                if trial > 0 {
                    script.switches.push(trial);
                }
            }
            let noise: f64 = StandardNormal.sample(&mut rng);
            script.mean.push(mean);
            script.sample.push(mean + self.noise * noise);
        }
        script
    }
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Script {
    pub(super) switches: Vec<usize>,
    pub(super) mean: Vec<f64>,
    pub(super) sample: Vec<f64>,
}
