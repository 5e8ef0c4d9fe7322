//! Benchmark and method together, checked.

use super::episode::Phase;
use super::rule::{Kind, Rule};
use super::settings::{MetaSettings, check_network};
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;
use learn::nn::ModelSpec;
use learn::nn::twice::{Function, Normalise};
use numeric::Activation;

/// Benchmark and method together; neuromodulators are those of the outer loop.
pub type Resolved = crate::resolved::Resolved<MetaSettings, Rule>;

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
