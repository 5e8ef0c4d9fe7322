//! The multi-task paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::super::incremental::CurveSettings;
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;
use learn::nn::ModelSpec;
use learn::objective::{BalanceSpec, HeadLoss, Weighted};
use learn::optim::OptimiserSpec;
use learn::stream::{EvaluateOn, MultiTaskSpec};

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiTaskSettings {
    pub tasks: MultiTaskSpec,
    /// The shared trunk, with one head per task in the output layer.
    #[serde(default)]
    pub model: ModelSpec,
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    pub budget: MultiTaskBudget,
    /// Updates between measurements, and test samples per measurement.
    #[serde(default)]
    pub curve: CurveSettings,
    /// Which split is scored: `test` (default) or `validation`.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

/// Every term is a task, and none has boundaries.
const STAGE: modulated::Stage =
    modulated::Stage { boundaries: false, states: false, classes: true, task: false, winners: false };

/// How long training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MultiTaskBudget {
    /// Parameter updates of the shared network, and of each single-task reference, ≥ 1.
    pub updates: usize,
    /// Samples per update, ≥ 1.
    pub batch: usize,
}

/// Benchmark and method together; neuromodulators are at work on the shared network only.
pub type Resolved = crate::resolved::Resolved<MultiTaskSettings, BalanceSpec>;

impl MultiTaskSettings {
    fn check(&self) -> Result<usize> {
        DefinitionError::check_count("budget.updates", self.budget.updates, 10_000_000)?;
        DefinitionError::check_count("budget.batch", self.budget.batch, 65_536)?;
        self.curve.check()?;
        self.model.check("model")?;
        self.optimiser.check("optimiser")?;
        let (tasks, shape) = self.tasks.check()?;
        self.model.check_fit("model", shape, tasks.iter().map(|task| task.1).sum())?;
        Ok(tasks.len())
    }
}

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: MultiTaskSettings = benchmark.settings()?;
        let tasks = settings.check().map_err(|error| benchmark.place(error))?;
        let id = &benchmark.header.id;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, id)?;
        settings.model = modulated::model(preset, &settings.model, id)?;
        let method = BalanceSpec::new(preset, id, tasks)?;
        let (heads, shape) = settings.tasks.check()?;
        let outputs = heads.iter().map(|head| head.1).sum();
        // The gradient of every head apart, where the rule needs it.
        let work = ("budget.batch", settings.budget.batch.saturating_mul(heads.len()));
        let fits = settings.model.check_work("model", (shape, outputs), work);
        fits.map_err(|error| benchmark.refuse(error))?;
        let terms = terms(&heads);
        let network = (&settings.model, shape, outputs);
        let modulation = modulated::resolve(preset, id, network, &settings.optimiser, &terms, STAGE)?;
        Ok(Self { benchmark: settings, method, modulation })
    }

    /// Rough cost in core-seconds: arithmetic at 20 GFLOP/s plus a fixed cost per update.
    pub fn expected_cost(&self) -> f64 {
        let settings = &self.benchmark;
        let Ok((tasks, shape)) = settings.tasks.check() else { return 0.0 };
        let outputs = tasks.iter().map(|task| task.1).sum();
        let madds = settings.model.multiply_adds(shape, outputs) as f64;
        let count = tasks.len() as f64;
        let apart = matches!(self.method, BalanceSpec::GradNorm(_) | BalanceSpec::PcGrad(_));
        let passes = count + if apart { count } else { 1.0 };
        let updates = settings.budget.updates as f64;
        let training = updates * passes * (1e-4 + 6.0 * madds * settings.budget.batch as f64 / 1e11);
        training + updates / settings.curve.every as f64 * 2.0 * madds * settings.curve.samples as f64 / 1e11
    }
}

/// One loss per task, each on its own outputs.
pub(super) fn terms(tasks: &[(String, usize)]) -> Vec<Weighted> {
    let width = tasks.iter().map(|(_, outputs)| outputs).sum();
    let mut first = 0;
    let term = |(head, (name, outputs)): (usize, &(String, usize))| {
        let range = first..first + outputs;
        first += outputs;
        Weighted::new(1.0, HeadLoss::new(name, head, range, width))
    };
    tasks.iter().enumerate().map(term).collect()
}
