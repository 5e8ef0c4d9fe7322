//! Online EWC: one running Fisher information and one anchor at the latest solution.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, check_share, check_strength};
use super::fisher::{FISHER, FisherSettings};
use base::error::{DefinitionError, Result};
use contract::{MethodInfo, Parameter, Reveal};
use learn::keeps_anchor;
use learn::objective::{Anchor, Event, EventContext, LossTerm};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OnlineEwc {
    lambda: f32,
    gamma: f32,
    proximal: bool,
    fisher: FisherSettings,
}

impl Default for OnlineEwc {
    fn default() -> Self {
        Self { lambda: 100.0, gamma: 1.0, proximal: false, fisher: FisherSettings::default() }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<OnlineEwc>(MethodInfo {
    kind: "online-ewc",
    summary: "EWC with one running Fisher information and one anchor at the latest solution",
    formula: "L_t(θ) + ½ λ Σ_k F̃_k (θ_k − θ*_{t−1,k})², F̃ ← γ F̃ + F_t",
    source: "Schwarz et al. 2018 (progress & compress)",
    mapping: "c_eff = λF̃. Hsu et al. (GT-RIPL): reg_coef F Δ², so λ = 2·reg_coef.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter { name: "lambda", default: "100", range: ">= 0", meaning: "strength λ" },
        Parameter {
            name: "gamma",
            default: "1",
            range: "0 to 1",
            meaning: "decay of the running Fisher information per task",
        },
        PROXIMAL,
        FISHER[0],
        FISHER[1],
        FISHER[2],
    ],
});

impl Settings for OnlineEwc {
    fn check(&self) -> Result<(), DefinitionError> {
        check_strength("lambda", self.lambda)?;
        check_share("gamma", self.gamma)?;
        self.fisher.check()
    }

    fn compose(&self) -> Composition {
        let running = Running { anchor: Anchor::default(), gamma: self.gamma, fisher: self.fisher.clone() };
        let classes = self.fisher.answers_classes();
        Composition { classes, ..Composition::pulling(self.lambda, self.proximal, running) }
    }
}

struct Running {
    anchor: Anchor,
    gamma: f32,
    fisher: FisherSettings,
}

impl LossTerm for Running {
    fn name(&self) -> &'static str {
        "online-ewc"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { index } = event {
            let random = cx.streams.get(&format!("fisher/task{index}"));
            let fisher = self.fisher.estimate(cx, random)?;
            self.anchor.renew(fisher, self.gamma, cx.model.parameters().snapshot()?);
        }
        Ok(())
    }
}
