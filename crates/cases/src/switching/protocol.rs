//! The three tasks as one [`Protocol`].

use super::settings::{Learner, Settings, Task, methods};
use super::{bandit, change_point, goals};
use base::error::{DefinitionError, Result};
use base::rng::Streams;
use contract::definition::{Benchmark, MethodPreset};
use contract::{MethodInfo, Protocol, Rotation, RunLog, RunSpec, Watch};
use data::Data;

/// The protocol `switching`.
#[derive(Debug, Default, Clone, Copy)]
pub struct Switching;

impl Protocol for Switching {
    fn takes_optimiser(&self) -> bool {
        false
    }

    fn name(&self) -> &'static str {
        "switching"
    }

    fn summary(&self) -> &'static str {
        "small tasks whose rules switch, learned without gradients: bandit, goals, change points (case study)"
    }

    fn resolve(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<serde_json::Value> {
        Ok(serde_json::to_value(Settings::resolve(benchmark, method)?)?)
    }

    fn settings_of_method(&self) -> &'static [&'static str] {
        &["learner"]
    }

    fn methods(&self) -> Vec<&'static MethodInfo> {
        methods()
    }

    fn datasets(&self, _settings: &serde_json::Value) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn expected_cost(&self, settings: &serde_json::Value) -> f64 {
        // Trials times what one costs, measured on one core.
        match serde_json::from_value(settings.clone()) {
            Ok(Settings { task: Task::Bandit(task), learner }) => {
                let members = match learner {
                    Learner::Bandit(bandit::BanditLearner::Uncertainty(s)) => s.members,
                    _ => 1,
                };
                task.trials as f64 * (1.5e-6 + 5e-7 * members as f64)
            }
            Ok(Settings { task: Task::Goals(task), .. }) => task.trials() as f64 * 3e-7,
            Ok(Settings { task: Task::ChangePoint(task), .. }) => task.trials as f64 * 3e-7,
            Err(_) => 0.0,
        }
    }

    fn run(&self, spec: &RunSpec, _data: &Data, watch: &mut dyn Watch) -> Result<RunLog> {
        let Settings { task, learner } = serde_json::from_value(spec.settings.clone())?;
        let streams = Streams::new(spec.seed);
        let mut chosen = None;
        let rotation = |trials| {
            let rotation = Rotation::away_from(&task.switches(&streams), trials, &streams);
            chosen = Some(rotation);
            rotation.by
        };
        let (replay, channels) = (learner.replay(), learner.channels());
        let mut log = replay.run(channels, &streams, watch, rotation, |streams, channels, watch| {
            match (&task, &learner) {
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
