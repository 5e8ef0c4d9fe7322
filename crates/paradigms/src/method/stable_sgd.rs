//! Stable SGD: small late steps in wide minima. The control of every claim that gated learning rates protect old tasks.

use serde::{Deserialize, Serialize};

use super::composition::{Composition, MethodEntry, Settings};
use base::error::DefinitionError;
use contract::{MethodInfo, Parameter, Reveal};

#[derive(Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct StableSgd {
    decay: f32,
    dropout: f32,
}

impl Default for StableSgd {
    fn default() -> Self {
        Self { decay: 0.8, dropout: 0.5 }
    }
}

pub(super) const ENTRY: MethodEntry = MethodEntry::of::<StableSgd>(MethodInfo {
    kind: "stable-sgd",
    summary: "Stable SGD: plain training whose rate falls at every boundary, with dropout",
    formula: "L_t(θ) with the rate η_t = η d^(t−1) and dropout",
    source: "Mirzadeh, Farajtabar, Pascanu & Ghasemzadeh 2020",
    mapping: "d = 0.8 (permuted) and 0.5 (rotated MNIST), dropout 0.5, batches of 10, plain SGD.",
    needs: &[Reveal::Boundary],
    parameters: &[
        Parameter::new("decay", "0.8", "above 0, to 1", "d, factor on the rate at every boundary"),
        Parameter::new("dropout", "0.5", "0 to below 1", "share of hidden units silent at each step"),
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
        Ok(())
    }

    fn compose(&self) -> Composition {
        let rate_per_task = Some(self.decay);
        Composition { rate_per_task, dropout: self.dropout, ..Composition::default() }
    }
}
