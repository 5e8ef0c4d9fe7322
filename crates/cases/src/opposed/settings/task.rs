//! A benchmark's part: network, trial, training and what is measured.

use serde::{Deserialize, Serialize};

use crate::opposed::behaviour::Behaviour;
use base::error::DefinitionError;
use contract::declare::Declared;
use contract::{allowed, settings};

/// Trials simulated side by side in evaluations.
pub const SIDE_BY_SIDE: usize = 8;

/// The body of a benchmark's file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    #[serde(default)]
    pub network: NetworkSettings,
    #[serde(default)]
    pub trial: TrialSettings,
    #[serde(default)]
    pub training: TrainingSettings,
    /// The value of f at the selected sub-population where a method selects behaviours by sub-population.
    #[serde(default = "default_population_level")]
    pub population_level: f64,
    /// The answer that "No-Go" (response 0 in the table) asks for: 0 (default) or −1.
    #[serde(default)]
    pub no_go: i8,
    /// Trials per condition of the final test.
    #[serde(default = "default_test_trials")]
    pub test_trials: usize,
    pub behaviour: Vec<Behaviour>,
    /// Dose–response sweep after training; absent: not measured.
    #[serde(default)]
    pub dose: Option<DoseSettings>,
    /// Trajectories, principal components and tubes after training.
    #[serde(default)]
    pub geometry: bool,
}

fn default_population_level() -> f64 {
    2.0
}

fn default_test_trials() -> usize {
    100
}

settings! {
    /// The network at its start.
    #[derive(Debug, Clone, PartialEq)]
    pub struct NetworkSettings {
        /// N.
        pub units: usize = 200 => [8 to 4096];
        /// Probability that a unit is excitatory.
        pub excitatory_share: f64 = 0.8 => [above 0 below 1];
        /// Probability of a synapse.
        pub connection_probability: f64 = 0.2 => [above 0 to 1];
        /// g in |w| = g·|N(0,1)|/√(N p).
        pub initial_gain: f64 = 1.5 => [above 0];
        /// Standard deviation of the noise per step.
        pub noise: f64 = 0.1 => [at least 0];
        /// Range of the time constants in steps of 5 ms.
        pub tau_min: f64 = 4.0 => [at least 1];
        pub tau_max: f64 = 20.0;
    }
}

settings! {
    /// The course of a trial in steps of 5 ms.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TrialSettings {
        pub steps: usize = 200 => [1 to 10000];
        pub stimulus_onset: usize = 50;
        pub stimulus_steps: usize = 25 => [at least 1];
    }
}

impl TrialSettings {
    /// The first step after the stimulus.
    pub fn response_onset(&self) -> usize {
        self.stimulus_onset + self.stimulus_steps
    }
}

settings! {
    /// How the network is trained.
    #[derive(Debug, Clone, PartialEq)]
    pub struct TrainingSettings {
        /// Adam's step size.
        pub learning_rate: f64 = 0.01 => [above 0];
        /// Trials per update, dealt from a shuffled deck of all conditions; 1 is the ancestor's way.
        pub trials_per_update: usize = 1 => [1 to 512];
        pub max_updates: usize = 5000 => [1 to 10000000];
        /// No stop before this many updates.
        pub min_updates: usize = 1500;
        /// Updates between evaluations.
        pub evaluate_every: usize = 100 => [1 to 10000000];
        /// Trials of an evaluation, spread evenly over the conditions.
        pub evaluation_trials: usize = 100 => [1 to 1000000];
        /// Stop when the mean loss of the evaluation is below this …
        pub stop_loss: f64 = 7.0 => [at least 0];
        /// … and the accuracy of the worst behaviour above this.
        pub stop_accuracy: f64 = 0.95 => [0 to 1];
        /// Largest norm of the gradient; 0 is no limit.
        pub gradient_clip: f64 = 0.0 => [at least 0];
    }
}

/// The sweep of f (and of a current) after training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DoseSettings {
    /// Values of f, increasing; those between the trained levels enter the fit, the others are shown.
    pub levels: Vec<f64>,
    /// Trials per stimulus and level.
    #[serde(default = "default_dose_trials")]
    pub trials: usize,
}

fn default_dose_trials() -> usize {
    20
}

/// Counts that only cost time: high enough for any study, low enough to end.
const MOST: usize = 1_000_000;

fn positive(x: f64) -> bool {
    x > 0.0 && x.is_finite()
}

impl Task {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        self.check_counts()?;
        self.check_network()?;
        self.check_behaviours()?;
        self.check_dose()?;
        self.check_size()
    }

    fn check_network(&self) -> Result<(), DefinitionError> {
        let Task { network: n, trial, training, .. } = self;
        n.check_ranges().map_err(|error| error.below("network"))?;
        trial.check_ranges().map_err(|error| error.below("trial"))?;
        training.check_ranges().map_err(|error| error.below("training"))?;
        let wider = n.tau_max > n.tau_min && n.tau_max.is_finite();
        demand(wider, "network.tau_max", n.tau_max, "above tau_min")?;
        let onset = trial.response_onset();
        let longer = trial.steps > onset;
        demand(longer, "trial.steps", trial.steps, &format!("above {onset}, the stimulus's end"))
    }

    fn check_behaviours(&self) -> Result<(), DefinitionError> {
        demand(matches!(self.no_go, 0 | -1), "no_go", self.no_go, "0 or -1")?;
        let level = self.population_level;
        demand(positive(level) && level != 1.0, "population_level", level, "above 0 and not 1")?;
        demand(!self.behaviour.is_empty(), "behaviour", "[]", "at least one")?;
        for behaviour in &self.behaviour {
            allowed!(above 0).check("behaviour.level", behaviour.level)?;
            let answers = [behaviour.plus, behaviour.minus, behaviour.null];
            let found = format!("{:?} of `{}`", answers, behaviour.name);
            let fine = answers.iter().flatten().all(|answer| (-1..=1).contains(answer))
                && answers.iter().any(Option::is_some);
            demand(fine, "behaviour", &found, "1, 0 or -1 for at least one of plus, minus, null")?;
            let mixed = self.no_go == -1 && answers.contains(&Some(-1));
            demand(!mixed, "no_go", self.no_go, "0 where a behaviour asks for the response -1")?;
        }
        Ok(())
    }

    fn check_dose(&self) -> Result<(), DefinitionError> {
        if let Some(dose) = &self.dose {
            let two = self.behaviour.len() == 2 && self.behaviour[0].level != self.behaviour[1].level;
            let count = self.behaviour.len();
            demand(two, "dose", format!("with {count} behaviours"), "two behaviours at different levels")?;
            let levels = &dose.levels;
            let increasing = levels.windows(2).all(|pair| pair[0] < pair[1]);
            let fine = levels.len() >= 4 && increasing && levels.iter().all(|level| positive(*level));
            demand(fine, "dose.levels", format!("{levels:?}"), "at least 4 positive, increasing numbers")?;
        }
        Ok(())
    }

    fn check_counts(&self) -> Result<(), DefinitionError> {
        for (key, value, most) in [
            ("test_trials", self.test_trials, MOST),
            ("behaviour (how many)", self.behaviour.len(), 1000),
            ("dose.trials", self.dose.as_ref().map_or(1, |dose| dose.trials), MOST),
            ("dose.levels (how many)", self.dose.as_ref().map_or(1, |dose| dose.levels.len().max(1)), 10_000),
        ] {
            DefinitionError::check_count(key, value, most)?;
        }
        Ok(())
    }

    /// What nothing interrupts (trials side by side through all their steps), and what must fit in memory.
    fn check_size(&self) -> Result<(), DefinitionError> {
        let Task { network, trial, training, .. } = self;
        let (units, batch) = (network.units as u64, training.trials_per_update.max(SIDE_BY_SIDE));
        let per_step = units.saturating_mul(units).saturating_mul(batch as u64);
        DefinitionError::check_work("trial.steps", trial.steps, per_step)?;
        // All noisy trials of one stimulus are held at once.
        let held = units.saturating_mul(trial.steps as u64).saturating_mul(self.behaviour.len() as u64);
        let fine = !self.geometry || held <= 4_000_000;
        let found = format!("true with {held} units × steps × behaviours");
        demand(fine, "geometry", found, "true with at most 4000000 units × steps × behaviours, or false")
    }
}

pub(super) fn demand(
    fine: bool,
    key: &str,
    found: impl std::fmt::Display,
    allowed: &str,
) -> Result<(), DefinitionError> {
    if fine { Ok(()) } else { Err(DefinitionError::range(key, found, allowed)) }
}
