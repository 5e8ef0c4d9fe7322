//! Benchmark and method together, checked.

use super::method::OnlineMethod;
use super::settings::OnlineSettings;
use base::error::Result;
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;

/// Benchmark and method together.
pub type Resolved = crate::resolved::Resolved<OnlineSettings, OnlineMethod>;

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
        let madds = settings.model.multiply_adds(stream.shape(), stream.classes()) as f64;
        let trained = samples + updates * self.method.past_samples(settings.batch) as f64;
        updates * 1e-4 + (6.0 * trained + 2.0 * samples) * madds / 1e11
    }
}
