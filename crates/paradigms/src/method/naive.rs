//! Plain fine-tuning: the floor.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings};
use contract::MethodInfo;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Naive {}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<Naive>(MethodInfo {
    kind: "naive",
    summary: "Plain fine-tuning on one task after another: the floor",
    formula: "L_t(θ)",
    source: "baseline",
    mapping: "",
    needs: &[],
    parameters: &[],
});

impl Settings for Naive {
    fn compose(&self) -> Composition {
        Composition::default()
    }
}
