//! Benchmark and method together, checked.

use serde::{Deserialize, Serialize};

use super::method::Method;
use super::networks::Networks;
use super::settings::SequentialSettings;
use base::error::{DefinitionError, Result};
use contract::definition::{Benchmark, MethodPreset};
use learn::modulated;

/// Benchmark and method together: what a run needs, and what a record keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved {
    #[serde(flatten)]
    pub benchmark: SequentialSettings,
    pub method: Method,
}

impl Resolved {
    /// Checks a benchmark with a method preset.
    ///
    /// # Errors
    /// Definition errors that point into the right file.
    pub fn new(benchmark: &Benchmark, preset: &MethodPreset) -> Result<Self> {
        let mut settings: SequentialSettings = benchmark.settings()?;
        settings.check().map_err(|error| benchmark.refuse(error))?;
        settings.optimiser = modulated::optimiser(preset, &settings.optimiser, &benchmark.header.id)?;
        let method = Method::new(preset, &benchmark.header.id, &settings)?;
        let resolved = Self { benchmark: settings, method };
        let SequentialSettings { inner, sequence, .. } = &resolved.benchmark;
        let madds = Networks::new(&resolved.benchmark, &resolved.method).multiply_adds();
        for (key, drawings) in [
            ("inner.remember", inner.classes * inner.shots + inner.remember),
            ("sequence.classes", sequence.classes * sequence.shots.max(sequence.queries)),
        ] {
            let work = DefinitionError::check_work(key, drawings, madds);
            work.map_err(|error| benchmark.refuse(error))?;
        }
        Ok(resolved)
    }

    /// Outer updates: a method without meta-training makes none.
    pub(super) fn outer_steps(&self) -> usize {
        if self.method.trains() { self.benchmark.budget.outer_steps } else { 0 }
    }

    /// Drawings that one outer update passes through the representation.
    pub(super) fn drawings_per_update(&self) -> usize {
        let inner = &self.benchmark.inner;
        inner.classes * inner.shots + inner.remember
    }
}
