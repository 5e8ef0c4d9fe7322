//! The online paradigm's settings: what a benchmark's TOML says, checked.

use serde::{Deserialize, Serialize};

use super::method::OnlineMethod;
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;
use learn::modulation::ModulationSpec;
use learn::nn::ModelSpec;
use learn::optim::OptimiserSpec;
use learn::stream::EvaluateOn;
use learn::stream::online::{OnlineStreamSpec, Scored};

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineSettings {
    pub stream: OnlineStreamSpec,
    #[serde(default)]
    pub model: ModelSpec,
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    /// Samples that are predicted, then learned together, 1 to 65,536. Default 1: one sample at a time.
    #[serde(default = "one")]
    pub batch: usize,
    #[serde(default)]
    pub curve: OnlineCurve,
    /// `test` (default): the reported stream; `validation`: the one for choosing hyper-parameters, which has no sample of
    /// the reported one.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

fn one() -> usize {
    1
}

/// How performance over time is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OnlineCurve {
    /// Samples between two points of the curves, ≥ 1. Default 100.
    pub every: usize,
    /// Samples in the sliding window, also the one in which recovery is measured, ≥ 1. Default 200.
    pub window: usize,
    /// Fading factor α in (0, 1). Default 0.99.
    pub fading: f64,
}

impl Default for OnlineCurve {
    fn default() -> Self {
        Self { every: 100, window: 200, fading: 0.99 }
    }
}

/// Benchmark and method together: what a run needs, and what a record keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    #[serde(flatten)]
    pub benchmark: OnlineSettings,
    pub method: OnlineMethod,
    /// Neuromodulators, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulation: Option<ModulationSpec>,
}

impl OnlineSettings {
    fn check(&self) -> Result<(), DefinitionError> {
        self.stream.check()?;
        if self.evaluate == EvaluateOn::Validation && self.stream.scored == Some(Scored::Whole) {
            let allowed =
                "test: with stream.scored = \"whole\" every row is scored, so none is left to search on";
            return Err(DefinitionError::range("evaluate", "validation", allowed));
        }
        DefinitionError::check_count("batch", self.batch, 65_536)?;
        DefinitionError::check_count("curve.every", self.curve.every, 10_000_000)?;
        DefinitionError::check_count("curve.window", self.curve.window, 10_000_000)?;
        if !(self.curve.fading > 0.0 && self.curve.fading < 1.0) {
            return Err(DefinitionError::range("curve.fading", self.curve.fading, "between 0 and 1"));
        }
        self.model.check("model")?;
        self.model.check_fit("model", self.stream.shape(), self.stream.classes())?;
        self.optimiser.check("optimiser")
    }
}

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: OnlineSettings = benchmark.settings()?;
        settings.stream = settings.stream.with_defaults();
        settings.check().map_err(|error| benchmark.refuse(error))?;
        let id = &benchmark.header.id;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, id)?;
        settings.model = modulated::model(preset, &settings.model, id)?;
        let method = OnlineMethod::resolve(preset, id)?;
        if let Some(rate) = method.rate() {
            settings.optimiser.rate = rate;
        }
        if method.has_network() {
            let network = (settings.stream.shape(), settings.stream.classes());
            let work = ("batch", settings.batch);
            let fits = settings.model.check_work("model", network, work);
            fits.map_err(|error| benchmark.refuse(error))?;
            let past = (method.past_key(), method.past_samples(settings.batch));
            settings.model.check_work("model", network, past).map_err(|error| preset.refuse(error))?;
        }
        let modulation = method.modulation(preset, id, &settings)?;
        Ok(Self { benchmark: settings, method, modulation })
    }

    /// Rough cost in core-seconds: arithmetic at 20 GFLOP/s plus a fixed cost per update.
    pub fn expected_cost(&self) -> f64 {
        let settings = &self.benchmark;
        let stream = &settings.stream;
        let samples = stream.expected_samples() as f64;
        if !self.method.has_network() {
            return 1e-7 * samples;
        }
        let updates = samples / settings.batch as f64;
        let model = settings.model.build(stream.shape(), stream.classes(), &Streams::new(0));
        let madds = model.map_or(0.0, |model| model.multiply_adds() as f64);
        let trained = samples + updates * self.method.past_samples(settings.batch) as f64;
        updates * 1e-4 + (6.0 * trained + 2.0 * samples) * madds / 1e11
    }
}
