//! Fixed weights.

use serde::{Deserialize, Serialize};

use super::part::Balance;

/// Settings of fixed weights.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FixedSpec {
    /// One λ_i ≥ 0 per task. Default: 1 each.
    pub weights: Vec<f32>,
}

/// λ_i stays as it is.
#[derive(Debug, Clone)]
pub struct Fixed {
    pub weights: Vec<f32>,
}

impl Balance for Fixed {
    fn weights(&self) -> &[f32] {
        &self.weights
    }
}
