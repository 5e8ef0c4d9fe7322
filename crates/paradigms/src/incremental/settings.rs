//! The incremental paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::fit::Asked;
use crate::method::{METHODS, Regime, method};
use base::error::{DefinitionError, Error, Result};
use contract::definition::{Benchmark, MethodPreset};
use contract::{Reveal, registered};
use data::{DataSpec, Dataset, Facts, Splitting};
use learn::modulated;
use learn::nn::ModelSpec;
use learn::optim::OptimiserSpec;
use learn::stream::{EvaluateOn, StreamSpec, TaskStream};

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncrementalSettings {
    /// Id of a data set, or a table: one that is normalised, padded or cut short, or files of one's own.
    pub data: DataSpec,
    /// `fixed` (default), or `per-seed`: each seed deals the samples out anew, where no split is published; then nothing may
    /// be searched.
    #[serde(default, skip_serializing_if = "Splitting::is_fixed")]
    pub split: Splitting,
    pub stream: StreamSpec,
    #[serde(default)]
    pub model: ModelSpec,
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    pub budget: Budget,
    #[serde(default)]
    pub curve: CurveSettings,
    /// Only the first so many tasks are measured for curves; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub curve_tasks: Option<usize>,
    /// Biases keep their initial values. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub freeze_biases: bool,
    /// Joint training also trains a network on the first task, one on the first two, and so on, which intransigence is measured
    /// against: for twenty tasks ten times its work. Default true.
    #[serde(default = "base::written::yes", skip_serializing_if = "base::written::is_true")]
    pub references: bool,
    /// Which split is scored: `test` (default) or `validation`.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

/// How long training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Parameter updates per task, ≥ 1; either this or `epochs`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updates_per_task: Option<usize>,
    /// Passes over each task's training data, ≥ 1, without a last incomplete batch: a larger task gets more updates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epochs: Option<usize>,
    /// Samples per update, ≥ 1.
    pub batch: usize,
    /// Forget the optimiser's moments at each boundary. Default true.
    #[serde(default = "base::written::yes")]
    pub reset_optimiser: bool,
}

impl Budget {
    /// Updates on a task of so many training samples, ≥ 1.
    pub fn updates(&self, samples: usize) -> usize {
        let passes = || self.epochs.unwrap_or(1) * (samples / self.batch.max(1)).max(1);
        self.updates_per_task.unwrap_or_else(passes)
    }

    /// Updates of each task.
    pub fn of(&self, stream: &TaskStream) -> Vec<usize> {
        (0..stream.len()).map(|task| self.updates(stream.training(task).len())).collect()
    }

    /// Updates before each task of the stream, and after the last one.
    pub fn bounds(&self, stream: &TaskStream) -> Vec<usize> {
        let mut bounds = vec![0];
        bounds.extend(self.of(stream).iter().scan(0, |sum, own| {
            *sum += own;
            Some(*sum)
        }));
        bounds
    }

    fn check(&self) -> Result<(), DefinitionError> {
        DefinitionError::check_count(
            "budget.updates_per_task",
            self.updates_per_task.unwrap_or(1),
            10_000_000,
        )?;
        DefinitionError::check_count("budget.epochs", self.epochs.unwrap_or(1), 10_000)?;
        DefinitionError::check_count("budget.batch", self.batch, 65_536)?;
        match (self.updates_per_task, self.epochs) {
            (Some(_), Some(epochs)) => {
                let allowed = "either `budget.updates_per_task` or `budget.epochs`, not both";
                Err(DefinitionError::range("budget.epochs", epochs, allowed))
            }
            (None, None) => {
                let allowed = "either `budget.updates_per_task` or `budget.epochs`";
                Err(DefinitionError::range("budget", "neither", allowed))
            }
            _ => Ok(()),
        }
    }
}

/// How often accuracy is measured while training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CurveSettings {
    /// Updates between measurements, ≥ 1. Default 50.
    pub every: usize,
    /// Test samples per task used for curves (the accuracy matrix uses all). Default 1,000.
    pub samples: usize,
    /// Test samples per task used for the accuracy matrix before its last row, ≥ 1: where only the final accuracy counts, tests are
    /// most of the work of long streams. Absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matrix: Option<usize>,
}

impl CurveSettings {
    /// # Errors
    /// The first value out of range.
    pub(crate) fn check(&self) -> Result<(), DefinitionError> {
        DefinitionError::check_count("curve.every", self.every, 10_000_000)?;
        DefinitionError::check_count("curve.matrix", self.matrix.unwrap_or(1), 1_000_000)?;
        DefinitionError::check_count("curve.samples", self.samples, 1_000_000)
    }
}

impl Default for CurveSettings {
    fn default() -> Self {
        Self { every: 50, samples: 1000, matrix: None }
    }
}

/// Benchmark and method together.
pub type Resolved = crate::resolved::Resolved<IncrementalSettings, ResolvedMethod>;

/// A method's registered kind and its complete parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedMethod {
    pub kind: String,
    pub parameters: serde_json::Value,
}

impl IncrementalSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        self.budget.check()?;
        self.curve.check()?;
        DefinitionError::check_count("curve_tasks", self.curve_tasks.unwrap_or(1), 10_000)?;
        self.model.check("model")?;
        self.optimiser.check("optimiser")?;
        if self.split == Splitting::PerSeed && self.evaluate == EvaluateOn::Validation {
            let allowed = "test: with a split per seed, validation images of one seed are test images of another, so \
                           that a search would see what is scored; search on the benchmark with the fixed split";
            return Err(DefinitionError::range("evaluate", "validation", allowed));
        }
        if self.budget.reset_optimiser && !self.stream.reveals(Reveal::Boundary) {
            let rule = "false, because this stream does not reveal `boundary`";
            return Err(DefinitionError::range("budget.reset_optimiser", true, rule));
        }
        Ok(())
    }
}

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: IncrementalSettings = benchmark.settings()?;
        settings.data.check().map_err(|error| benchmark.refuse(error))?;
        let facts = settings.data.facts().map_err(|error| relocate(error, "data", benchmark))?;
        settings.check().map_err(|error| benchmark.refuse(error))?;
        settings.data.check_splitting(settings.split).map_err(|error| benchmark.refuse(error))?;
        check_stream(&settings.stream, facts).map_err(|error| benchmark.refuse(error))?;
        let id = &benchmark.header.id;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, id)?;
        settings.model = modulated::model(preset, &settings.model, id)?;
        let outputs = outputs(&settings.stream, facts);
        let check = |model: &ModelSpec| {
            model.check_fit("model", facts.shape, outputs)?;
            model.check_work("model", (facts.shape, outputs), ("budget.batch", settings.budget.batch))
        };
        check(&settings.model).map_err(|error| benchmark.refuse(error))?;
        let method = registered(METHODS, preset)?;
        let asked = Asked { preset, benchmark, stream: &settings.stream };
        asked.check_reveals(method)?;
        let parameters = method.means.resolve(preset, id)?;
        let composition = method.means.compose(&parameters)?;
        asked.check_answers(&composition, facts.regression)?;
        asked.check_needs(&composition, outputs)?;
        let model = asked.network(&composition, &settings.model, facts.classes)?;
        if model != settings.model {
            check(&model).map_err(|error| benchmark.refuse(error))?;
        }
        asked.check_room(
            &composition,
            &model,
            (facts.shape, facts.classes, outputs),
            settings.freeze_biases,
        )?;
        settings.model = model;
        let boundaries = settings.stream.reveals(Reveal::Boundary);
        let modulation = modulated::resolve(
            preset,
            id,
            (&settings.model, facts.shape, outputs),
            &settings.optimiser,
            &composition.terms,
            modulated::Stage {
                boundaries,
                states: settings.stream.states(facts.classes) > 0,
                classes: !facts.regression,
                task: true,
                winners: composition.winners.is_some(),
            },
        )?;
        let method = ResolvedMethod { kind: preset.header.kind.clone(), parameters };
        Ok(Self { benchmark: settings, method, modulation })
    }

    /// Checks that the method keeps no more past samples than there are, and that it can take the inputs.
    ///
    /// # Errors
    /// Names the key or the data, and both numbers.
    pub fn check_data(&self, dataset: &Dataset) -> Result<()> {
        let composition = method(&self.method.kind)?.compose(&self.method.parameters)?;
        composition.check_inputs(&self.method.kind, dataset)?;
        let settings = &self.benchmark;
        let split = match settings.evaluate {
            EvaluateOn::Test => &dataset.train_full,
            EvaluateOn::Validation => &dataset.train,
        };
        let distinct = settings.stream.distinct(dataset.classes);
        let views = if settings.stream.tasks.deals_out() { 1 } else { distinct };
        let few = settings.stream.samples_per_task.unwrap_or(usize::MAX);
        let all = (views * split.len()).min(few.saturating_mul(distinct));
        Ok(composition.check_memory(&self.method.kind, all)?)
    }

    /// Updates over all tasks; before the data are read, epochs are taken of as many samples as sets of this kind have.
    fn expected_updates(&self, tasks: f64) -> f64 {
        let (budget, samples) = (&self.benchmark.budget, self.benchmark.data.expected_samples());
        let own =
            if self.benchmark.stream.tasks.deals_out() { samples / tasks.max(1.0) as usize } else { samples };
        tasks * budget.updates(own.min(self.benchmark.stream.samples_per_task.unwrap_or(own))) as f64
    }

    /// Rough cost in core-seconds: arithmetic at 20 GFLOP/s plus a fixed cost per update.
    pub fn expected_cost(&self) -> f64 {
        let Ok(facts) = self.benchmark.data.facts() else { return 0.0 };
        let tasks = self.benchmark.stream.len(facts.classes) as f64;
        let updates = self.expected_updates(tasks);
        let outputs = outputs(&self.benchmark.stream, facts);
        let madds = self.benchmark.model.multiply_adds(facts.shape, outputs) as f64;
        let evaluations = updates / self.benchmark.curve.every as f64 * tasks;
        let composed = method(&self.method.kind).and_then(|entry| entry.compose(&self.method.parameters));
        let (regime, extra) = composed.map_or_else(|_| Default::default(), |c| (c.regime, c.extra_work));
        let references = regime == Regime::Joint && self.benchmark.references;
        let trained =
            updates * updates_in_tasks(references, self.benchmark.stream.len(facts.classes)) as f64 / tasks;
        let training =
            trained * (1.0 + extra) * (6e-5 + 6.0 * madds * self.benchmark.budget.batch as f64 / 1e11);
        training + evaluations * 2.0 * madds * self.benchmark.curve.samples as f64 / 1e11
    }
}

fn check_stream(stream: &StreamSpec, facts: Facts) -> Result<(), DefinitionError> {
    if facts.regression { stream.check_regression(facts.classes) } else { stream.check(facts.classes) }
}

/// Outputs that a network needs: one number, or the classes that compete.
fn outputs(stream: &StreamSpec, facts: Facts) -> usize {
    if facts.regression { 1 } else { stream.outputs(facts.classes) }
}

fn relocate(error: Error, key: &str, benchmark: &Benchmark) -> Error {
    match error {
        Error::Definition(error) => benchmark.refuse(DefinitionError { key: key.into(), ..*error }),
        other => other,
    }
}

/// How many times the updates of one task a run makes, that of references included where there are any.
pub(super) fn updates_in_tasks(references: bool, tasks: usize) -> usize {
    if references { tasks * (tasks + 1) / 2 } else { tasks }
}
