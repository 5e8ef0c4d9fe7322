//! Incremental learning (Eq. 6 of Mei et al. 2025): tasks arrive one after another,
//! θ_t* = argmin L_t(θ; D_t) + Σ_{i<t} λ_i Ω(θ, θ_i*).
//!
//! The method composes the terms; this protocol lays out tasks, boundaries and evaluation.

mod answers;
mod exported;
mod fit;
mod meter;
mod probes;
mod regimes;
mod run;
mod settings;

pub use settings::{Budget, CurveSettings, IncrementalSettings, Resolved, ResolvedMethod};

use std::collections::BTreeMap;

use crate::method::{Composer, METHODS};
use base::error::Result;
use contract::definition::{Benchmark, MethodPreset};
use contract::exported::Exported;
use contract::protocol::as_written;
use contract::{Experiment, ExperimentInfo, Registered, Reveal, RunLog, RunSpec, Timeline, Watch};
use data::Data;
use run::Run;

/// The incremental protocol.
#[derive(Debug, Default, Clone, Copy)]
pub struct Incremental;

impl Experiment for Incremental {
    type Settings = Resolved;
    type Kind = Composer;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_modulation: true,
        evaluates: true,
        ..ExperimentInfo::new(
            "incremental",
            "tasks one after another: what is kept, what is forgotten (Eq. 6)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Resolved> {
        Resolved::new(benchmark, method)
    }

    fn benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value> {
        as_written(&benchmark.settings::<settings::IncrementalSettings>()?)
    }

    fn times(&self, settings: &Resolved) -> Option<Timeline> {
        let benchmark = &settings.benchmark;
        let tasks = benchmark.stream.len(benchmark.data.facts().ok()?.classes) as u64;
        let told = benchmark.stream.reveals(Reveal::Boundary);
        let updates = tasks * benchmark.budget.updates_per_task? as u64;
        Some(Timeline {
            updates,
            changes: if told { tasks.saturating_sub(1) } else { 0 },
            states: benchmark.stream.states(benchmark.data.facts().ok()?.classes) as u64,
            kinds: None,
        })
    }

    fn data(&self, settings: &Resolved) -> Vec<String> {
        settings.benchmark.data.set().map(str::to_owned).into_iter().collect()
    }

    fn fingerprints(&self, settings: &Resolved) -> Result<BTreeMap<String, String>> {
        Ok(BTreeMap::from([settings.benchmark.data.fingerprint()?]))
    }

    fn ready(&self, settings: &Resolved, data: &Data) -> Result<()> {
        let dataset = data.of(&settings.benchmark.data)?;
        settings.check_data(&dataset)
    }

    fn cost(&self, settings: &Resolved) -> f64 {
        settings.expected_cost()
    }

    fn exported(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        answers: bool,
    ) -> Result<Option<Exported>> {
        exported::exported(settings, spec, data, answers).map(Some)
    }

    fn train(
        &self,
        settings: &Resolved,
        spec: &RunSpec,
        data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        Run::new(settings, spec, data)?.run(watch)
    }
}
