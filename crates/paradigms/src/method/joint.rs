//! Joint training: the ceiling.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Regime, Settings};
use contract::MethodInfo;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Joint {}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<Joint>(MethodInfo {
    kind: "joint",
    summary: "All tasks at once from the start, with as many updates as the whole stream: the ceiling",
    formula: "Σ_i L_i(θ) on the mixed data of all tasks",
    source: "baseline (offline training)",
    mapping: "",
    needs: &[],
    parameters: &[],
});

impl Settings for Joint {
    fn compose(&self) -> Composition {
        Composition { regime: Regime::Joint, ..Composition::default() }
    }
}
