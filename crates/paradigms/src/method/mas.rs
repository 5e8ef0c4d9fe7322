//! Memory-aware synapses: importance as the sensitivity of the output's squared norm.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::nn::{Gradients, Magnitude, Passes};
use learn::objective::{Anchor, LossTerm};
use learn::stream::Batch;

/// Whose gradients are taken without their sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Over {
    /// Each sample's, of ‖f‖², as in the paper.
    #[default]
    Samples,
    /// Each batch's, of the mean of f² over its samples and active outputs, as in the code of Hsu et al. 2018.
    Batches,
}

settings! {
    /// Memory-aware synapses.
    #[derive(Debug)]
    struct Mas {
        /// strength λ
        lambda: f32 = 1.0 => [at least 0];
        /// γ, factor on every older task's importances at each boundary
        discount: f32 = 1.0 => [0 to 1];
        /// whose gradients count without their sign: each sample's, or each batch's of the mean of f² over samples and outputs
        #[serde(skip_serializing_if = "base::written::is_default")]
        over: Over = Over::Samples => ["samples" | "batches"];
        /// samples per pass; with over = samples speed only
        batch: usize = 128 => [1 to 4096];
        proximal: bool = false => [as [PROXIMAL]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<Mas>(MethodInfo {
    kind: "mas",
    summary: "Memory-aware synapses: parameters to which past outputs are sensitive are held, at the latest solution",
    formula: "L_t(θ) + λ Σ_k Ω_k (θ_k − θ*_{t−1,k})², Ω ← γ Ω + mean_n |∂‖f(x_n)‖²/∂θ|",
    source: "Aljundi et al. 2018",
    mapping: "c_eff = 2λΩ, with Ω summed over tasks and ‖f‖² over the active outputs. Hsu et al. (GT-RIPL): over = batches, the same λ.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: Mas::PARAMETERS,
});

impl Settings for Mas {
    fn compose(&self) -> Composition {
        let Self { discount, over, batch, .. } = *self;
        let term = Sensitivity { anchor: Anchor::default(), discount, over, batch };
        // λ Σ Ω Δ² = ½ (2λ) Σ Ω Δ²
        Composition::pulling(2.0 * self.lambda, self.proximal, term)
    }
}

struct Sensitivity {
    anchor: Anchor,
    discount: f32,
    over: Over,
    batch: usize,
}

impl Sensitivity {
    /// What a batch adds to the importances before they are divided.
    fn of(&self, batch: &Batch, cx: &EventContext<'_>) -> Result<Gradients> {
        let passes = Passes::OutputNorm { active: batch.active.clone() };
        if self.over == Over::Samples {
            return cx.model.gradient_magnitudes(&batch.inputs, cx.gains, &passes, Magnitude::Absolute);
        }
        let outputs = cx.model.outputs();
        let active = batch.active.mask(0).map_or(outputs, |mask| mask.iter().filter(|on| **on).count());
        let sum = passes.loss(0, &cx.model.forward(&batch.inputs, cx.gains)?)?;
        let mut gradients = Gradients::default();
        cx.model.parameters().backward(&(sum / (batch.samples() * active.max(1)) as f64)?, &mut gradients)?;
        gradients.buffers.iter_mut().flatten().for_each(|gradient| *gradient = gradient.abs());
        Ok(gradients)
    }
}

impl LossTerm for Sensitivity {
    fn name(&self) -> &'static str {
        "mas"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { .. } = event {
            let mut sums = Gradients::zeros(cx.model.parameters());
            let mut batches = 0;
            for batch in cx.data.batches(self.batch) {
                sums.add_scaled(&self.of(&batch?, cx)?, 1.0);
                batches += 1;
            }
            let count = if self.over == Over::Samples { cx.data.len() } else { batches };
            sums.scale(1.0 / count.max(1) as f32);
            self.anchor.renew(sums.buffers, self.discount, cx.model.parameters().snapshot()?);
        }
        Ok(())
    }
}
