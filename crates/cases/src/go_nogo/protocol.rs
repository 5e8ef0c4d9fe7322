//! The case study as a [`Experiment`] of the harness.

use serde::{Deserialize, Serialize};

use super::curves;
use super::measures::scalars;
use super::model::{ModelSettings, NoradrenalineSource};
use super::policy::{policy_scalars, policy_series};
use super::session::run_session;
use super::task::{ShiftKind, TaskSettings};
use base::error::Result;
use contract::declare::Declared;
use contract::definition::{Benchmark, MethodPreset};
use contract::{
    Experiment, ExperimentInfo, Footprint, Registered, Replay, RunLog, RunSpec, Watch, registered,
};
use data::Data;

/// The one kind of method; what a preset switches on or off are its parameters.
const METHODS: &[Registered] = &[Registered::new(
    "spiking-agent",
    "actor, critic and predictive network, R-STDP gated by dopamine, noradrenaline from surprise",
    "Mei et al. 2025, case study",
    (),
)
.with(ModelSettings::PARAMETERS)];

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

impl Experiment for GoNoGo {
    type Settings = RunSettings;
    type Kind = ();

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_optimiser: false,
        settings_of_method: &["model"],
        ..ExperimentInfo::new(
            "go-nogo",
            "a spiking actor, critic and predictive network meet set shifts in a Go/No-Go task (case study)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<RunSettings> {
        registered(METHODS, method)?;
        let body: Body = benchmark.settings()?;
        body.task.check().map_err(|error| benchmark.refuse(error.below("task")))?;
        let model: ModelSettings = method.parameters(&benchmark.header.id)?;
        model.check().map_err(|error| method.refuse_parameter(&benchmark.header.id, error))?;
        Ok(RunSettings { task: body.task, model })
    }

    fn write(&self, settings: &RunSettings) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(settings)?)
    }

    fn line(&self, method: &MethodPreset) -> Result<String> {
        let model: ModelSettings = method.parameters("")?;
        Ok(formula(&model))
    }

    fn cost(&self, settings: &RunSettings) -> f64 {
        let RunSettings { task, model } = settings;
        let passes = if model.noradrenaline.source.replay() == Replay::None { 1.0 } else { 2.0 };
        let probed = task.probed_presentations();
        passes * task.longest() as f64 * 0.6e-3 + probed as f64 * 0.3e-3
    }

    fn train(
        &self,
        settings: &RunSettings,
        spec: &RunSpec,
        _data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let RunSettings { task, model } = settings;
        let session = run_session(task, model, spec.seed, watch)?;
        let mut series = curves::series(&session);
        series.extend(policy_series(&session));
        let mut log = RunLog {
            marks: curves::marks(&session),
            scalars: scalars(&session).into_iter().chain(policy_scalars(&session)).collect(),
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
                "performance" | "value" | "attention" => {
                    log.curves.push(curves::session_curve(series));
                }
                "go_rate" | "no_go_rate" if task.record_raster => {
                    log.curves.push(curves::session_curve(series))
                }
                _ => {}
            }
            for kind in [ShiftKind::Reversal, ShiftKind::Intradimensional, ShiftKind::Extradimensional] {
                let shown = matches!(series.name, "performance" | "noradrenaline")
                    || series.name.starts_with("policy_");
                log.curves
                    .extend(shown.then(|| curves::align_at_shifts(&session, series, Some(kind))).flatten());
            }
            log.curves.extend(curves::align_at_shifts(&session, series, None));
        }
        log.curves.extend(curves::rasters(&session));
        Ok(log)
    }
}

/// One line: the plasticity rule and what noradrenaline comes from and acts on.
fn formula(model: &ModelSettings) -> String {
    let relaxation = model.relaxation;
    let source = match model.noradrenaline.source {
        NoradrenalineSource::Surprise => "NA from surprise".to_owned(),
        NoradrenalineSource::None => "NA = 0".to_owned(),
        NoradrenalineSource::Constant => format!("NA = {}", model.noradrenaline.level),
        NoradrenalineSource::Shuffled => "NA(t) of the full model, rotated in time".to_owned(),
        NoradrenalineSource::Mean => "NA = mean NA(t) of the same model with surprise".to_owned(),
        NoradrenalineSource::Boundary => {
            format!("NA = 1 for {} trials after a shift", model.noradrenaline.trials)
        }
    };
    let mut targets = Vec::new();
    if model.noradrenaline.source != NoradrenalineSource::None {
        let bursting = model.bursting.enabled;
        let named = [
            (bursting, "bursts"),
            (
                relaxation.noradrenaline > 0.0 || bursting && relaxation.plateau + relaxation.burst > 0.0,
                "w → w₀",
            ),
            (model.attention.enabled && model.attention.flattening > 0.0, "attention → 1"),
            (model.plasticity.noradrenaline_gain > 0.0, "η"),
        ];
        targets.extend(named.into_iter().filter(|(acts, _)| *acts).map(|(_, name)| name));
    }
    let mut line = format!(
        "Δw = {}·{}·e; {source}{}{}",
        model.plasticity.rate_actor,
        if model.dopamine { "DA" } else { "0" },
        if targets.is_empty() { "" } else { " ⟶ " },
        targets.join(", ")
    );
    if relaxation.constant > 0.0 {
        line += &format!("; w += {}·(w₀ − w) per trial", relaxation.constant);
    }
    if model.exploration > 0.0 {
        line += &format!("; ε = {}", model.exploration);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::source::Source;
    use contract::definition::Library;
    use contract::{Protocol, Unwatched};

    #[test]
    fn every_benchmark_resolves_with_every_preset_of_its_paradigm() {
        let library = Library::of_tree().unwrap();
        let benchmarks =
            library.benchmarks.values().filter(|benchmark| benchmark.header.paradigm == "go-nogo");
        let mut pairs = 0;
        for benchmark in benchmarks {
            for id in library.method_ids("go-nogo") {
                let method = library.method("go-nogo", id).unwrap();
                let settings = GoNoGo.resolve(benchmark, method).unwrap();
                assert!(GoNoGo.expected_cost(&settings) > 0.0);
                assert!(GoNoGo.formula(method).unwrap().starts_with("Δw = "));
                pairs += 1;
            }
            for id in &benchmark.header.methods {
                library.method("go-nogo", id).unwrap();
            }
        }
        assert!(pairs >= 72, "{pairs}");
    }

    #[test]
    fn a_bad_parameter_is_refused_with_file_line_and_what_is_allowed() {
        let library = Library::of_tree().unwrap();
        let text = "schema = 1\nid = \"mine\"\ntitle = \"mine\"\nparadigm = \"go-nogo\"\nkind = \"spiking-agent\"\n\
                    provenance = \"me\"\n\n[parameters.plasticity]\ntau_pre = -20.0\n";
        let method = MethodPreset::parse(Source { name: "mine.toml".into(), text: text.into() }).unwrap();
        let error = GoNoGo.resolve(library.benchmark("go-nogo-reversal").unwrap(), &method).unwrap_err();
        assert_eq!(
            error.to_string(),
            "mine.toml:9: `parameters.plasticity.tau_pre` = -20: out of range\n  allowed: a finite number above 0"
        );
    }

    #[test]
    fn a_run_leaves_scalars_aligned_curves_and_marks_and_repeats_to_the_byte() {
        let library = Library::of_tree().unwrap();
        let benchmark = library.benchmark("go-nogo-reversal").unwrap();
        let method = library.method("go-nogo", "full").unwrap();
        let mut settings = GoNoGo.resolve(benchmark, method).unwrap();
        settings["task"]["block"] = 40.into();
        settings["task"]["record_raster"] = true.into();
        settings["task"]["probe"] = serde_json::json!({ "every": 20, "after": 40 });
        let spec = RunSpec {
            replays: None,
            benchmark: benchmark.header.id.clone(),
            version: 1,
            paradigm: "go-nogo".into(),
            method: "full".into(),
            seed: 7,
            settings,
        };
        let data = Data::new(data::DataFolder::choose(None));
        let run = || GoNoGo.run(&spec, &data, &mut Unwatched).unwrap();
        let log = run();
        assert_eq!(serde_json::to_string(&log).unwrap(), serde_json::to_string(&run()).unwrap());
        assert_eq!(log.marks.len(), 1);
        assert_eq!((log.marks[0].x, log.marks[0].label.as_str()), (40.0, "reversal A→B"));
        for name in ["accuracy", "trials_to_criterion/reversal", "solved/reversal", "false_alarms/reversal"] {
            assert!(log.scalars.contains_key(name), "{name}");
        }
        let curves: Vec<&str> = log.curves.iter().map(|curve| curve.name.as_str()).collect();
        for name in [
            "aligned/performance",
            "aligned/reversal/policy_entropy",
            "session/performance",
            "raster/trial40",
        ] {
            assert!(curves.contains(&name), "{name} is not in {curves:?}");
        }
        assert!(log.footprint.spikes > 0 && log.footprint.synaptic_operations > log.footprint.spikes);
    }
}
