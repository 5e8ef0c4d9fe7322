//! Active dendrites: what the task is multiplies every hidden unit, then the strongest units win.

use super::composition::{Composition, MethodEntry, Settings, entry};
use super::task_owned::{Site, TaskOwned};
use base::state::State;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::error::Result;
use learn::gains::Gains;

settings! {
    /// Active dendrites.
    #[derive(Debug)]
    struct ActiveDendrites {
        /// dendritic segments of every hidden unit
        segments: usize = 10 => [1 to 4096];
        /// share of each hidden layer that speaks for a sample, at least one unit in every layer
        winners: f32 = 0.2 => [above 0 to 1];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<ActiveDendrites>(MethodInfo {
    kind: "active-dendrites",
    summary: "Active dendrites: segments on every hidden unit see which task it is and multiply its output, then only the strongest units speak",
    formula: "h ← kWTA(σ(d) φ(W h + b)), d = u_k·c, k = argmax_j |u_j·c|, u_j the unit's segments, c one-hot in the task",
    source: "Iyer et al. 2022 (Avoiding catastrophe), with the task as context instead of a prototype of its inputs",
    mapping: "as many segments as tasks there, 5 % winners of 2,048 units.",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: ActiveDendrites::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for ActiveDendrites {
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

    /// All of it is counted from the run's site again.
    fn save(&self) -> State {
        State::default()
    }

    fn load(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}
