//! L2-SP: an anchor at the source's solution on the layers that source and target share, and its null model, the same
//! pull towards zero.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};
use learn::context::{Event, EventContext};
use learn::error::Result;
use learn::keeps_anchor;
use learn::objective::{Anchor, LossTerm};

settings! {
    /// A pull towards the source.
    #[derive(Debug)]
    struct L2Sp {
        /// strength λ
        lambda: f32 = 0.01 => [at least 0];
        /// pull towards θ_s or towards 0 (plain L2)
        centre: Centre = Centre::Source => ["source" | "zero"];
        proximal: bool = false => [as [PROXIMAL]];
    }
}

/// Where the anchor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Centre {
    /// θ_s, the parameters at the end of the source (or of the last task).
    #[default]
    Source,
    /// 0: plain L2.
    Zero,
}

pub(super) const ENTRY: MethodEntry = entry::<L2Sp>(MethodInfo {
    kind: "l2-sp",
    summary: "A pull of the shared layers towards the source's solution; the output layer is free",
    formula: "L_t(θ) + ½ λ Σ_{shared layers} ‖θ − θ_s‖²",
    source: "Li, Grandvalet & Davoine 2018 (L2-SP, with β = 0: no decay of the new outputs)",
    mapping: "c_eff = λ = α of Li et al. 2018, who write α/2 ‖w − w⁰‖² as well: the gradient λ(θ − θ_s) goes through the optimiser together with the loss's. Under Adam a parameter that the loss leaves alone is moved at full rate by any λ > 0. As a proximal step under Adam λ does not map to α: see `proximal`.",
    strength: "lambda",
    needs: &[Reveal::Boundary],
    parameters: L2Sp::PARAMETERS,
});

impl Settings for L2Sp {
    fn compose(&self) -> Composition {
        let pull = Pull { centre: self.centre, anchor: Anchor::default() };
        Composition::pulling(self.lambda, self.proximal, pull)
    }
}

struct Pull {
    centre: Centre,
    anchor: Anchor,
}

impl LossTerm for Pull {
    fn name(&self) -> &'static str {
        "l2-sp"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { .. } = event {
            let parameters = cx.model.parameters();
            let last = parameters.last_layer();
            let mut centre = parameters.snapshot()?;
            if self.centre == Centre::Zero {
                centre.iter_mut().for_each(|buffer| buffer.fill(0.0));
            }
            let shared = parameters.iter().map(|parameter| if parameter.layer < last { 1.0 } else { 0.0 });
            let strength = shared.zip(&centre).map(|(c, buffer)| vec![c; buffer.len()]).collect();
            self.anchor = Anchor { strength, centre };
        }
        Ok(())
    }
}
