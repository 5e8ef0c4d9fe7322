//! GDumb: greedily keeps a balanced memory, and for every question trains a new network on that alone.

use super::composition::{Composition, MethodEntry, Settings, entry};
use base::state::State;
use candle_core::Tensor;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext, StepContext};
use learn::error::Result;
use learn::keeps_memory;
use learn::memory::{Capacity, Memory, Policy};
use learn::objective::{LossTerm, Weighted};
use learn::stream::Batch;

settings! {
    /// Greedy sampler, dumb learner.
    #[derive(Debug)]
    struct GDumb {
        /// s, what the memory counts beside the stream
        strength: f32 = 1.0 => [0 to 1];
        memory: Capacity = Capacity::default() => [each Capacity::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<GDumb>(MethodInfo {
    kind: "gdumb",
    summary: "GDumb: a balanced memory, and at every task a network trained on it from the initial weights; the stream itself teaches nothing",
    formula: "(1 − s) L_t(θ) + s L_M(θ) from θ_0 at every boundary, M greedily balanced over the labels, the new task's samples among it",
    source: "Prabhu, Torr & Dokania 2020, without their cosine annealing and CutMix",
    mapping: "s = 1. They train until convergence at a query; here a query is a task, and takes the updates that a task has.",
    strength: "strength",
    needs: &[Reveal::Boundary],
    parameters: GDumb::PARAMETERS,
});

impl Settings for GDumb {
    fn compose(&self) -> Composition {
        let spec = self.memory.with(Policy::Greedy);
        let memory = Memory::new(&spec, false);
        let term = Dumb { present: (1.0 - self.strength).max(0.0), memory, initial: Vec::new() };
        let own = Composition::remembering(Weighted::new(self.strength, term), &spec);
        let classes = Some(("", "it balances its memory over classes"));
        Composition { only_sequences: true, classes, ..own }
    }
}

struct Dumb {
    /// What the stream's own samples count.
    present: f32,
    memory: Memory,
    /// θ_0; empty before the first task.
    initial: Vec<Vec<f32>>,
}

impl LossTerm for Dumb {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "gdumb"
    }

    fn task_factor(&self, _cx: &StepContext<'_>) -> f32 {
        self.present
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        self.memory.draw(cx)?.map(|past| past.loss(cx)).transpose()
    }

    /// A task is stored when it begins.
    fn after_batch(&mut self, _batch: &Batch) -> Result<()> {
        Ok(())
    }

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskStart { .. } = event {
            if self.initial.is_empty() {
                self.initial = cx.model.parameters().snapshot()?;
            }
            cx.model.parameters().restore(&self.initial)?;
            return self.memory.store_task(cx);
        }
        self.memory.on_event(event, cx)
    }

    fn save(&self) -> State {
        self.memory.save().buffer("initial", &self.initial)
    }

    fn load(&mut self, state: &State) -> Result<()> {
        self.initial = state.get_buffer("initial")?;
        self.memory.load(state)
    }
}
