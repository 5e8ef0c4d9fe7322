//! Active dendrites: what the task is multiplies every hidden unit, then the strongest units win.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings, check_winners};
use super::k_wta::WINNERS;
use super::task_owned::{Site, TaskOwned};
use base::error::DefinitionError;
use contract::{MethodInfo, Parameter, Reveal};
use learn::gains::Gains;

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ActiveDendrites {
    segments: usize,
    winners: f32,
}

impl Default for ActiveDendrites {
    fn default() -> Self {
        Self { segments: 10, winners: 0.2 }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<ActiveDendrites>(MethodInfo {
    kind: "active-dendrites",
    summary: "Active dendrites: segments on every hidden unit see which task it is and multiply its output, then only the strongest units speak",
    formula: "h ← kWTA(σ(d) φ(W h + b)), d = u_k·c, k = argmax_j |u_j·c|, u_j the unit's segments, c one-hot in the task",
    source: "Iyer et al. 2022 (Avoiding catastrophe), with the task as context instead of a prototype of its inputs",
    mapping: "as many segments as tasks there, 5 % winners of 2,048 units.",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: &[
        Parameter::new("segments", "10", "1 to 4096", "dendritic segments of every hidden unit"),
        WINNERS,
    ],
});

impl Settings for ActiveDendrites {
    fn check(&self) -> Result<(), DefinitionError> {
        DefinitionError::check_count("segments", self.segments, 4096)?;
        check_winners(self.winners)
    }

    fn compose(&self) -> Composition {
        Composition {
            segments: Some(self.segments),
            winners: Some(self.winners),
            only_dense: true,
            ..Composition::owning(TaskContext { tasks: 0 })
        }
    }
}

/// One-hot in the task.
struct TaskContext {
    tasks: usize,
}

impl TaskOwned for TaskContext {
    fn start(&mut self, site: &Site<'_>) {
        self.tasks = site.tasks;
    }

    fn set(&self, task: usize, gains: &mut Gains) {
        gains.dendritic = (0..self.tasks).map(|other| f32::from(u8::from(other == task))).collect();
    }
}
