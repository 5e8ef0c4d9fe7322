//! Averaged gradient episodic memory: no step that raises the loss of the past on average.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Parameter, settings};
use learn::context::StepContext;
use learn::error::Result;
use learn::keeps_memory;
use learn::memory::{Fill, Memory, MemorySpec};
use learn::nn::Gradients;
use learn::objective::{LossTerm, Weighted, project};

const MEMORY: &[Parameter] = MemorySpec::PARAMETERS;

settings! {
    /// Averaged gradient episodic memory.
    #[derive(Debug)]
    struct AGem {
        /// s, share of the conflict that is taken out; modulated, 1 at most
        strength: f32 = 1.0 => [0 to 1];
        memory: MemorySpec = MemorySpec { fill: Fill::TaskEnd, ..MemorySpec::default() } => [each [MEMORY[0], MEMORY[1], Parameter { default: "task-end", ..MEMORY[2] }, MEMORY[3]]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<AGem>(MethodInfo {
    kind: "a-gem",
    summary: "Averaged gradient episodic memory: a gradient that points against that of past samples loses that part",
    formula: "g ← g − s (g·r / (‖r‖² + 10⁻⁷)) r where g·r < 0, r the gradient of L_M on samples drawn from the memory",
    source: "Chaudhry, Ranzato, Rohrbach & Elhoseiny 2019",
    mapping: "van de Ven and the authors: s = 1, filled at a task's end. Mammoth's A-GEM-R: fill = \"batch\", a reservoir.",
    strength: "strength",
    parameters: AGem::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for AGem {
    fn compose(&self) -> Composition {
        let term = Projection { memory: Memory::new(&self.memory, false), reference: Gradients::default() };
        Composition::remembering(Weighted::new(self.strength, term), &self.memory)
    }
}

struct Projection {
    memory: Memory,
    /// Overwritten at every step.
    reference: Gradients,
}

impl LossTerm for Projection {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "a-gem"
    }

    fn after_gradient(&mut self, cx: &StepContext<'_>, share: f32, gradients: &mut Gradients) -> Result<()> {
        if let Some(past) = self.memory.draw(cx)? {
            cx.model.parameters().backward(&past.loss(cx)?, &mut self.reference)?;
            project(gradients, &self.reference, share);
        }
        Ok(())
    }
}
