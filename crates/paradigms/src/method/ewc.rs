//! Elastic weight consolidation, offline form: one anchor per task.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, PROXIMAL, Settings, check_share, check_strength};
use super::fisher::{FISHER, FisherSettings};
use base::error::{DefinitionError, Result};
use contract::{MethodInfo, Parameter, Reveal};
use learn::keeps_anchor;
use learn::objective::{Anchor, Event, EventContext, LossTerm};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Ewc {
    lambda: f32,
    discount: f32,
    proximal: bool,
    fisher: FisherSettings,
}

impl Default for Ewc {
    fn default() -> Self {
        Self { lambda: 100.0, discount: 1.0, proximal: false, fisher: FisherSettings::default() }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<Ewc>(MethodInfo {
    kind: "ewc",
    summary: "Elastic weight consolidation: one anchor per past task, as strong as its Fisher information",
    formula: "L_t(θ) + Σ_{i<t} λ_i ½ Σ_k F_ik (θ_k − θ*_ik)², λ_i = λ γ^(t−1−i)",
    source: "Kirkpatrick et al. 2017; one anchor per task as in van de Ven et al. 2022",
    mapping: "c_eff = λF. van de Ven: λF, the same λ. Avalanche and Mammoth: 2λF, so our λ is twice theirs.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter { name: "lambda", default: "100", range: ">= 0", meaning: "strength λ" },
        Parameter {
            name: "discount",
            default: "1",
            range: "0 to 1",
            meaning: "γ, factor on every older task's λ_i at each boundary",
        },
        PROXIMAL,
        FISHER[0],
        FISHER[1],
        FISHER[2],
    ],
});

impl Settings for Ewc {
    fn check(&self) -> Result<(), DefinitionError> {
        check_strength("lambda", self.lambda)?;
        check_share("discount", self.discount)?;
        self.fisher.check()
    }

    fn compose(&self) -> Composition {
        let anchors =
            Anchors { anchor: Anchor::default(), discount: self.discount, fisher: self.fisher.clone() };
        let classes = self.fisher.answers_classes();
        Composition { classes, ..Composition::pulling(self.lambda, self.proximal, anchors) }
    }
}

struct Anchors {
    anchor: Anchor,
    discount: f32,
    fisher: FisherSettings,
}

impl LossTerm for Anchors {
    fn name(&self) -> &'static str {
        "ewc"
    }

    keeps_anchor!();

    fn on_event(&mut self, event: Event, cx: &EventContext<'_>) -> Result<()> {
        if let Event::TaskEnd { index } = event {
            let random = cx.streams.get(&format!("fisher/task{index}"));
            let fisher = self.fisher.estimate(cx, random)?;
            self.anchor.discount(self.discount);
            self.anchor.add(&fisher, &cx.model.parameters().snapshot()?);
        }
        Ok(())
    }
}
