//! Averaged gradient episodic memory: no step that raises the loss of the past on average.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MEMORY, MethodEntry, Settings, check_share};
use base::error::{DefinitionError, Result};
use contract::{MethodInfo, Parameter};
use learn::keeps_memory;
use learn::memory::{Fill, Memory, MemorySpec};
use learn::nn::Gradients;
use learn::objective::{LossTerm, StepContext, Weighted, project};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AGem {
    strength: f32,
    memory: MemorySpec,
}

impl Default for AGem {
    fn default() -> Self {
        Self { strength: 1.0, memory: MemorySpec { fill: Fill::TaskEnd, ..MemorySpec::default() } }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<AGem>(MethodInfo {
    kind: "a-gem",
    summary: "Averaged gradient episodic memory: a gradient that points against that of past samples loses that part",
    formula: "g ← g − s (g·r / (‖r‖² + 10⁻⁷)) r where g·r < 0, r the gradient of L_M on samples drawn from the memory",
    source: "Chaudhry, Ranzato, Rohrbach & Elhoseiny 2019",
    mapping: "van de Ven and the authors: s = 1, filled at a task's end. Mammoth's A-GEM-R: fill = \"batch\", a reservoir.",
    needs: &[],
    parameters: &[
        Parameter::new("strength", "1", "0 to 1", "s, share of the conflict that is taken out"),
        MEMORY[0],
        MEMORY[1],
        Parameter { default: "task-end", ..MEMORY[2] },
        MEMORY[3],
    ],
});

impl Settings for AGem {
    fn check(&self) -> Result<(), DefinitionError> {
        check_share("strength", self.strength)?;
        self.memory.check()
    }

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

    fn after_gradient(&mut self, cx: &StepContext<'_>, scale: f32, gradients: &mut Gradients) -> Result<()> {
        if let Some(past) = self.memory.draw(cx)? {
            cx.model.parameters().backward(&past.loss(cx)?, &mut self.reference)?;
            project(gradients, &self.reference, scale);
        }
        Ok(())
    }
}
