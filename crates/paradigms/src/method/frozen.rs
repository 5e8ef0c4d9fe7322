//! Frozen features: after the first task only the output layer learns.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};

settings! {
    /// Frozen features have no settings.
    #[derive(Debug)]
    struct Frozen {}
}

pub(super) const ENTRY: MethodEntry = entry::<Frozen>(MethodInfo {
    kind: "frozen",
    summary: "After the first task only the output layer learns: stability without plasticity of features",
    formula: "L_t(θ) with ∂L/∂θ = 0 for all but the output layer, t > 1",
    source: "baseline",
    needs: &[Reveal::Boundary],
    parameters: Frozen::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Frozen {
    fn compose(&self) -> Composition {
        Composition { freeze_features: true, ..Composition::default() }
    }
}
