//! A fused dense layer: y = φ(g ∘ (x Wᵀ) + b + h), with a slope gain g and a bias shift h per unit.
//!
//! One candle op instead of five. Its backward writes weight gradients straight into the parameters' own buffers and
//! skips the input gradient where nobody asks for it (the first layer).

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};
use candle_nn::Module;
use rand::Rng;

use super::fused::{Fused, accumulate, accumulate_row_sum, refuse_second_order};
use super::parameters::{Parameter, Parameters, Role, SharedSlot, contiguous, lock, read};
use super::tap::Tap;
use crate::error::Result;
use crate::gains::LayerGain;
use base::rng::Streams;
use numeric::Activation;
use numeric::matrix::{self, Matrix};

/// A dense layer's parameters and activation.
#[derive(Debug)]
pub struct Dense {
    pub weight: Parameter,
    pub bias: Parameter,
    pub inputs: usize,
    pub outputs: usize,
    pub activation: Activation,
    pub(crate) tap: Arc<Mutex<Option<Tap>>>,
}

impl Dense {
    /// Registers `layer{index}/weight` (outputs × inputs) and `layer{index}/bias` (outputs), initialised with `init`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn new(
        parameters: &mut Parameters,
        layer: usize,
        [inputs, outputs]: [usize; 2],
        activation: Activation,
        init: super::init::Init,
        random: &mut impl Rng,
    ) -> Result<Self> {
        let (weight, bias) = init.dense(inputs, outputs, random);
        Ok(Self {
            weight: parameters.add(
                &format!("layer{layer}/weight"),
                layer,
                Role::Weight,
                &[outputs, inputs],
                weight,
            )?,
            bias: parameters.add(&format!("layer{layer}/bias"), layer, Role::Bias, &[outputs], bias)?,
            inputs,
            outputs,
            activation,
            tap: Arc::default(),
        })
    }

    /// Layers `first`, `first + 1`, … of `widths` from input to output, the last one without an activation. Weights come
    /// from the streams `init/layer{index}`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn stack(
        parameters: &mut Parameters,
        first: usize,
        widths: &[usize],
        activation: Activation,
        init: super::init::Init,
        streams: &Streams,
    ) -> Result<Vec<Self>> {
        let pairs = widths.windows(2).enumerate();
        pairs
            .map(|(index, pair)| {
                let last = index + 2 == widths.len();
                let activation = if last { Activation::Identity } else { activation };
                let mut random = streams.get(&format!("init/layer{}", first + index));
                let init = if last { init.of_output() } else { init };
                Self::new(parameters, first + index, [pair[0], pair[1]], activation, init, &mut random)
            })
            .collect()
    }

    /// The layer under a gain, as a module of candle: x (n × inputs, contiguous) → n × outputs. `tracked` false builds no
    /// graph.
    ///
    /// # Errors
    /// A gain per unit of another length than the layer's.
    pub fn under(&self, gain: &LayerGain, tracked: bool) -> Result<Gained<'_>> {
        let op = DenseOp {
            fused: Fused::new(gain, self.outputs, self.activation)?,
            slots: [self.weight.slot.clone(), self.bias.slot.clone()],
            tap: self.tap.clone(),
        };
        Ok(Gained { layer: self, op, tracked })
    }

    /// [`Dense::under`] applied to x.
    ///
    /// # Errors
    /// Shape errors from the engine.
    pub fn forward(&self, x: &Tensor, gain: &LayerGain, tracked: bool) -> Result<Tensor> {
        Ok(x.apply(&self.under(gain, tracked)?)?)
    }

    /// Multiply–adds of one forward pass per sample.
    pub fn multiply_adds(&self) -> u64 {
        (self.inputs * self.outputs) as u64
    }

    /// The same from candle's own ops: the oracle of the fused one.
    #[cfg(test)]
    fn forward_plain(&self, x: &Tensor, gain: &LayerGain) -> Result<Tensor> {
        let vector = |values: Option<Vec<f32>>, neutral: f32| -> Result<Tensor> {
            let values = values.unwrap_or_else(|| vec![neutral; self.outputs]);
            Ok(Tensor::from_vec(values, self.outputs, x.device())?)
        };
        let z = x
            .matmul(&self.weight.var.t()?)?
            .broadcast_mul(&vector(gain.slope.expand(self.outputs)?, 1.0)?)?
            .broadcast_add(&self.bias.var)?
            .broadcast_add(&vector(gain.bias.expand(self.outputs)?, 0.0)?)?;
        Ok(match self.activation {
            Activation::Identity => z,
            Activation::Relu => z.relu()?,
            Activation::Tanh => z.tanh()?,
            Activation::Sigmoid => candle_nn::ops::sigmoid(&z)?,
        })
    }
}

/// A dense layer with the gain in force on its units.
pub struct Gained<'a> {
    layer: &'a Dense,
    op: DenseOp,
    tracked: bool,
}

impl Module for Gained<'_> {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        let (weight, bias) = (self.layer.weight.var.as_tensor(), self.layer.bias.var.as_tensor());
        if self.tracked {
            x.apply_op3(weight, bias, self.op.clone())
        } else {
            x.apply_op3_no_bwd(weight, bias, &self.op)
        }
    }
}

#[derive(Clone)]
struct DenseOp {
    fused: Fused,
    /// Gradient buffers of weight and bias.
    slots: [SharedSlot; 2],
    tap: Arc<Mutex<Option<Tap>>>,
}

impl CustomOp3 for DenseOp {
    fn name(&self) -> &'static str {
        "fused-dense"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, inputs) = x_layout.shape().dims2()?;
        let (outputs, expected) = weight_layout.shape().dims2()?;
        if inputs != expected {
            candle_core::bail!("dense layer of {expected} inputs got {inputs}");
        }
        let weight = Matrix::new(contiguous(weight, weight_layout)?, outputs, inputs);
        let x = Matrix::new(contiguous(x, x_layout)?, n, inputs);
        // W xᵀ instead of x Wᵀ: the faster order of the two for weights that lie row by row.
        let z = matrix::product(weight, x.t());
        let y = self.fused.activate_transposed(&z, &self.fused.shifted(contiguous(bias, bias_layout)?));
        Ok((CpuStorage::F32(y), Shape::from((n, outputs))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _bias: &Tensor,
        y: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        refuse_second_order(self.name())?;
        let input_gradient = self.backward(x, weight, y, gradient).map_err(candle_core::Error::wrap)?;
        Ok((input_gradient, None, None))
    }
}

impl DenseOp {
    fn backward(&self, x: &Tensor, weight: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (n, inputs) = x.dims2()?;
        let outputs = weight.dim(0)?;
        let mut delta = read(&gradient.contiguous()?, <[f32]>::to_vec)?;
        read(y, |y| self.fused.to_pre_activation(&mut delta, y))?;
        let mut tap = lock(&self.tap);
        if let Some(tap) = tap.as_mut() {
            tap.deltas.resize(n * outputs, 0.0);
            let rows = tap.deltas.chunks_exact_mut(outputs).zip(delta.chunks_exact(outputs));
            for ((sum, delta), weight) in rows.zip(&tap.weight) {
                tap.magnitude.add_scaled(sum, *weight, delta);
            }
            if tap.input.is_empty() {
                tap.input = read(x, <[f32]>::to_vec)?;
                tap.slope.clone_from(&self.fused.slope);
            }
        } else {
            accumulate_row_sum(&self.slots[1], &delta);
        }
        self.fused.to_weighted_input(&mut delta);
        let delta = Matrix::new(&delta, n, outputs);
        if tap.is_none() {
            read(x, |x| {
                let x = Matrix::new(x, n, inputs);
                accumulate(&self.slots[0], |gradient, add| matrix::matmul(gradient, delta.t(), x, add));
            })?;
        }
        if !(x.track_op() || x.is_variable()) {
            return Ok(None);
        }
        let dx = read(weight, |w| matrix::product(delta, Matrix::new(w, outputs, inputs)))?;
        Ok(Some(Tensor::from_vec(dx, (n, inputs), x.device())?))
    }
}

#[cfg(test)]
#[path = "dense_tests.rs"]
mod tests;
