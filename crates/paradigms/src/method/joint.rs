//! Joint training: the ceiling.

use super::composition::{Composition, MethodEntry, Regime, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, settings};

settings! {
    /// Joint training has no settings.
    #[derive(Debug)]
    struct Joint {}
}

pub(super) const ENTRY: MethodEntry = entry::<Joint>(MethodInfo {
    kind: "joint",
    summary: "All tasks at once from the start, with as many updates as the whole stream: the ceiling",
    formula: "Σ_i L_i(θ) on the mixed data of all tasks",
    source: "baseline (offline training)",
    parameters: Joint::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Joint {
    fn compose(&self) -> Composition {
        Composition { regime: Regime::Joint, ..Composition::default() }
    }
}
