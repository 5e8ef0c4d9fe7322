//! Experience replay: the loss of past samples beside that of the batch.

use super::composition::{Composition, MethodEntry, Settings, entry};
use candle_core::Tensor;
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::StepContext;
use learn::error::Result;
use learn::keeps_memory;
use learn::memory::{Memory, MemorySpec, Weighing};
use learn::objective::{LossTerm, Weighted};

settings! {
    /// Experience replay.
    #[derive(Debug)]
    struct Er {
        /// λ, on top of s
        lambda: f32 = 1.0 => [at least 0];
        /// s, by samples or by tasks (needs `boundary`), or both losses whole
        weighing: Weighing = Weighing::Mean => ["mean" | "tasks" | "sum"];
        memory: MemorySpec = MemorySpec::default() => [each MemorySpec::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Er>(MethodInfo {
    kind: "er",
    summary: "Experience replay: samples from a memory of the past beside each batch",
    formula: "(1 − s) L_t(θ) + λ s L_M(θ), L_M over samples drawn from the memory, s = m/(n + m) or (t − 1)/t; or L_t(θ) + λ L_M(θ)",
    source: "Ratcliff 1990; Chaudhry et al. 2019 (tiny episodic memories)",
    mapping: "mean: Mammoth's one mean over batch and memory. tasks: van de Ven's (class-balanced, fill = task-end). sum: Aljundi et al. 2019 (fill = task-end: they draw of earlier tasks alone).",
    strength: "lambda",
    parameters: Er::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Er {
    fn compose(&self) -> Composition {
        let term = Rehearsal { weighing: self.weighing, memory: Memory::new(&self.memory, false) };
        let mut composition = Composition::remembering(Weighted::new(self.lambda, term), &self.memory);
        if self.weighing == Weighing::Tasks {
            composition.needs = Some(("weighing", Reveal::Boundary));
        }
        composition
    }
}

struct Rehearsal {
    weighing: Weighing,
    memory: Memory,
}

impl LossTerm for Rehearsal {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "er"
    }

    fn task_factor(&self, cx: &StepContext<'_>) -> f32 {
        self.memory.shares(self.weighing, cx).0
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let share = f64::from(self.memory.shares(self.weighing, cx).1);
        let past = if share > 0.0 { self.memory.draw(cx)? } else { None };
        past.map(|past| Ok((past.loss(cx)? * share)?)).transpose()
    }
}
