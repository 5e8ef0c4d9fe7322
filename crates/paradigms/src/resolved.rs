//! Benchmark and method together, checked: the settings of every paradigm whose learner can be modulated.

use serde::{Deserialize, Serialize};

use learn::modulation::ModulationSpec;

/// What a run needs, and what a record keeps: the body of a benchmark `B` and a method `M`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resolved<B, M> {
    /// With what the preset puts on top of model and optimiser.
    #[serde(flatten)]
    pub benchmark: B,
    pub method: M,
    /// Neuromodulators, complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modulation: Option<ModulationSpec>,
}
