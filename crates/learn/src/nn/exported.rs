//! A network's initial weights and shape, for learners outside this program.

use serde_json::{Value, json};

use super::model::Model;
use super::parameters::read;
use super::spec::ModelSpec;
use crate::error::Result;
use base::error::DefinitionError;
use contract::exported::{Array, Numbers};

/// The network in words: kind, sizes, activation.
///
/// # Errors
/// Another network than a multilayer perceptron of the features alone.
pub fn described(spec: &ModelSpec, model: &dyn Model, features: usize) -> Result<Value> {
    let (kind, problem) = match spec {
        ModelSpec::Mlp(mlp) if mlp.context == 0 && mlp.dendrites.is_none() => {
            let sizes: Vec<usize> = std::iter::once(features).chain(model.layer_units()).collect();
            return Ok(json!({ "kind": "mlp", "sizes": sizes, "activation": mlp.activation }));
        }
        ModelSpec::Mlp(mlp) if mlp.dendrites.is_some() => ("mlp with dendrites", "is not written out"),
        ModelSpec::Mlp(_) => ("mlp with context", "takes levels of neuromodulators as inputs"),
        ModelSpec::Cnn(_) => ("cnn", "is not written out"),
        ModelSpec::Rnn(_) => ("rnn", "is not written out"),
    };
    Err(DefinitionError {
        key: "model.kind".into(),
        found: kind.into(),
        problem: format!("such a network {problem}"),
        allowed: vec!["mlp".into()],
        ..DefinitionError::default()
    }
    .into())
}

/// Every parameter under its name, `layer0/weight` as `layer0_weight`.
///
/// # Errors
/// Engine errors.
pub fn weights(model: &dyn Model) -> Result<Vec<Array>> {
    let one = |parameter: &super::parameters::Parameter| {
        let values = read(&parameter.var, <[f32]>::to_vec)?;
        let name = parameter.name.replace('/', "_");
        let meaning = "initial values; a weight is outputs × inputs: y = W x + b";
        Ok(Array::new(&name, parameter.var.dims(), Numbers::F32(values), meaning))
    };
    model.parameters().iter().map(one).collect()
}
