//! The optimiser as a setting.

use serde::{Deserialize, Serialize};

use super::adagrad::Adagrad;
use super::adam::Adam;
use super::chain::{Chain, Transform};
use super::clip::{ClipNorm, ClipValue};
use super::decay::DecoupledDecay;
use super::momentum::Momentum;
use base::error::DefinitionError;
use contract::declare::Declared;
use contract::settings;

/// Which rule turns gradients into updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Sgd,
    Momentum,
    Adagrad,
    #[default]
    Adam,
    Adamw,
}

settings! {
    /// Settings of the optimiser, with PyTorch's defaults.
    #[derive(Debug, Clone, PartialEq)]
    pub struct OptimiserSpec {
        /// the rule
        pub kind: Kind = Kind::Adam => ["adam" | "adamw" | "adagrad" | "momentum" | "sgd"];
        /// learning rate
        pub rate: f32 = 1e-3 => [above 0];
        /// μ of `momentum`
        pub momentum: f32 = 0.9 => [0 to below 1];
        /// β₁ of Adam
        pub beta1: f32 = 0.9 => [0 to below 1];
        /// β₂ of Adam
        pub beta2: f32 = 0.999 => [0 to below 1];
        /// ε of Adam and Adagrad (PyTorch's Adagrad has 1e-10)
        pub epsilon: f32 = 1e-8 => [above 0];
        /// decoupled decay of `adamw`
        pub weight_decay: f32 = 0.01 => [at least 0];
        /// clip the global gradient norm to this
        #[serde(skip_serializing_if = "Option::is_none")]
        pub clip_norm: Option<f32> = None => [or "no clipping"; above 0];
        /// clip every entry of the gradient to ± this, after `clip_norm` where both are set
        #[serde(skip_serializing_if = "Option::is_none")]
        pub clip_value: Option<f32> = None => [or "no clipping"; above 0];
    }
}

impl OptimiserSpec {
    /// Checks every range; keys are reported below `at`, e.g. `optimiser`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, at: &str) -> Result<(), DefinitionError> {
        self.check_ranges().map_err(|error| error.below(at))
    }

    /// Builds the chain.
    pub fn build(&self) -> Chain {
        let mut transforms: Vec<Box<dyn Transform>> = Vec::new();
        if let Some(limit) = self.clip_norm {
            transforms.push(Box::new(ClipNorm { limit }));
        }
        if let Some(limit) = self.clip_value {
            transforms.push(Box::new(ClipValue { limit }));
        }
        match self.kind {
            Kind::Sgd => {}
            Kind::Momentum => transforms.push(Box::new(Momentum::new(self.momentum))),
            Kind::Adagrad => transforms.push(Box::new(Adagrad::new(self.epsilon))),
            Kind::Adam => transforms.push(Box::new(Adam::new(self.beta1, self.beta2, self.epsilon))),
            Kind::Adamw => {
                transforms.push(Box::new(Adam::new(self.beta1, self.beta2, self.epsilon)));
                transforms.push(Box::new(DecoupledDecay { rate: self.weight_decay }));
            }
        }
        Chain::new(self.rate, transforms)
    }
}
