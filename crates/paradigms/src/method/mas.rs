//! Memory-aware synapses: importance as the sensitivity of the output's squared norm.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, check_share, check_strength};
use base::error::{DefinitionError, Result};
use contract::{MethodInfo, Parameter, Reveal};
use learn::keeps_anchor;
use learn::nn::{Gradients, Magnitude, Passes};
use learn::objective::{Anchor, Event, EventContext, LossTerm};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Mas {
    lambda: f32,
    discount: f32,
    batch: usize,
    proximal: bool,
}

impl Default for Mas {
    fn default() -> Self {
        Self { lambda: 1.0, discount: 1.0, batch: 128, proximal: false }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<Mas>(MethodInfo {
    kind: "mas",
    summary: "Memory-aware synapses: parameters to which past outputs are sensitive are held, at the latest solution",
    formula: "L_t(θ) + λ Σ_k Ω_k (θ_k − θ*_{t−1,k})², Ω ← γ Ω + mean_n |∂‖f(x_n)‖²/∂θ|",
    source: "Aljundi et al. 2018",
    mapping: "c_eff = 2λΩ, with Ω summed over tasks and ‖f‖² over the active outputs. Hsu et al. (GT-RIPL) take the mean of f² over batch and outputs and then the batch's absolute gradient: their Ω is smaller by at least the number of outputs, so strengths do not map exactly.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter { name: "lambda", default: "1", range: ">= 0", meaning: "strength λ" },
        Parameter {
            name: "discount",
            default: "1",
            range: "0 to 1",
            meaning: "γ, factor on every older task's importances at each boundary",
        },
        Parameter {
            name: "batch",
            default: "128",
            range: "1 to 4096",
            meaning: "samples per pass (speed only)",
        },
        PROXIMAL,
    ],
});

impl Settings for Mas {
    fn check(&self) -> Result<(), DefinitionError> {
        check_strength("lambda", self.lambda)?;
        check_share("discount", self.discount)?;
        if !(1..=4096).contains(&self.batch) {
            return Err(DefinitionError::range("batch", self.batch, "1 to 4096"));
        }
        Ok(())
    }

    fn compose(&self) -> Composition {
        let term = Sensitivity { anchor: Anchor::default(), discount: self.discount, batch: self.batch };
        // λ Σ Ω Δ² = ½ (2λ) Σ Ω Δ²
        Composition::pulling(2.0 * self.lambda, self.proximal, term)
    }
}

struct Sensitivity {
    anchor: Anchor,
    discount: f32,
    batch: usize,
}

impl LossTerm for Sensitivity {
    fn name(&self) -> &'static str {
        "mas"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { .. } = event {
            let mut sums = Gradients::zeros(cx.model.parameters());
            for batch in cx.data.batches(self.batch) {
                let batch = batch?;
                let passes = Passes::OutputNorm { active: batch.active.clone() };
                sums.add_scaled(
                    &cx.model.gradient_magnitudes(&batch.inputs, cx.gains, &passes, Magnitude::Absolute)?,
                    1.0,
                );
            }
            sums.scale(1.0 / cx.data.len().max(1) as f32);
            self.anchor.renew(sums.buffers, self.discount, cx.model.parameters().snapshot()?);
        }
        Ok(())
    }
}
