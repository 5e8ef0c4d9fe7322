//! One network per task: no interference, no transfer.

use super::composition::{Composition, MethodEntry, Regime, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};

settings! {
    /// Separate networks have no settings.
    #[derive(Debug)]
    struct Separate {}
}

pub(super) const ENTRY: MethodEntry = entry::<Separate>(MethodInfo {
    kind: "separate",
    summary: "A network of the same size per task, chosen by the task id: no interference and no transfer",
    formula: "L_t(θ_t), θ_t from the common initial weights",
    source: "baseline",
    needs: &[Reveal::TaskId, Reveal::Boundary],
    parameters: Separate::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Separate {
    fn compose(&self) -> Composition {
        Composition { regime: Regime::Separate, ..Composition::default() }
    }
}
