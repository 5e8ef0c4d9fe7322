//! Dendritic segments: what a unit's feedforward drive is worth in a context.

use candle_core::{D, Tensor};
use serde::{Deserialize, Serialize};

use super::init::Init;
use super::parameters::{Parameter, Parameters, Role, read};
use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;

/// Dendritic segments: how many a unit has, and how many numbers the context has that they see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DendriteSpec {
    pub segments: usize,
    pub contexts: usize,
}

/// Per unit J segments u_j. In a context c the unit's output is multiplied by σ(d), d = u_k·c with k = argmax_j |u_j·c| (Iyer
/// et al. 2022, Eqs. 1 and 2, the maximum of the absolute value with its sign kept).
#[derive(Debug)]
pub(crate) struct Dendrites {
    /// units × segments × contexts.
    weight: Parameter,
    units: usize,
    segments: usize,
    contexts: usize,
}

impl Dendrites {
    /// Registers `layer{layer}/dendrites`, uniform in ±1/√contexts, from the stream `init/dendrites{layer}`.
    pub fn new(
        parameters: &mut Parameters,
        layer: usize,
        [units, segments, contexts]: [usize; 3],
        streams: &Streams,
    ) -> Result<Self> {
        let mut random = streams.get(&format!("init/dendrites{layer}"));
        let (values, _) = Init::LecunUniform.dense(contexts, units * segments, &mut random);
        let (name, shape) = (format!("layer{layer}/dendrites"), [units, segments, contexts]);
        let weight = parameters.add(&name, layer, Role::Other, &shape, values)?;
        Ok(Self { weight, units, segments, contexts })
    }

    /// Multiply–adds of one look at a context.
    pub fn multiply_adds(&self) -> u64 {
        (self.units * self.segments * self.contexts) as u64
    }

    /// y (n × units) in a context; y itself where there is none.
    ///
    /// # Errors
    /// A context of another length than the segments'.
    pub fn modulate(&self, y: Tensor, context: &[f32], tracked: bool) -> Result<Tensor> {
        if context.is_empty() {
            return Ok(y);
        }
        if context.len() != self.contexts {
            let allowed = format!("{} numbers", self.contexts);
            let found = format!("{} numbers", context.len());
            return Err(DefinitionError::range("dendritic", found, &allowed).into());
        }
        let weight = self.weight.var.as_tensor();
        let weight = if tracked { weight.clone() } else { weight.detach() };
        let context = Tensor::from_slice(context, (self.contexts, 1), y.device())?;
        let drive = weight.reshape((self.units * self.segments, self.contexts))?.matmul(&context)?;
        let drive = drive.reshape((self.units, self.segments))?;
        let strongest: Vec<u32> = read(&drive.detach().contiguous()?, |drive| {
            drive.chunks_exact(self.segments).map(strongest).collect()
        })?;
        let strongest = Tensor::from_vec(strongest, (self.units, 1), y.device())?;
        let gate = candle_nn::ops::sigmoid(&drive.gather(&strongest, D::Minus1)?)?.reshape(self.units)?;
        Ok(y.broadcast_mul(&gate)?)
    }
}

/// The place of the largest absolute value; the first one of equals.
fn strongest(drive: &[f32]) -> u32 {
    let mut best = 0;
    for (at, value) in drive.iter().enumerate() {
        if value.abs() > drive[best].abs() {
            best = at;
        }
    }
    u32::try_from(best).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::testing;
    use candle_core::Device;

    #[test]
    fn the_segment_of_the_largest_absolute_drive_gates_its_unit() {
        let mut parameters = Parameters::default();
        let dendrites = Dendrites::new(&mut parameters, 0, [2, 2, 2], &Streams::new(1)).expect("dendrites");
        // Context (1, 0): unit 1 has the drives 1 and −3, so σ(−3); unit 2 0 and 2, so σ(2). Context (0, 1): 0, 0; 5, −1.
        let weights = vec![1.0, 0.0, -3.0, 0.0, 0.0, 5.0, 2.0, -1.0];
        parameters.restore(&[weights]).expect("restore");
        let y = Tensor::new(&[[1.0f32, 2.0], [-1.0, 4.0]], &Device::Cpu).expect("tensor");
        let rows = |t: &Tensor| t.to_vec2::<f32>().expect("rows").concat();
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let (a, b) = (sigmoid(-3.0), sigmoid(2.0));
        let found = dendrites.modulate(y.clone(), &[1.0, 0.0], true).expect("gated");
        testing::assert_close(&rows(&found), &[a, 2.0 * b, -a, 4.0 * b], 1e-6);
        let other = dendrites.modulate(y.clone(), &[0.0, 1.0], false).expect("gated");
        testing::assert_close(&rows(&other), &[0.5, 2.0 * sigmoid(5.0), -0.5, 4.0 * sigmoid(5.0)], 1e-6);
        assert_eq!(rows(&dendrites.modulate(y.clone(), &[], true).expect("no context")), rows(&y));
        let error = dendrites.modulate(y, &[1.0], true).expect_err("too short").to_string();
        assert!(error.contains("1 numbers") && error.contains("2 numbers"), "{error}");
        // ∂ Σ y / ∂u of the winner alone: Σ_n y_n σ′(d) c; unit 1 has Σ y = 0, unit 2 6 σ′(2) at its second segment.
        let mut gradients = crate::nn::Gradients::default();
        parameters.backward(&found.sum_all().expect("sum"), &mut gradients).expect("backward");
        let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 6.0 * b * (1.0 - b), 0.0];
        testing::assert_close(&gradients.buffers[0], &expected, 1e-5);
    }
}
