//! The meta-learning paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::tasks::EpisodeSpec;
use base::error::{DefinitionError, Result};
use contract::declare::{Allowed, Declared};
use contract::settings;
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

settings! {
    /// The inner loop, unless the method says otherwise.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Inner {
        /// α
        pub rate: f32 = 0.01 => [above 0];
        /// steps in meta-training
        pub steps: usize = 1 => [1 to 1000];
    }
}

/// How long meta-training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Outer updates, 1 to 10,000,000.
    pub outer_steps: usize,
    /// Episodes per outer update (the meta-batch), 1 to 65,536. Default 25.
    #[serde(default = "meta_batch")]
    pub episodes_per_step: usize,
}

fn meta_batch() -> usize {
    25
}

settings! {
    /// How adaptation is measured.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Evaluate {
        /// test episodes
        pub episodes: usize = 600 => [2 to 100000];
        /// steps of adaptation at test
        pub steps: usize = 10 => [1 to 1000];
        /// outer updates between points of the learning curve
        pub every: usize = 500 => [1 to 10000000];
        /// episodes per point of the learning curve
        pub curve_episodes: usize = 100 => [2 to 100000];
    }
}

impl MetaSettings {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        self.episodes.check()?;
        check_network(&self.model)?;
        self.optimiser.check("optimiser")?;
        self.inner.check_ranges().map_err(|error| error.below("inner"))?;
        let Budget { outer_steps, episodes_per_step } = self.budget;
        Allowed::within(1.0, 1e7).check("budget.outer_steps", outer_steps)?;
        Allowed::within(1.0, 65_536.0).check("budget.episodes_per_step", episodes_per_step)?;
        self.evaluate.check_ranges().map_err(|error| error.below("evaluate"))
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
