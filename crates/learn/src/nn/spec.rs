//! The network as a setting.

// Definition errors are rare and far from any hot path; boxing them would only cost the reader.

use serde::{Deserialize, Serialize};

use super::cnn::{Cnn, CnnSizes};
use super::dendrites::DendriteSpec;
use super::init::Init;
use super::mlp::Mlp;
use super::model::Model;
use super::rnn::{Rnn, RnnSizes};
use crate::error::Result;
use base::rng::Streams;
use numeric::Activation;

/// Which network learns; the `kind` key chooses. Default: `mlp` with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ModelSpec {
    Mlp(MlpSpec),
    Cnn(CnnSpec),
    Rnn(RnnSpec),
}

/// A multilayer perceptron on the flattened features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MlpSpec {
    /// Units of each hidden layer, from the input; empty for a linear classifier. Default [100, 100].
    pub hidden: Vec<usize>,
    /// Activation of the hidden layers. Default `relu`.
    pub activation: Activation,
    /// Initial weights. Default `lecun-uniform`.
    pub init: Init,
    /// Further inputs behind the features, which carry the levels of neuromodulators ([`crate::gains::Gains`]):
    /// set by the control `context-input`. Default 0.
    #[serde(skip_serializing_if = "base::written::is_default")]
    pub context: usize,
    /// Dendritic segments on every hidden unit: set by the method that needs them. Default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dendrites: Option<DendriteSpec>,
}

impl Default for MlpSpec {
    fn default() -> Self {
        Self {
            hidden: vec![100, 100],
            activation: Activation::Relu,
            init: Init::default(),
            context: 0,
            dendrites: None,
        }
    }
}

/// Convolutions, each followed by the activation and max-pooling, then dense layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CnnSpec {
    /// Output channels of each convolution, from the input. Default [16, 32].
    pub channels: Vec<usize>,
    /// Edge of the square kernel. Default 3.
    pub kernel: usize,
    /// Zeros added on each side. Default 1.
    pub padding: usize,
    /// Pixels from one position of a kernel to the next. Default 1.
    pub stride: usize,
    /// Edge of the pooling windows, 1 for none. Default 2.
    pub pool: usize,
    /// Units of each hidden dense layer. Default `[100]`.
    pub hidden: Vec<usize>,
    /// Activation of every layer but the last. Default `relu`.
    pub activation: Activation,
    /// Initial weights. Default `lecun-uniform`.
    pub init: Init,
}

impl Default for CnnSpec {
    fn default() -> Self {
        Self {
            channels: vec![16, 32],
            kernel: 3,
            padding: 1,
            stride: 1,
            pool: 2,
            hidden: vec![100],
            activation: Activation::Relu,
            init: Init::default(),
        }
    }
}

/// A plain recurrent network that reads the features as a sequence, then dense layers on its last state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RnnSpec {
    /// Recurrent units. Default 100.
    pub units: usize,
    /// Steps into which the features (channel by channel, row by row) are cut; must divide their number. Default: one
    /// step per image row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Units of each hidden dense layer after the recurrence. Default none.
    pub hidden: Vec<usize>,
    /// Activation of every layer but the last. Default `tanh`.
    pub activation: Activation,
    /// Initial weights. Default `lecun-uniform`.
    pub init: Init,
}

impl Default for RnnSpec {
    fn default() -> Self {
        Self {
            units: 100,
            steps: None,
            hidden: Vec::new(),
            activation: Activation::Tanh,
            init: Init::default(),
        }
    }
}

impl Default for ModelSpec {
    fn default() -> Self {
        Self::Mlp(MlpSpec::default())
    }
}

impl ModelSpec {
    /// Multiplies the width of every hidden layer.
    pub fn widen(&mut self, factor: usize) {
        let widths = match self {
            Self::Mlp(spec) => &mut spec.hidden,
            Self::Cnn(spec) => {
                spec.channels.iter_mut().for_each(|width| *width *= factor);
                &mut spec.hidden
            }
            Self::Rnn(spec) => {
                spec.units *= factor;
                &mut spec.hidden
            }
        };
        widths.iter_mut().for_each(|width| *width *= factor);
    }

    /// The network with weights of 0 (dendrites are drawn all the same), for whoever asks for its sizes alone: a plan does so
    /// several times for each run, and drawing takes most of the time.
    ///
    /// # Errors
    /// As of [`ModelSpec::build`].
    pub fn undrawn(&self, shape: [usize; 3], outputs: usize) -> Result<Box<dyn Model>> {
        let mut spec = self.clone();
        match &mut spec {
            Self::Mlp(MlpSpec { init, .. })
            | Self::Cnn(CnnSpec { init, .. })
            | Self::Rnn(RnnSpec { init, .. }) => *init = Init::Undrawn,
        }
        spec.build(shape, outputs, &Streams::new(0))
    }

    /// Multiply–adds of one forward pass per sample; 0 of a network that cannot take the shape.
    pub fn multiply_adds(&self, shape: [usize; 3], outputs: usize) -> u64 {
        self.undrawn(shape, outputs).map_or(0, |model| model.multiply_adds())
    }

    /// Builds the network for inputs of `shape` (channels, height, width) and `outputs` classes. Initial weights come
    /// from the streams `init/layer0`, `init/layer1`, …
    ///
    /// # Errors
    /// Engine errors; a shape that the network cannot take.
    pub fn build(&self, shape: [usize; 3], outputs: usize, streams: &Streams) -> Result<Box<dyn Model>> {
        match self {
            Self::Mlp(MlpSpec { hidden, activation, init, context, dendrites }) => {
                let mut sizes = vec![shape.iter().product::<usize>() + context];
                sizes.extend(hidden);
                sizes.push(outputs);
                let mlp = Mlp::new(&sizes, *activation, *init, streams)?.with_context(*context);
                Ok(Box::new(match dendrites {
                    Some(spec) => mlp.with_dendrites(*spec, streams)?,
                    None => mlp,
                }))
            }
            Self::Cnn(spec) => {
                let sizes = CnnSizes {
                    shape,
                    channels: spec.channels.clone(),
                    kernel: spec.kernel,
                    padding: spec.padding,
                    stride: spec.stride,
                    pool: spec.pool,
                    hidden: spec.hidden.clone(),
                    outputs,
                };
                Ok(Box::new(Cnn::new(&sizes, spec.activation, spec.init, streams)?))
            }
            Self::Rnn(spec) => {
                let [channels, height, width] = shape;
                let sizes = RnnSizes {
                    features: channels * height * width,
                    steps: spec.steps.unwrap_or(channels * height),
                    units: spec.units,
                    hidden: spec.hidden.clone(),
                    outputs,
                };
                Ok(Box::new(Rnn::new(&sizes, spec.activation, spec.init, streams)?))
            }
        }
    }
}

#[cfg(test)]
#[path = "spec_tests.rs"]
mod tests;
