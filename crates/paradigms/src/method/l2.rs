//! L2: anchors at past solutions with equal strength for every parameter: Eq. 6 with Ω(θ, θ*_i) = ½ ‖θ − θ*_i‖².

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, check_share, check_strength};
use base::error::{DefinitionError, Result};
use contract::{MethodInfo, Parameter, Reveal};
use learn::keeps_anchor;
use learn::objective::{Anchor, Event, EventContext, LossTerm};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct L2 {
    lambda: f32,
    discount: f32,
    proximal: bool,
}

impl Default for L2 {
    fn default() -> Self {
        Self { lambda: 0.01, discount: 0.0, proximal: false }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<L2>(MethodInfo {
    kind: "l2",
    summary: "A pull towards the previous solution, equally strong for every parameter: the null model of importances",
    formula: "L_t(θ) + Σ_{i<t} λ_i ½ ‖θ − θ*_i‖², λ_i = λ γ^(t−1−i); γ = 0: the last task alone",
    source: "baseline of Kirkpatrick et al. 2017; Hsu et al. 2018",
    mapping: "c_eff = λ. Hsu et al. (GT-RIPL): reg_coef Σ Δ² with one anchor at the latest solution, so λ = 2·reg_coef.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter { name: "lambda", default: "0.01", range: ">= 0", meaning: "strength λ" },
        Parameter {
            name: "discount",
            default: "0",
            range: "0 to 1",
            meaning: "γ, factor on every older task's λ_i at each boundary",
        },
        PROXIMAL,
    ],
});

impl Settings for L2 {
    fn check(&self) -> Result<(), DefinitionError> {
        check_strength("lambda", self.lambda)?;
        check_share("discount", self.discount)
    }

    fn compose(&self) -> Composition {
        let pull = Pull { discount: self.discount, anchor: Anchor::default() };
        Composition::pulling(self.lambda, self.proximal, pull)
    }
}

struct Pull {
    discount: f32,
    anchor: Anchor,
}

impl LossTerm for Pull {
    fn name(&self) -> &'static str {
        "l2"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { .. } = event {
            let centre = cx.model.parameters().snapshot()?;
            let strength: Vec<Vec<f32>> = centre.iter().map(|buffer| vec![1.0; buffer.len()]).collect();
            self.anchor.discount(self.discount);
            self.anchor.add(&strength, &centre);
        }
        Ok(())
    }
}
