//! Gains as data: the only way in which modulation touches model, objective and optimiser.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use base::error::DefinitionError;

/// A gain on the units of one layer. `None` is exactly the unmodulated layer; unit gains train bit for bit like it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Gain {
    #[default]
    None,
    /// One value for the whole layer.
    Layer(f32),
    /// One value per unit.
    Units(#[serde(with = "shared")] Arc<[f32]>),
}

/// What is shared is written as what it holds.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(values: &Arc<[f32]>, to: S) -> Result<S::Ok, S::Error> {
        values.as_ref().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Arc<[f32]>, D::Error> {
        Vec::deserialize(from).map(Arc::from)
    }
}

impl Gain {
    /// Puts another gain on top: factors multiply (`product`), shifts add. `units` is the layer's width.
    pub fn combine(&mut self, other: Self, units: usize, product: bool) {
        let both = |a: f32, b: f32| if product { a * b } else { a + b };
        let spread = |gain: &Self| match gain {
            Self::Units(values) => values.to_vec(),
            Self::Layer(value) => vec![*value; units],
            Self::None => vec![if product { 1.0 } else { 0.0 }; units],
        };
        *self = match (&*self, other) {
            (Self::None, other) => other,
            (own, Self::None) => own.clone(),
            (Self::Layer(own), Self::Layer(other)) => Self::Layer(both(*own, other)),
            (own, other) => {
                let pairs = spread(own).into_iter().zip(spread(&other));
                Self::Units(pairs.map(|(a, b)| both(a, b)).collect())
            }
        };
    }

    /// One value per unit; `None` where there is no gain.
    ///
    /// # Errors
    /// When a per-unit gain has another length than the layer.
    pub fn expand(&self, units: usize) -> Result<Option<Vec<f32>>> {
        match self {
            Self::None => Ok(None),
            Self::Layer(value) => Ok(Some(vec![*value; units])),
            Self::Units(values) if values.len() == units => Ok(Some(values.to_vec())),
            Self::Units(values) => Err(DefinitionError::range(
                "gain",
                format!("{} values", values.len()),
                &format!("{units} values, one per unit"),
            )
            .into()),
        }
    }
}

/// What modulation sets on one layer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct LayerGain {
    /// Multiplies the weighted input.
    pub slope: Gain,
    /// Adds to the bias.
    pub bias: Gain,
    /// Multiplies the layer's output (feature gate).
    pub gate: Gain,
    /// Multiplies the recurrent part of a recurrent layer's weighted input; `None`: as it is.
    pub recurrent: Option<f32>,
    /// Multiplies the output of each unit for each sample of the batch, samples × units (dropout while training).
    #[serde(skip)] // none between steps
    pub mask: Option<Arc<[f32]>>,
    /// Share of the units that speak for each sample, those of the largest outputs; `None`: all (k-winner-take-all).
    pub winners: Option<f32>,
}

/// Everything that modulation sets for one step. The default is no modulation at all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gains {
    /// Multiplies the learning rate of every parameter.
    pub learning_rate: f32,
    /// Multiplies the learning rate of the parameters of one layer, on top of the global gain. Missing layers: 1.
    pub layer_learning_rate: BTreeMap<usize, f32>,
    /// Multiplies the update of each scalar on its own (scope synapse), one buffer per parameter in the store's order.
    #[serde(skip)] // a checkpoint holds it as buffers
    pub parameter_learning_rate: Option<Arc<Vec<Vec<f32>>>>,
    /// Multiplies the momentum coefficient (SGD's μ, Adam's β₁); the product is kept below 1 by the optimiser.
    pub momentum: f32,
    /// Per layer, from the input; missing layers are unmodulated.
    pub layers: Vec<LayerGain>,
    /// Multiplies the weight of a loss term, by the term's name. Missing terms: 1.
    pub terms: BTreeMap<String, f32>,
    /// Divides the logits inside the task loss.
    pub temperature: f32,
    /// Share of hidden units that are silent at each training step, in [0, 1); at evaluation only where a method asks for it.
    pub dropout: f32,
    /// Multiplies the number of past samples that a replay term draws.
    pub replay: f32,
    /// Stretches the horizon of a discounted window of the past: λ_t = γ^((T−t)/gain).
    pub discount: f32,
    /// Multiplies the mini-batches of the past that count, or are drawn from; at most 1, as no more are kept.
    pub window: f32,
    /// Levels of neuromodulators as plain inputs, for networks that have such inputs (control `context-input`).
    pub context: Vec<f32>,
    /// What dendritic segments see of the task, for networks that have such; empty: they say nothing.
    pub dendritic: Vec<f32>,
}

impl Default for Gains {
    fn default() -> Self {
        Self {
            learning_rate: 1.0,
            layer_learning_rate: BTreeMap::new(),
            parameter_learning_rate: None,
            momentum: 1.0,
            layers: Vec::new(),
            terms: BTreeMap::new(),
            temperature: 1.0,
            dropout: 0.0,
            replay: 1.0,
            discount: 1.0,
            window: 1.0,
            context: Vec::new(),
            dendritic: Vec::new(),
        }
    }
}

impl Gains {
    /// The gain of one layer.
    pub fn layer(&self, index: usize) -> &LayerGain {
        static NONE: LayerGain = LayerGain {
            slope: Gain::None,
            bias: Gain::None,
            gate: Gain::None,
            recurrent: None,
            mask: None,
            winners: None,
        };
        self.layers.get(index).unwrap_or(&NONE)
    }

    /// The gain of one layer, to be set; layers up to it come into being unmodulated.
    pub fn layer_mut(&mut self, index: usize) -> &mut LayerGain {
        if self.layers.len() <= index {
            self.layers.resize(index + 1, LayerGain::default());
        }
        &mut self.layers[index]
    }

    /// Silences each hidden unit for each of `samples` samples with the chance `dropout`; `layers` are the widths, outputs last.
    pub fn silence(&mut self, layers: &[usize], samples: usize, random: &mut impl Rng) {
        let keep = 1.0 - self.dropout;
        for (layer, units) in layers.iter().enumerate().take(layers.len().saturating_sub(1)) {
            // What is kept counts 1/keep, so that evaluation needs no mask.
            let speaks = |_| if random.random::<f32>() < keep { 1.0 / keep } else { 0.0 };
            self.layer_mut(layer).mask = Some((0..samples * units).map(speaks).collect());
        }
    }

    /// The same without dropout masks, for a forward pass on other samples than the batch's.
    pub fn unmasked(&self) -> Cow<'_, Self> {
        if self.layers.iter().all(|layer| layer.mask.is_none()) {
            return Cow::Borrowed(self);
        }
        let mut gains = self.clone();
        gains.layers.iter_mut().for_each(|layer| layer.mask = None);
        Cow::Owned(gains)
    }

    /// The gain on a loss term's weight.
    pub fn term(&self, name: &str) -> f32 {
        self.terms.get(name).copied().unwrap_or(1.0)
    }

    /// The learning-rate gain of a layer's parameters.
    pub fn rate(&self, layer: usize) -> f32 {
        self.learning_rate * self.layer_learning_rate.get(&layer).copied().unwrap_or(1.0)
    }
}
