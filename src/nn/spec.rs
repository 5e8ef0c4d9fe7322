//! The network as a setting.

use serde::{Deserialize, Serialize};

use super::{Activation, Init, Mlp, Model};
use crate::error::{DefinitionError, Result};
use crate::rng::Streams;

/// Which network learns; the `kind` key chooses. Default: `mlp` with its defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ModelSpec {
    Mlp(MlpSpec),
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
}

impl Default for MlpSpec {
    fn default() -> Self {
        Self { hidden: vec![100, 100], activation: Activation::Relu, init: Init::default() }
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

impl ModelSpec {
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
        }
    }

    /// Builds the network for inputs of `shape` (channels, height, width) and `outputs` classes. Initial weights come
    /// from the streams `init/layer0`, `init/layer1`, …
    ///
    /// # Errors
    /// Engine errors; a shape that the network cannot take.
    pub fn build(&self, shape: [usize; 3], outputs: usize, streams: &Streams) -> Result<Box<dyn Model>> {
        match self {
            Self::Mlp(MlpSpec { hidden, activation, init }) => {
                let mut sizes = vec![shape.iter().product()];
                sizes.extend(hidden);
                sizes.push(outputs);
                Ok(Box::new(Mlp::new(&sizes, *activation, *init, streams)?))
            }
        }
    }
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
        Init::Normal { sd } if !(sd > 0.0 && sd.is_finite()) => {
            Err(DefinitionError::range(&format!("{at}.init.sd"), sd, "a number > 0"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Source;

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
        assert!(ModelSpec::default().check("model").is_ok());
    }
}
