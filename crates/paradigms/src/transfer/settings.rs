//! The transfer paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::super::incremental::{CurveSettings, ResolvedMethod};
use crate::method::{METHODS, Regime};
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use contract::registered;
use learn::modulated;
use learn::nn::ModelSpec;
use learn::optim::OptimiserSpec;
use learn::stream::{EvaluateOn, TransferSpec};

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferSettings {
    /// Source and target.
    pub task: TransferSpec,
    /// Target samples per class (regression: in all); each number is a target of its own, started from the same source.
    pub shots: Vec<usize>,
    #[serde(default)]
    pub model: ModelSpec,
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    pub budget: TransferBudget,
    /// Updates between measurements on the target, and test samples per measurement.
    #[serde(default)]
    pub curve: CurveSettings,
    /// Which split is scored: `test` (default) or `validation`.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

/// How long training goes on. The optimiser starts afresh on the target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferBudget {
    /// Parameter updates on the source, ≥ 1.
    pub source_updates: usize,
    /// Parameter updates on each target, ≥ 1.
    pub target_updates: usize,
    /// Samples per update, ≥ 1; all samples where there are fewer.
    pub batch: usize,
}

/// Benchmark and method together; neuromodulators are at work on source and target.
pub type Resolved = crate::resolved::Resolved<TransferSettings, ResolvedMethod>;

/// Methods that weigh parameters by the gradients of labels, or distil probabilities of labels.
const NEED_LABELS: [&str; 3] = ["ewc", "online-ewc", "lwf"];

impl TransferSettings {
    fn check(&self) -> Result<()> {
        DefinitionError::check_count("budget.source_updates", self.budget.source_updates, 10_000_000)?;
        DefinitionError::check_count("budget.target_updates", self.budget.target_updates, 10_000_000)?;
        DefinitionError::check_count("budget.batch", self.budget.batch, 65_536)?;
        self.curve.check()?;
        if self.shots.is_empty() || self.shots.contains(&0) || !self.shots.is_sorted_by(|a, b| a < b) {
            let found = format!("{:?}", self.shots);
            return Err(DefinitionError::range("shots", found, "increasing numbers >= 1").into());
        }
        self.model.check("model")?;
        self.optimiser.check("optimiser")?;
        let (shape, outputs) = self.task.check()?;
        Ok(self.model.check_fit("model", shape, outputs)?)
    }
}

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: TransferSettings = benchmark.settings()?;
        settings.check().map_err(|error| benchmark.place(error))?;
        let id = &benchmark.header.id;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, id)?;
        settings.model = modulated::model(preset, &settings.model, id)?;
        let kind = &preset.header.kind;
        let method = registered(METHODS, preset)?;
        let parameters = method.means.resolve(preset, id)?;
        let composition = method.means.compose(&parameters)?;
        let joint = composition.regime == Regime::Joint;
        let labels = NEED_LABELS.contains(&kind.as_str()) || composition.memory() > 0;
        let unread = joint || composition.is_sequential();
        if unread || (settings.task.is_regression() && labels) {
            let why = if unread { "source then target" } else { "targets with labels" };
            return Err(preset.refuse(DefinitionError {
                key: "kind".into(),
                found: kind.clone(),
                problem: format!("this method does not fit `{}`", benchmark.header.id),
                allowed: vec![format!("methods for {why}")],
                ..DefinitionError::default()
            }));
        }
        let (shape, outputs) = settings.task.check()?;
        let work = ("budget.batch", settings.budget.batch);
        let fits = settings.model.check_work("model", (shape, outputs), work);
        fits.map_err(|error| benchmark.refuse(error))?;
        let terms = composition.terms;
        let network = (&settings.model, shape, outputs);
        // The step from source to target is no secret.
        let classes = !settings.task.is_regression();
        let stage = modulated::Stage { boundaries: true, states: false, classes, task: true, winners: false };
        let modulation = modulated::resolve(preset, id, network, &settings.optimiser, &terms, stage)?;
        let method = ResolvedMethod { kind: kind.clone(), parameters };
        Ok(Self { benchmark: settings, method, modulation })
    }

    /// Rough cost in core-seconds: arithmetic at 20 GFLOP/s plus a fixed cost per update.
    pub fn expected_cost(&self) -> f64 {
        let settings = &self.benchmark;
        let Ok((shape, outputs)) = settings.task.check() else { return 0.0 };
        let madds = settings.model.multiply_adds(shape, outputs) as f64;
        let targets = 2.0 * (settings.shots.len() * settings.budget.target_updates) as f64;
        let updates = settings.budget.source_updates as f64 + targets;
        let evaluations = targets / settings.curve.every as f64;
        let training = updates * (6e-5 + 6.0 * madds * settings.budget.batch as f64 / 1e11);
        training + evaluations * 2.0 * madds * settings.curve.samples as f64 / 1e11
    }
}
