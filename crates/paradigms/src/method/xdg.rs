//! Context-dependent gating: every task speaks through a random share of the hidden units of its own.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings};
use base::error::DefinitionError;
use contract::{MethodInfo, Parameter, Reveal};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Xdg {
    off: f32,
}

impl Default for Xdg {
    fn default() -> Self {
        Self { off: 0.8 }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<Xdg>(MethodInfo {
    kind: "xdg",
    summary: "Context-dependent gating: in every task a random share of the hidden units is silent, the same ones at test",
    formula: "L_t(θ) of the network with h ← m_t ∘ h in every hidden layer, m_t a fixed random mask of task t",
    source: "Masse, Grant & Freedman 2018, without its stabilisation",
    mapping: "van de Ven: off = gating_prop, an exact share of each layer (0.9 on Split MNIST).",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: &[Parameter::new(
        "off",
        "0.8",
        "0 to below 1",
        "share of each hidden layer that is silent in a task",
    )],
});

impl Settings for Xdg {
    fn check(&self) -> Result<(), DefinitionError> {
        if (0.0..1.0).contains(&self.off) {
            return Ok(());
        }
        Err(DefinitionError::range("off", self.off, "0 to below 1"))
    }

    fn compose(&self) -> Composition {
        Composition { gated_off: (self.off > 0.0).then_some(self.off), ..Composition::default() }
    }
}
