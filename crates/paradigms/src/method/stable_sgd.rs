//! Stable SGD: small late steps in wide minima. The control of every claim that gated learning rates protect old tasks.

use super::composition::{Composition, MethodEntry, Settings, entry};
use contract::declare::Declared;
use contract::{MethodInfo, Reveal, settings};

settings! {
    /// Stable SGD.
    #[derive(Debug)]
    struct StableSgd {
        /// d, factor on the rate at every boundary
        decay: f32 = 0.8 => [above 0 to 1];
        /// share of hidden units silent at each step
        dropout: f32 = 0.5 => [0 to below 1];
        /// f, least factor on the rate
        #[serde(skip_serializing_if = "base::written::is_default")]
        floor: f32 = 0.0 => [0 to 1];
        /// whether units are silent in tests too
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        noisy_tests: bool = false => [false | true];
    }
}

pub(super) const ENTRY: MethodEntry = entry::<StableSgd>(MethodInfo {
    kind: "stable-sgd",
    summary: "Stable SGD: plain training whose rate falls at every boundary, with dropout",
    formula: "L_t(θ) with the rate η_t = η max(d^(t−1), f) and dropout",
    source: "Mirzadeh, Farajtabar, Pascanu & Ghasemzadeh 2020",
    mapping: "d = 0.8 (permuted) and 0.5 (rotated MNIST), dropout 0.5, batches of 10. Their code decays before the first task too (η = 0.1 d), stops at a rate of 5e-5, has momentum 0.8, and leaves dropout on in tests.",
    needs: &[Reveal::Boundary],
    parameters: StableSgd::PARAMETERS,
    ..MethodInfo::PLAIN
});

impl Settings for StableSgd {
    fn compose(&self) -> Composition {
        Composition {
            rate_per_task: Some(self.decay),
            least_rate: self.floor,
            dropout: self.dropout,
            noisy_tests: self.noisy_tests,
            ..Composition::default()
        }
    }
}
