//! Both tasks and both networks as one [`Experiment`].

use super::examine::examine;
use super::settings::{METHODS, NetworkSettings, Settings, formula};
use super::train::train;
use base::error::Result;
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Experiment, ExperimentInfo, Footprint, Pace, Reader, Registered, RunLog, RunSpec, Watch};
use data::Data;

/// The protocol `sequence`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Sequence;

impl Experiment for Sequence {
    type Settings = Settings;
    type Kind = Reader<NetworkSettings>;

    const INFO: ExperimentInfo = ExperimentInfo {
        settings_of_method: &["network", "optimiser"],
        ..ExperimentInfo::new(
            "sequence",
            "learned modulation in recurrent networks: scaled low-rank weights, gated plasticity (case study)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Settings> {
        Settings::resolve(benchmark, method)
    }

    fn line(&self, method: &MethodPreset) -> Result<String> {
        Ok(formula(method)?.to_owned())
    }

    fn cost(&self, settings: &Settings) -> f64 {
        // Multiply–adds times what one costs, measured on one core.
        multiply_adds(settings) as f64 * 6e-10
    }

    fn train(
        &self,
        settings: &Settings,
        spec: &RunSpec,
        _data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let streams = Streams::new(spec.seed);
        let problem = settings.task.problem();
        let network = settings.network.build(problem.channels(), problem.outputs());
        let trained =
            train(network.as_ref(), problem, &settings.training, &settings.optimiser, &streams, watch)?;
        let mut log = RunLog {
            footprint: Footprint {
                parameters: network.layout().len() as u64,
                updates: settings.training.updates as u64,
                multiply_adds: multiply_adds(settings),
                ..Footprint::default()
            },
            ..RunLog::default()
        };
        log.curves.push(trained.curve);
        let mut pace = Pace::new(watch, 1.0);
        examine(settings, network.as_ref(), problem, &trained.parameters, &streams, &mut log, &mut pace)?;
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
