//! The meta-learning paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::tasks::EpisodeSpec;
use base::error::{DefinitionError, Result};
use learn::nn::twice::Normalise;
use learn::nn::{MlpSpec, ModelSpec};
use learn::optim::OptimiserSpec;

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetaSettings {
    pub episodes: EpisodeSpec,
    /// An `mlp`, or a `cnn` without pooling. Default: two hidden layers of 40.
    #[serde(default = "small")]
    pub model: ModelSpec,
    /// Normalisation of hidden layers. Default `none`.
    #[serde(default)]
    pub normalise: Normalise,
    /// The outer loop's.
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    #[serde(default)]
    pub inner: Inner,
    pub budget: Budget,
    #[serde(default)]
    pub evaluate: Evaluate,
}

fn small() -> ModelSpec {
    ModelSpec::Mlp(MlpSpec { hidden: vec![40, 40], ..MlpSpec::default() })
}

/// The inner loop, unless the method says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inner {
    /// α, > 0. Default 0.01.
    pub rate: f32,
    /// Steps in meta-training, 1 to 1,000. Default 1.
    pub steps: usize,
}

impl Default for Inner {
    fn default() -> Self {
        Self { rate: 0.01, steps: 1 }
    }
}

/// How long meta-training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Outer updates, ≥ 1.
    pub outer_steps: usize,
    /// Episodes per outer update (the meta-batch), ≥ 1. Default 25.
    #[serde(default = "meta_batch")]
    pub episodes_per_step: usize,
}

fn meta_batch() -> usize {
    25
}

/// How adaptation is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Evaluate {
    /// Test episodes, 2 to 100,000. Default 600.
    pub episodes: usize,
    /// Steps of adaptation at test, 1 to 1,000. Default 10.
    pub steps: usize,
    /// Outer updates between points of the learning curve, ≥ 1. Default 500.
    pub every: usize,
    /// Episodes per point of the learning curve, 2 to 100,000. Default 100.
    pub curve_episodes: usize,
}

impl Default for Evaluate {
    fn default() -> Self {
        Self { episodes: 600, steps: 10, every: 500, curve_episodes: 100 }
    }
}

impl MetaSettings {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        self.episodes.check()?;
        check_network(&self.model)?;
        self.optimiser.check("optimiser")?;
        if !(self.inner.rate > 0.0 && self.inner.rate.is_finite()) {
            return Err(DefinitionError::range("inner.rate", self.inner.rate, "a number > 0"));
        }
        let counts = [
            ("inner.steps", self.inner.steps, 1, 1000),
            ("budget.outer_steps", self.budget.outer_steps, 1, 10_000_000),
            ("budget.episodes_per_step", self.budget.episodes_per_step, 1, 65_536),
            ("evaluate.episodes", self.evaluate.episodes, 2, 100_000),
            ("evaluate.steps", self.evaluate.steps, 1, 1000),
            ("evaluate.every", self.evaluate.every, 1, 10_000_000),
            ("evaluate.curve_episodes", self.evaluate.curve_episodes, 2, 100_000),
        ];
        match counts.into_iter().find(|(_, count, low, high)| !(low..=high).contains(&count)) {
            Some((key, count, low, high)) => {
                Err(DefinitionError::range(key, count, &format!("{low} to {high}")))
            }
            None => Ok(()),
        }
    }
}

/// A network that gradients can pass through twice.
pub(super) fn check_network(model: &ModelSpec) -> Result<(), DefinitionError> {
    model.check("model")?;
    match model {
        ModelSpec::Mlp(_) => Ok(()),
        ModelSpec::Cnn(spec) if spec.pool == 1 => Ok(()),
        ModelSpec::Cnn(spec) => {
            let rule = "1: gradients pass twice through strided convolutions, not through pooling";
            Err(DefinitionError::range("model.pool", spec.pool, rule))
        }
        ModelSpec::Rnn(_) => {
            let rule = "mlp or cnn: gradients must pass through the inner loop";
            Err(DefinitionError::range("model.kind", "rnn", rule))
        }
    }
}
