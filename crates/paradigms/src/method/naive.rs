//! Plain fine-tuning: the floor.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, settings};

settings! {
    /// Plain training has no settings.
    #[derive(Debug)]
    struct Naive {}
}

pub(super) const ENTRY: MethodEntry = entry::<Naive>(MethodInfo {
    kind: "naive",
    summary: "Plain fine-tuning on one task after another: the floor",
    formula: "L_t(θ)",
    source: "baseline",
    parameters: Naive::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for Naive {
    fn compose(&self) -> Composition {
        Composition::default()
    }
}
