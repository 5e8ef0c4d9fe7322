//! Fixed weights.

use super::part::Balance;
use contract::settings;

settings! {
    /// Settings of fixed weights.
    #[derive(Debug, Clone, PartialEq)]
    pub struct FixedSpec {
        /// λ_i of each task
        pub weights: Vec<f32> = Vec::new() => [or "1 each"; told "numbers >= 0, one per task, not all 0"];
    }
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
