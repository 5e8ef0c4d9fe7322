//! The optimiser as a setting.

// Definition errors are rare and far from any hot path; boxing them would only cost the reader.

use serde::{Deserialize, Serialize};

use super::adagrad::Adagrad;
use super::adam::Adam;
use super::chain::{Chain, Transform};
use super::clip::{ClipNorm, ClipValue};
use super::decay::DecoupledDecay;
use super::momentum::Momentum;
use base::error::DefinitionError;

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

/// Settings of the optimiser, with PyTorch's defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OptimiserSpec {
    pub kind: Kind,
    /// Learning rate, > 0. Default 0.001.
    pub rate: f32,
    /// μ of `momentum`, in [0, 1). Default 0.9.
    pub momentum: f32,
    /// β₁ of Adam, in [0, 1). Default 0.9.
    pub beta1: f32,
    /// β₂ of Adam, in [0, 1). Default 0.999.
    pub beta2: f32,
    /// ε of Adam and Adagrad, > 0. Default 1e-8 (PyTorch's Adagrad has 1e-10).
    pub epsilon: f32,
    /// Decoupled decay of `adamw`, ≥ 0. Default 0.01.
    pub weight_decay: f32,
    /// Clip the global gradient norm to this, > 0; absent: no clipping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_norm: Option<f32>,
    /// Clip every entry of the gradient to ± this, > 0; absent: no clipping. After `clip_norm` where both are set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clip_value: Option<f32>,
}

impl Default for OptimiserSpec {
    fn default() -> Self {
        Self {
            kind: Kind::Adam,
            rate: 1e-3,
            momentum: 0.9,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            weight_decay: 0.01,
            clip_norm: None,
            clip_value: None,
        }
    }
}

impl OptimiserSpec {
    /// Checks every range; keys are reported below `at`, e.g. `optimiser`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, at: &str) -> Result<(), DefinitionError> {
        let unit = |value: f32| (0.0..1.0).contains(&value);
        let positive = |value: f32| value > 0.0 && value.is_finite();
        let rules = [
            ("rate", self.rate, positive(self.rate), "a number > 0"),
            ("momentum", self.momentum, unit(self.momentum), "0 <= momentum < 1"),
            ("beta1", self.beta1, unit(self.beta1), "0 <= beta1 < 1"),
            ("beta2", self.beta2, unit(self.beta2), "0 <= beta2 < 1"),
            ("epsilon", self.epsilon, positive(self.epsilon), "a number > 0"),
            (
                "weight_decay",
                self.weight_decay,
                (0.0..f32::INFINITY).contains(&self.weight_decay),
                "a number >= 0",
            ),
            (
                "clip_norm",
                self.clip_norm.unwrap_or(1.0),
                positive(self.clip_norm.unwrap_or(1.0)),
                "a number > 0",
            ),
        ];
        let rules = rules
            .into_iter()
            .chain(self.clip_value.map(|limit| ("clip_value", limit, positive(limit), "a number > 0")));
        match rules.into_iter().find(|rule| !rule.2) {
            Some((key, value, _, allowed)) => {
                Err(DefinitionError::range(&format!("{at}.{key}"), value, allowed))
            }
            None => Ok(()),
        }
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
