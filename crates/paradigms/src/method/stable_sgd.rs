//! Stable SGD: small late steps in wide minima. The control of every claim that gated learning rates protect old tasks.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings, check_share};
use base::error::DefinitionError;
use contract::{MethodInfo, Parameter, Reveal};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StableSgd {
    decay: f32,
    dropout: f32,
    #[serde(skip_serializing_if = "base::written::is_default")]
    floor: f32,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    noisy_tests: bool,
}

impl Default for StableSgd {
    fn default() -> Self {
        Self { decay: 0.8, dropout: 0.5, floor: 0.0, noisy_tests: false }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<StableSgd>(MethodInfo {
    kind: "stable-sgd",
    summary: "Stable SGD: plain training whose rate falls at every boundary, with dropout",
    formula: "L_t(θ) with the rate η_t = η max(d^(t−1), f) and dropout",
    source: "Mirzadeh, Farajtabar, Pascanu & Ghasemzadeh 2020",
    mapping: "d = 0.8 (permuted) and 0.5 (rotated MNIST), dropout 0.5, batches of 10. Their code decays before the first task too (η = 0.1 d), stops at a rate of 5e-5, has momentum 0.8, and leaves dropout on in tests.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter::new("decay", "0.8", "above 0, to 1", "d, factor on the rate at every boundary"),
        Parameter::new("dropout", "0.5", "0 to below 1", "share of hidden units silent at each step"),
        Parameter::new("floor", "0", "0 to 1", "f, least factor on the rate"),
        Parameter::new("noisy_tests", "false", "true, false", "whether units are silent in tests too"),
    ],
});

impl Settings for StableSgd {
    fn check(&self) -> Result<(), DefinitionError> {
        if !(self.decay > 0.0 && self.decay <= 1.0) {
            return Err(DefinitionError::range("decay", self.decay, "above 0, at most 1"));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(DefinitionError::range("dropout", self.dropout, "0 to below 1"));
        }
        check_share("floor", self.floor)
    }

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
