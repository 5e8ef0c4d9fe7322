//! Gradient episodic memory: no step that raises the loss of any past task.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::StepContext;
use learn::error::Result;
use learn::keeps_memory;
use learn::memory::{Memory, MemorySpec};
use learn::nn::Gradients;
use learn::objective::{LossTerm, Weighted, gem_weights};

settings! {
    /// Gradient episodic memory.
    #[derive(Debug)]
    struct Gem {
        /// s, share of the correction that is made; modulated, 1 at most
        strength: f32 = 1.0 => [0 to 1];
        /// γ, least weight of every past task's gradient
        margin: f32 = 0.5 => [at least 0];
        memory: MemorySpec = MemorySpec::default() => [each MemorySpec::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Gem>(MethodInfo {
    kind: "gem",
    summary: "Gradient episodic memory: the nearest gradient that points against that of no past task; its cost grows with the tasks",
    formula: "g ← g + s Σ_k v_k r_k where some g·r_k < 0; v = argmin ½ ‖g + Σ_k v_k r_k‖², v ≥ γ, r_k the gradient on past task k",
    source: "Lopez-Paz & Ranzato 2017",
    mapping: "the same γ (memory_strength of the authors' code).",
    strength: "strength",
    needs: &[Reveal::Boundary],
    parameters: Gem::PARAMETERS,
});

impl Settings for Gem {
    fn compose(&self) -> Composition {
        let term = Programme { margin: self.margin, memory: Memory::new(&self.memory, false) };
        let own = Composition::remembering(Weighted::new(self.strength, term), &self.memory);
        // One pass per past task: two on average where there are five.
        Composition { extra_work: 2.0, ..own }
    }
}

struct Programme {
    margin: f32,
    memory: Memory,
}

impl LossTerm for Programme {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "gem"
    }

    fn after_gradient(&mut self, cx: &StepContext<'_>, share: f32, gradients: &mut Gradients) -> Result<()> {
        let mut past = Vec::new();
        for task in 0..self.memory.tasks() {
            if let Some(samples) = self.memory.draw_of(task, cx)? {
                let mut reference = Gradients::default();
                cx.model.parameters().backward(&samples.loss(cx)?, &mut reference)?;
                past.push(reference);
            }
        }
        let products: Vec<f64> = past.iter().map(|reference| gradients.dot(reference)).collect();
        if products.iter().all(|product| *product >= 0.0) {
            return Ok(());
        }
        let gram: Vec<Vec<f64>> = past.iter().map(|a| past.iter().map(|b| a.dot(b)).collect()).collect();
        for (weight, reference) in gem_weights(&gram, &products, self.margin.into()).into_iter().zip(&past) {
            gradients.add_scaled(reference, share * weight as f32);
        }
        Ok(())
    }
}
