//! The meta-learning paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::episode::{EpisodeSpec, Phase};
use super::rule::{Kind, Rule};
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;
use learn::modulation::ModulationSpec;
use learn::nn::twice::{Function, Normalise};
use learn::nn::{MlpSpec, ModelSpec};
use learn::optim::OptimiserSpec;
use numeric::Activation;

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

/// Benchmark and method together: what a run needs, and what a record keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    #[serde(flatten)]
    pub benchmark: MetaSettings,
    pub method: Rule,
    /// Neuromodulators of the outer loop, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulation: Option<ModulationSpec>,
}

impl MetaSettings {
    fn check(&self) -> Result<(), DefinitionError> {
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
fn check_network(model: &ModelSpec) -> Result<(), DefinitionError> {
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

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: MetaSettings = benchmark.settings()?;
        settings.check().map_err(|error| benchmark.refuse(error))?;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, &benchmark.header.id)?;
        let model = modulated::model(preset, &settings.model, &benchmark.header.id)?;
        let changed = model != settings.model;
        settings.model = model;
        if changed {
            check_network(&settings.model).map_err(|error| preset.refuse(error))?;
        }
        let method = Rule::new(preset, &benchmark.header.id, &settings.inner)?;
        let modulation = modulated::resolve_updates(preset, &benchmark.header.id, &settings.optimiser)?;
        let resolved = Self { benchmark: settings, method, modulation };
        let MetaSettings { model, episodes, .. } = &resolved.benchmark;
        let fit = model.check_fit("model", episodes.shape(), resolved.outputs());
        fit.map_err(|error| if changed { preset.refuse(error) } else { benchmark.refuse(error) })?;
        let MetaSettings { evaluate, inner, .. } = &resolved.benchmark;
        // Nothing interrupts one episode: forward and back through the support set at each step.
        let madds = resolved.function().multiply_adds();
        let per_step = episodes.support().saturating_mul(3).saturating_add(episodes.query(Phase::Test));
        for (key, steps) in [("inner.steps", inner.steps), ("evaluate.steps", evaluate.steps)] {
            let work = DefinitionError::check_work(key, steps, madds.saturating_mul(per_step as u64));
            work.map_err(|error| benchmark.refuse(error))?;
        }
        if method.kind == Kind::Nmn {
            // One graph through all episodes of an update.
            let per_episode = episodes.support().saturating_add(episodes.query(Phase::Training)) as u64;
            let (key, count) = ("budget.episodes_per_step", resolved.benchmark.budget.episodes_per_step);
            let work = DefinitionError::check_work(key, count, madds.saturating_mul(per_episode));
            work.map_err(|error| benchmark.refuse(error))?;
        }
        if method.kind == Kind::Protonet && episodes.dataset().is_none() {
            let rule = "another method: prototypes are of classes, and these episodes have none";
            return Err(preset.refuse(DefinitionError::range("kind", "\"protonet\"", rule)));
        }
        let plain = matches!(model, ModelSpec::Mlp(_)) && resolved.benchmark.normalise == Normalise::None;
        if method.kind == Kind::Nmn && !plain {
            let rule = "another method: signals act on an mlp without normalisation";
            return Err(preset.refuse(DefinitionError::range("kind", "\"nmn\"", rule)));
        }
        Ok(resolved)
    }

    /// Outputs of the network: what a task asks for, or an embedding.
    pub(super) fn outputs(&self) -> usize {
        self.method.embedding.unwrap_or_else(|| self.benchmark.episodes.outputs())
    }

    /// The network as a function that can be differentiated twice.
    pub(super) fn function(&self) -> Function {
        let MetaSettings { episodes, model, normalise, .. } = &self.benchmark;
        let (shape, outputs) = (episodes.shape(), self.outputs());
        match model {
            ModelSpec::Mlp(spec) => Function::of_mlp(spec, shape.iter().product(), outputs, *normalise),
            ModelSpec::Cnn(spec) => Function::of_cnn(spec, shape, outputs, *normalise),
            // `check` lets no other network through.
            ModelSpec::Rnn(_) => Function::dense(&[outputs], Activation::Identity, *normalise),
        }
    }

    /// Outer updates: a method without meta-training makes none.
    pub(super) fn outer_steps(&self) -> usize {
        if self.method.kind == Kind::Scratch { 0 } else { self.benchmark.budget.outer_steps }
    }

    /// Multiply–adds of one outer update: three per sample for a gradient, six more for a Hessian product.
    pub(super) fn multiply_adds_per_update(&self, per_sample: u64) -> u64 {
        let spec = &self.benchmark.episodes;
        let (support, query) = (spec.support() as u64, spec.query(Phase::Training) as u64);
        let steps = self.method.steps as u64;
        let inner = match self.method.kind {
            Kind::Maml | Kind::Anil | Kind::MetaSgd => 9 * steps * support,
            Kind::Fomaml => 3 * steps * support,
            Kind::Reptile => 3 * steps * (support + query),
            Kind::Protonet | Kind::Pretrained | Kind::Scratch => 3 * support,
            Kind::Nmn => 0,
        };
        self.benchmark.budget.episodes_per_step as u64 * per_sample * (inner + 3 * query)
    }

    /// Rough cost in core-seconds: arithmetic at 6 GFLOP/s (small matrices) for training and evaluation.
    pub fn expected_cost(&self) -> f64 {
        let settings = &self.benchmark;
        let per_sample = self.function().multiply_adds();
        let spec = &settings.episodes;
        let per_step = 3 * spec.support() + spec.query(Phase::Test);
        let per_episode = (settings.evaluate.steps * per_step) as f64 * per_sample as f64;
        let points = self.outer_steps() / settings.evaluate.every + 1;
        let episodes = settings.evaluate.episodes + points * settings.evaluate.curve_episodes;
        let training = self.outer_steps() as f64 * self.multiply_adds_per_update(per_sample) as f64;
        2.0 * (training + per_episode * episodes as f64) / 6e9
    }
}
