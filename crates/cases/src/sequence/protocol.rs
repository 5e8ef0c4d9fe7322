//! Both tasks and both networks as one [`Protocol`].

use super::examine::examine;
use super::settings::{NETWORKS, Settings, formula};
use super::train::train;
use base::error::Result;
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Footprint, MethodInfo, Pace, Protocol, RunLog, RunSpec, Watch};
use data::Data;

/// The protocol `sequence`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sequence;

impl Protocol for Sequence {
    fn name(&self) -> &'static str {
        "sequence"
    }

    fn summary(&self) -> &'static str {
        "learned modulation in recurrent networks: scaled low-rank weights, gated plasticity (case study)"
    }

    fn resolve(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(Settings::resolve(benchmark, method)?)?)
    }

    fn settings_of_method(&self) -> &'static [&'static str] {
        &["network", "optimiser"]
    }

    fn methods(&self) -> Vec<&'static MethodInfo> {
        NETWORKS.iter().collect()
    }

    fn formula(&self, method: &MethodPreset) -> Result<String> {
        Ok(formula(method)?.to_owned())
    }

    fn datasets(&self, _settings: &serde_json::Value) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn expected_cost(&self, settings: &serde_json::Value) -> f64 {
        match serde_json::from_value::<Settings>(settings.clone()) {
            // Multiply–adds times what one costs, measured on one core.
            Ok(settings) => multiply_adds(&settings) as f64 * 6e-10,
            Err(_) => 0.0,
        }
    }

    fn run(&self, spec: &RunSpec, _data: &Data, watch: &mut dyn Watch) -> Result<RunLog> {
        let settings: Settings = serde_json::from_value(spec.settings.clone())?;
        let streams = Streams::new(spec.seed);
        let problem = settings.task.problem();
        let network = settings.network.build(problem.channels(), problem.outputs());
        let trained =
            train(network.as_ref(), problem, &settings.training, &settings.optimiser, &streams, watch)?;
        let mut log = RunLog {
            footprint: Footprint {
                parameters: network.layout().len() as u64,
                updates: settings.training.updates as u64,
                multiply_adds: multiply_adds(&settings),
                ..Footprint::default()
            },
            ..RunLog::default()
        };
        log.curves.push(trained.curve);
        let mut pace = Pace::new(watch, 1.0);
        examine(&settings, network.as_ref(), problem, &trained.parameters, &streams, &mut log, &mut pace)?;
        Ok(log)
    }
}

/// Of training: forward once, backward about twice.
fn multiply_adds(settings: &Settings) -> u64 {
    let problem = settings.task.problem();
    let network = settings.network.build(problem.channels(), problem.outputs());
    let trials = (settings.training.updates * settings.training.batch) as u64;
    3 * trials * problem.steps() as u64 * network.multiply_adds()
}
