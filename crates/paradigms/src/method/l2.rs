//! L2: anchors at past solutions with equal strength for every parameter: Eq. 6 with Ω(θ, θ*_i) = ½ ‖θ − θ*_i‖².

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::objective::{Anchor, LossTerm};

settings! {
    /// A quadratic pull, the same for all parameters.
    #[derive(Debug)]
    struct L2 {
        /// strength λ
        lambda: f32 = 0.01 => [at least 0];
        /// γ, factor on every older task's λ_i at each boundary
        discount: f32 = 0.0 => [0 to 1];
        proximal: bool = false => [as [PROXIMAL]];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<L2>(MethodInfo {
    kind: "l2",
    summary: "A pull towards the previous solution, equally strong for every parameter: the null model of importances",
    formula: "L_t(θ) + Σ_{i<t} λ_i ½ ‖θ − θ*_i‖², λ_i = λ γ^(t−1−i); γ = 0: the last task alone",
    source: "baseline of Kirkpatrick et al. 2017; Hsu et al. 2018",
    mapping: "c_eff = λ. Hsu et al. (GT-RIPL): reg_coef Σ Δ² with one anchor at the latest solution, so λ = 2·reg_coef.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: L2::PARAMETERS,
});

impl Settings for L2 {
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
