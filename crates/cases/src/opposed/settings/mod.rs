//! The settings of a run: a benchmark's task and a method's modulation, checked against each other.

mod modulation;
mod task;

use serde::{Deserialize, Serialize};

use base::error::Result;
use contract::definition::{Benchmark, MethodPreset};
use contract::registered;
pub(super) use modulation::METHODS;
use modulation::MethodParameters;
pub use modulation::{Assign, Cells, Kind, Modulation, Scope, Select};
pub(super) use task::SIDE_BY_SIDE;
pub use task::{DoseSettings, NetworkSettings, Task, TrainingSettings, TrialSettings};

/// Everything that decides a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub task: Task,
    pub modulation: Modulation,
}

impl Settings {
    /// Reads and checks a benchmark with a method.
    ///
    /// # Errors
    /// Definition errors that name file, line, key, value and what is allowed.
    pub fn resolve(benchmark: &Benchmark, method: &MethodPreset) -> Result<Self> {
        let task: Task = benchmark.settings()?;
        task.check().map_err(|error| benchmark.refuse(error))?;
        let kind = registered(METHODS, method)?.means;
        let MethodParameters { fraction, cells, scope, select, assign } =
            method.checked(&benchmark.header.id)?;
        let modulation = Modulation { kind, fraction, cells, scope, select, assign };
        modulation.check(&task).map_err(|error| method.refuse(error))?;
        Ok(Self { task, modulation })
    }
}
