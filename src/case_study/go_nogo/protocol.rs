//! The case study as a [`Protocol`] of the harness.

use serde::{Deserialize, Serialize};

use super::curves;
use super::measures::scalars;
use super::model::{ModelSettings, NoradrenalineSource};
use super::session::run_session;
use super::task::{ShiftKind, TaskSettings};
use crate::data::Data;
use crate::error::{DefinitionError, Result};
use crate::paradigm::{Footprint, Protocol, RunLog, RunSpec, Watch};
use crate::spec::{Benchmark, MethodPreset};

/// The kind of every method preset of this case study.
const KIND: &str = "spiking-agent";

/// A run's settings: the benchmark's task and the preset's model, defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    pub task: TaskSettings,
    pub model: ModelSettings,
}

/// The body of a benchmark's file: one table, `[task]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    #[serde(default)]
    task: TaskSettings,
}

/// The protocol `go-nogo`.
#[derive(Debug, Default, Clone, Copy)]
pub struct GoNoGo;

impl Protocol for GoNoGo {
    fn name(&self) -> &'static str {
        "go-nogo"
    }

    fn summary(&self) -> &'static str {
        "a spiking actor, critic and predictive network meet set shifts in a Go/No-Go task (case study)"
    }

    fn resolve(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<serde_json::Value> {
        if method.header.kind != KIND {
            let error = DefinitionError::unknown("kind of method", &method.header.kind, [KIND]);
            return Err(method.refuse(DefinitionError { key: "kind".into(), ..error }));
        }
        let body: Body = benchmark.settings()?;
        body.task.check().map_err(|mut error| {
            error.key = format!("task.{}", error.key);
            benchmark.refuse(error)
        })?;
        let model: ModelSettings = method.parameters(&benchmark.header.id)?;
        model.check().map_err(|mut error| {
            error.key = format!("parameters.{}", error.key);
            method.refuse(error)
        })?;
        Ok(serde_json::to_value(RunSettings { task: body.task, model })?)
    }

    fn datasets(&self, _settings: &serde_json::Value) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn expected_cost(&self, settings: &serde_json::Value) -> f64 {
        let Ok(RunSettings { task, model }) = serde_json::from_value(settings.clone()) else { return 1.0 };
        let passes = if model.noradrenaline.source == NoradrenalineSource::Shuffled { 2.0 } else { 1.0 };
        passes * task.longest() as f64 * 0.6e-3
    }

    fn run(&self, spec: &RunSpec, _data: &Data, watch: &mut dyn Watch) -> Result<RunLog> {
        let RunSettings { task, model } = serde_json::from_value(spec.settings.clone())?;
        let session = run_session(&task, &model, spec.seed, watch)?;
        let series = curves::series(&session);
        let mut log = RunLog {
            marks: curves::marks(&session),
            scalars: scalars(&session),
            footprint: Footprint {
                parameters: session.parameters,
                updates: session.trials.len() as u64,
                spikes: session.spikes,
                synaptic_operations: session.synaptic_operations,
                ..Footprint::default()
            },
            ..RunLog::default()
        };
        for series in &series {
            match series.name {
                "dopamine" | "noradrenaline" => log.signals.push(curves::session_curve(series)),
                "performance" | "entropy_cue" | "value" | "attention" => {
                    log.curves.push(curves::session_curve(series));
                }
                "go_rate" | "no_go_rate" if task.record_raster => {
                    log.curves.push(curves::session_curve(series))
                }
                _ => {}
            }
            for kind in [ShiftKind::Reversal, ShiftKind::Intradimensional, ShiftKind::Extradimensional] {
                let shown =
                    matches!(series.name, "performance" | "noradrenaline" | "entropy_cue" | "entropy_other");
                log.curves
                    .extend(shown.then(|| curves::align_at_shifts(&session, series, Some(kind))).flatten());
            }
            log.curves.extend(curves::align_at_shifts(&session, series, None));
        }
        log.curves.extend(curves::rasters(&session));
        Ok(log)
    }
}
