//! Dark experience replay: past samples keep the scores that they had (DER), and their labels too (DER++).

use super::composition::{Composition, MethodEntry, Settings, entry};
use candle_core::Tensor;
use contract::declare::Declared;
use contract::{MethodInfo, settings};
use learn::context::StepContext;
use learn::error::Result;
use learn::keeps_memory;
use learn::memory::{Memory, MemorySpec};
use learn::objective::{LossTerm, Weighted};

settings! {
    /// Dark experience replay.
    #[derive(Debug)]
    struct Der {
        /// α, weight of the distance to the stored scores
        alpha: f32 = 0.5 => [at least 0];
        /// β, weight of the past's own loss; 0: DER, above: DER++
        beta: f32 = 0.0 => [at least 0];
        memory: MemorySpec = MemorySpec::default() => [each MemorySpec::PARAMETERS];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Der>(MethodInfo {
    kind: "der",
    summary: "Dark experience replay: past samples are held to the scores that they had; with β their labels are replayed too (DER++)",
    formula: "L_t(θ) + α mean ‖z(x) − z_stored‖² + β L_M(θ), the means over two draws from the memory and over all outputs",
    source: "Buzzega, Boschini, Porrello, Abati & Calderara 2020",
    mapping: "the same α and β as Mammoth.",
    strength: "alpha",
    parameters: Der::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Der {
    fn compose(&self) -> Composition {
        let dark = Dark { alpha: self.alpha, beta: self.beta, memory: Memory::new(&self.memory, true) };
        // Without both parts it is plain training: the term's weight says so.
        let weight = if self.alpha == 0.0 && self.beta == 0.0 { 0.0 } else { 1.0 };
        let extra_work = if self.beta == 0.0 { 1.0 } else { 2.0 };
        Composition { extra_work, ..Composition::remembering(Weighted::new(weight, dark), &self.memory) }
    }
}

struct Dark {
    alpha: f32,
    beta: f32,
    memory: Memory,
}

impl LossTerm for Dark {
    keeps_memory!();

    fn name(&self) -> &'static str {
        "der"
    }

    fn forward(&mut self, cx: &StepContext<'_>) -> Result<Option<Tensor>> {
        let mut loss = None;
        if self.alpha != 0.0
            && let Some(past) = self.memory.draw(cx)?
            && let Some(stored) = &past.logits
        {
            loss = Some(((past.scores(cx)? - stored)?.sqr()?.mean_all()? * f64::from(self.alpha))?);
        }
        if self.beta != 0.0
            && let Some(past) = self.memory.draw(cx)?
        {
            let labels = (past.loss(cx)? * f64::from(self.beta))?;
            loss = Some(loss.map_or(Ok(labels.clone()), |scores| scores + labels)?);
        }
        Ok(loss)
    }
}
