//! The network as a setting.

// Definition errors are rare and far from any hot path; boxing them would only cost the reader.

use serde::{Deserialize, Serialize};

use super::cnn::{Cnn, CnnSizes};
use super::init::Init;
use super::mlp::Mlp;
use super::model::Model;
use super::rnn::{Rnn, RnnSizes};
use base::error::{DefinitionError, Error, Result};
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
    #[serde(skip_serializing_if = "is_zero")]
    pub context: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Default for MlpSpec {
    fn default() -> Self {
        Self { hidden: vec![100, 100], activation: Activation::Relu, init: Init::default(), context: 0 }
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
    /// Units of each hidden dense layer. Default [100].
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

/// Units per layer, channels, steps: what is below this fits in memory on a small machine.
const LARGEST: usize = 65_536;
const DEEPEST: usize = 64;
/// Weights of a whole network: 400 MB, of which training needs several copies.
const MOST_WEIGHTS: u128 = 100_000_000;

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

    /// Checks every range; keys are reported below `at`, e.g. `model`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, at: &str) -> Result<(), DefinitionError> {
        match self {
            Self::Mlp(spec) => {
                check_sizes(at, "hidden", &spec.hidden)?;
                check_init(at, spec.init)
            }
            Self::Cnn(spec) => {
                check_sizes(at, "channels", &spec.channels)?;
                check_sizes(at, "hidden", &spec.hidden)?;
                check_range(at, "kernel", spec.kernel, 1, 31)?;
                check_range(at, "padding", spec.padding, 0, spec.kernel - 1)?;
                check_range(at, "stride", spec.stride, 1, 31)?;
                check_range(at, "pool", spec.pool, 1, 31)?;
                check_init(at, spec.init)
            }
            Self::Rnn(spec) => {
                check_range(at, "units", spec.units, 1, LARGEST)?;
                check_range(at, "steps", spec.steps.unwrap_or(1), 1, LARGEST)?;
                check_sizes(at, "hidden", &spec.hidden)?;
                check_init(at, spec.init)
            }
        }
    }

    /// Checks that the network suits inputs of `shape` and is not too large, before anything of that size is made.
    ///
    /// # Errors
    /// The setting that does not fit, below `at`.
    pub fn check_fit(&self, at: &str, shape: [usize; 3], outputs: usize) -> Result<(), DefinitionError> {
        let weights = self.most_weights(shape, outputs);
        if weights > MOST_WEIGHTS {
            let allowed = format!("a network of at most {MOST_WEIGHTS} weights");
            return Err(DefinitionError::range(at, format!("up to {weights} weights"), &allowed));
        }
        match self.build(shape, outputs, &Streams::new(0)) {
            Ok(_) => Ok(()),
            Err(Error::Definition(error)) => {
                Err(DefinitionError { key: format!("{at}.{}", error.key), ..*error })
            }
            Err(error) => {
                Err(DefinitionError { key: at.into(), problem: error.to_string(), ..Default::default() })
            }
        }
    }

    /// Checks that an update on so many samples, and a look at 512 test samples, are short enough to stop in between.
    ///
    /// # Errors
    /// The setting `key`, which says how many samples an update takes, or the network below `at`.
    pub fn check_work(
        &self,
        at: &str,
        (shape, outputs): ([usize; 3], usize),
        (key, samples): (&str, usize),
    ) -> Result<(), DefinitionError> {
        let model = self.build(shape, outputs, &Streams::new(0));
        let multiply_adds = model.map_or(0, |model| model.multiply_adds());
        let look = DefinitionError::check_work(at, 512, multiply_adds).map_err(|_| {
            let found = format!("{multiply_adds} multiply–adds per sample");
            DefinitionError::range(at, found, "a network of at most 100000000 multiply–adds per sample")
        });
        look.and_then(|()| DefinitionError::check_work(key, samples, multiply_adds))
    }

    /// An upper bound on the number of weights.
    fn most_weights(&self, shape: [usize; 3], outputs: usize) -> u128 {
        let wide = |n: usize| n as u128;
        let chain =
            |sizes: &[usize]| sizes.windows(2).map(|pair| wide(pair[0]) * wide(pair[1])).sum::<u128>();
        let stack = |first: usize, hidden: &[usize]| chain(&[&[first], hidden, &[outputs]].concat());
        let [channels, height, width] = shape;
        match self {
            Self::Mlp(spec) => stack(channels * height * width, &spec.hidden),
            Self::Cnn(spec) => {
                let last = spec.channels.last().copied().unwrap_or(channels);
                // Padding adds at most this many rows and columns per convolution.
                let grown = |edge: usize| edge + 2 * spec.padding * spec.channels.len();
                let convolutions =
                    chain(&[&[channels], &spec.channels[..]].concat()) * wide(spec.kernel).pow(2);
                let dense = stack(1, &spec.hidden)
                    + wide(last * grown(height) * grown(width))
                        * wide(spec.hidden.first().copied().unwrap_or(outputs));
                convolutions + dense
            }
            Self::Rnn(spec) => {
                wide(spec.units) * wide(channels * height * width + spec.units)
                    + stack(spec.units, &spec.hidden)
            }
        }
    }

    /// Builds the network for inputs of `shape` (channels, height, width) and `outputs` classes. Initial weights come
    /// from the streams `init/layer0`, `init/layer1`, …
    ///
    /// # Errors
    /// Engine errors; a shape that the network cannot take.
    pub fn build(&self, shape: [usize; 3], outputs: usize, streams: &Streams) -> Result<Box<dyn Model>> {
        match self {
            Self::Mlp(MlpSpec { hidden, activation, init, context }) => {
                let mut sizes = vec![shape.iter().product::<usize>() + context];
                sizes.extend(hidden);
                sizes.push(outputs);
                Ok(Box::new(Mlp::new(&sizes, *activation, *init, streams)?.with_context(*context)))
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

fn check_range(at: &str, key: &str, value: usize, from: usize, to: usize) -> Result<(), DefinitionError> {
    if (from..=to).contains(&value) {
        return Ok(());
    }
    Err(DefinitionError::range(&format!("{at}.{key}"), value, &format!("{from} to {to}")))
}

fn check_sizes(at: &str, key: &str, sizes: &[usize]) -> Result<(), DefinitionError> {
    if sizes.len() > DEEPEST {
        let found = format!("{} layers", sizes.len());
        return Err(DefinitionError::range(
            &format!("{at}.{key}"),
            found,
            &format!("at most {DEEPEST} layers"),
        ));
    }
    match sizes.iter().find(|size| !(1..=LARGEST).contains(*size)) {
        Some(size) => {
            Err(DefinitionError::range(&format!("{at}.{key}"), size, &format!("sizes from 1 to {LARGEST}")))
        }
        None => Ok(()),
    }
}

fn check_init(at: &str, init: Init) -> Result<(), DefinitionError> {
    match init {
        Init::Normal { sd, .. } if !(sd > 0.0 && sd.is_finite()) => {
            Err(DefinitionError::range(&format!("{at}.init.sd"), sd, "a number > 0"))
        }
        Init::Normal { output_sd: Some(sd), .. } if !(sd > 0.0 && sd.is_finite()) => {
            Err(DefinitionError::range(&format!("{at}.init.output_sd"), sd, "a number > 0"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::source::Source;

    fn read(text: &str) -> Result<ModelSpec> {
        let source = Source { name: "mine.toml".into(), text: text.into() };
        source.table().and_then(|table| source.read(table.into(), ""))
    }

    #[test]
    fn an_mlp_needs_only_its_kind() {
        let spec = read("kind = \"mlp\"").expect("spec");
        assert_eq!(spec, ModelSpec::default());
        let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
        assert_eq!(model.layer_units(), [100, 100, 10]);
        assert_eq!(model.parameters().count(), 64 * 100 + 100 + 100 * 100 + 100 + 100 * 10 + 10);
    }

    #[test]
    fn a_cnn_and_an_rnn_need_only_their_kind() {
        let spec = read("kind = \"cnn\"").expect("spec");
        spec.check("model").expect("in range");
        let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
        assert_eq!(model.layer_units(), [16, 32, 100, 10]);
        let count = (9 * 16 + 16) + (9 * 16 * 32 + 32) + (2 * 2 * 32 * 100 + 100) + (100 * 10 + 10);
        assert_eq!(model.parameters().count(), count);
        let spec = read("kind = \"rnn\"\nunits = 20").expect("spec");
        spec.check("model").expect("in range");
        let model = spec.build([1, 8, 8], 10, &Streams::new(1)).expect("model");
        assert_eq!(model.layer_units(), [20, 10]);
        assert_eq!(model.parameters().count(), (8 * 20 + 20 * 20 + 20) + (20 * 10 + 10));
    }

    #[test]
    fn an_unknown_key_and_an_unknown_kind_are_named() {
        let error = read("kind = \"mlp\"\nhiden = [3]").expect_err("typo").to_string();
        assert!(error.contains("hiden") && error.contains("did you mean `hidden`"), "{error}");
        let error = read("kind = \"mpl\"").expect_err("typo").to_string();
        assert!(error.contains("mpl") && error.contains("did you mean `mlp`"), "{error}");
    }

    #[test]
    fn values_out_of_range_are_named_with_what_is_allowed() {
        let spec = read("kind = \"mlp\"\nhidden = [10, 0]").expect("spec");
        let error = spec.check("model").expect_err("zero units").to_string();
        assert_eq!(error, "`model.hidden` = 0: out of range\n  allowed: sizes from 1 to 65536");
        let spec = read("kind = \"mlp\"\ninit = { kind = \"normal\", sd = -1.0 }").expect("spec");
        assert!(spec.check("model").expect_err("sd").to_string().contains("`model.init.sd` = -1"));
        let spec = read("kind = \"cnn\"\nkernel = 3\npadding = 3").expect("spec");
        let error = spec.check("model").expect_err("padding").to_string();
        assert_eq!(error, "`model.padding` = 3: out of range\n  allowed: 0 to 2");
        let spec = read("kind = \"rnn\"\nunits = 0").expect("spec");
        assert!(spec.check("model").expect_err("units").to_string().contains("`model.units` = 0"));
        assert!(ModelSpec::default().check("model").is_ok());
    }
}
