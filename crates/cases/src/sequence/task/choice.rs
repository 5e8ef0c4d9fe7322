//! Which of the tasks a benchmark asks for.

use serde::{Deserialize, Serialize};

use super::binding::CueBinding;
use super::interval::MeasureWaitGo;
use super::problem::Problem;

/// The table `[task]` of a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Task {
    MeasureWaitGo(MeasureWaitGo),
    CueBinding(CueBinding),
}

impl Task {
    /// The task as a problem.
    pub fn problem(&self) -> &dyn Problem {
        match self {
            Self::MeasureWaitGo(task) => task,
            Self::CueBinding(task) => task,
        }
    }
}
