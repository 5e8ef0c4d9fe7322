//! The three tasks as one [`Experiment`].

use super::settings::{Learner, Learns, METHODS, Settings, Task};
use super::{bandit, change_point, goals};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{Experiment, ExperimentInfo, Registered, Rotation, RunLog, RunSpec, Watch};
use data::Data;

/// The protocol `switching`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Switching;

impl Experiment for Switching {
    type Settings = Settings;
    type Kind = Learns;

    const INFO: ExperimentInfo = ExperimentInfo {
        takes_optimiser: false,
        settings_of_method: &["learner"],
        ..ExperimentInfo::new(
            "switching",
            "small tasks whose rules switch, learned without gradients: bandit, goals, change points (case study)",
        )
    };

    const METHODS: &'static [Registered<Self::Kind>] = METHODS;

    fn settings(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<Settings> {
        Settings::resolve(benchmark, method)
    }

    fn cost(&self, settings: &Settings) -> f64 {
        // Trials times what one costs, measured on one core.
        match &settings.task {
            Task::Bandit(task) => {
                let members = match &settings.learner {
                    Learner::Bandit(bandit::BanditLearner::Uncertainty(s)) => s.members,
                    _ => 1,
                };
                task.trials as f64 * (1.5e-6 + 5e-7 * members as f64)
            }
            Task::Goals(task) => task.trials() as f64 * 3e-7,
            Task::ChangePoint(task) => task.trials as f64 * 3e-7,
        }
    }

    fn train(
        &self,
        settings: &Settings,
        spec: &RunSpec,
        _data: &Data,
        watch: &mut dyn Watch,
    ) -> Result<RunLog> {
        let Settings { task, learner } = settings;
        let streams = Streams::new(spec.seed);
        let mut chosen = None;
        let rotation = |trials| {
            let rotation = Rotation::away_from(&task.switches(&streams), trials, &streams);
            chosen = Some(rotation);
            rotation.by
        };
        let (replay, channels) = (learner.replay(), learner.channels());
        let mut log = replay.run(channels, &streams, watch, rotation, |streams, channels, watch| {
            match (task, learner) {
                (Task::Bandit(t), Learner::Bandit(l)) => bandit::session(t, l, streams, channels, watch),
                (Task::Goals(t), Learner::Goals(l)) => goals::session(t, l, streams, channels, watch),
                (Task::ChangePoint(t), Learner::ChangePoint(l)) => {
                    change_point::session(t, l, streams, channels, watch)
                }
                // Settings that did not come from `resolve`.
                _ => Err(DefinitionError {
                    key: "learner".into(),
                    problem: "is a learner of another task".into(),
                    ..DefinitionError::default()
                }
                .into()),
            }
        })?;
        if let Some(rotation) = chosen {
            rotation.write(&mut log);
        }
        Ok(log)
    }
}
