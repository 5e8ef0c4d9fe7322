//! A fused convolution: y = φ(g ∘ (W ⋆ x) + b + h), with slope gain g and bias shift h per output channel.
//!
//! Patches become rows (im2col) block by block, so that a block stays in the cache, and the rest is the fused dense
//! layer's arithmetic. The input gradient is computed only where someone asks for it.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};
use rand::Rng;

use super::fused::{Fused, accumulate, refuse_second_order};
use super::parameters::{Parameter, Parameters, Role, SharedSlot, contiguous, lock, read};
use super::patches::{Geometry, fold, unfold};
use crate::error::Result;
use crate::gains::LayerGain;
use base::error::DefinitionError;
use numeric::Activation;
use numeric::matrix::{self, Matrix};

/// Patch numbers per block: 1 MiB, half of a typical second-level cache.
const BLOCK: usize = 1 << 18;

/// A convolution layer.
#[derive(Debug)]
pub struct Conv {
    /// outputs × kernel × kernel × channels.
    pub weight: Parameter,
    pub bias: Parameter,
    pub geometry: Geometry,
    /// Output channels.
    pub outputs: usize,
    pub activation: Activation,
    scratch: Arc<Mutex<Scratch>>,
}

/// Buffers that live from step to step.
#[derive(Debug, Default)]
struct Scratch {
    /// The border is zero and stays zero.
    padded: Vec<f32>,
    patches: Vec<f32>,
    folded: Vec<f32>,
}

impl Conv {
    /// Registers `layer{index}/weight` (outputs × kernel × kernel × channels) and `layer{index}/bias` (outputs).
    ///
    /// # Errors
    /// A kernel larger than the padded image; engine errors.
    pub fn new(
        parameters: &mut Parameters,
        layer: usize,
        geometry: Geometry,
        outputs: usize,
        activation: Activation,
        init: super::init::Init,
        random: &mut impl Rng,
    ) -> Result<Self> {
        if geometry.output().is_none() {
            let Geometry { height, width, padding, .. } = geometry;
            let allowed = format!("at most {}", height.min(width) + 2 * padding);
            return Err(DefinitionError::range("kernel", geometry.kernel, &allowed).into());
        }
        let Geometry { kernel, channels, .. } = geometry;
        let (weight, bias) = init.dense(geometry.patch(), outputs, random);
        let (name, shape) = (format!("layer{layer}"), [outputs, kernel, kernel, channels]);
        Ok(Self {
            weight: parameters.add(&format!("{name}/weight"), layer, Role::Weight, &shape, weight)?,
            bias: parameters.add(&format!("{name}/bias"), layer, Role::Bias, &[outputs], bias)?,
            geometry,
            outputs,
            activation,
            scratch: Arc::default(),
        })
    }

    /// x (n × height × width × channels, contiguous) → n × height′ × width′ × outputs. `tracked` false builds no graph.
    ///
    /// # Errors
    /// Shape errors from the engine.
    pub fn forward(&self, x: &Tensor, gain: &LayerGain, tracked: bool) -> Result<Tensor> {
        let op = ConvOp {
            geometry: self.geometry,
            outputs: self.outputs,
            fused: Fused::new(gain, self.outputs, self.activation)?,
            slots: [self.weight.slot.clone(), self.bias.slot.clone()],
            scratch: self.scratch.clone(),
        };
        let (weight, bias) = (self.weight.var.as_tensor(), self.bias.var.as_tensor());
        Ok(if tracked { x.apply_op3(weight, bias, op)? } else { x.apply_op3_no_bwd(weight, bias, &op)? })
    }

    /// Multiply–adds of one forward pass per sample.
    pub fn multiply_adds(&self) -> u64 {
        (self.geometry.positions() * self.geometry.patch() * self.outputs) as u64
    }
}

struct ConvOp {
    geometry: Geometry,
    outputs: usize,
    fused: Fused,
    /// Gradient buffers of weight and bias.
    slots: [SharedSlot; 2],
    scratch: Arc<Mutex<Scratch>>,
}

impl ConvOp {
    /// Samples per block.
    fn block(&self) -> usize {
        (BLOCK / (self.geometry.positions() * self.geometry.patch()).max(1)).max(1)
    }

    /// The patches of a block of images, as a matrix in `scratch`.
    fn unfold<'a>(&self, images: &[f32], padded: &mut Vec<f32>, patches: &'a mut Vec<f32>) -> Matrix<'a> {
        let (positions, patch) = (self.geometry.positions(), self.geometry.patch());
        let samples = images.len() / self.geometry.image();
        padded.resize(self.geometry.padded(), 0.0);
        if patches.len() < samples * positions * patch {
            patches.resize(samples * positions * patch, 0.0);
        }
        let patches = &mut patches[..samples * positions * patch];
        let each = patches.chunks_exact_mut(positions * patch);
        for (image, patches) in images.chunks_exact(self.geometry.image()).zip(each) {
            unfold(&self.geometry, image, padded, patches);
        }
        Matrix::new(patches, samples * positions, patch)
    }

    fn backward(&self, x: &Tensor, weight: &Tensor, y: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let wanted = x.track_op() || x.is_variable();
        let mut dx = vec![0.0; if wanted { x.elem_count() } else { 0 }];
        let mut delta = read(&gradient.contiguous()?, <[f32]>::to_vec)?;
        let weight_shape = [self.outputs, self.geometry.patch()];
        let images = self.block() * self.geometry.image();
        let rows = self.block() * self.geometry.positions() * self.outputs;
        let scratch = &mut *lock(&self.scratch);
        let mut block = |x: &[f32], w: &[f32], y: &[f32], delta: &mut [f32], dx: &mut [f32]| {
            self.fused.to_pre_activation(delta, y);
            super::fused::accumulate_row_sum(&self.slots[1], delta);
            self.fused.to_weighted_input(delta);
            let patches = self.unfold(x, &mut scratch.padded, &mut scratch.patches);
            let matrix = Matrix::new(delta, patches.rows, self.outputs);
            accumulate(&self.slots[0], |sum, add| matrix::matmul(sum, matrix.t(), patches, add));
            if dx.is_empty() {
                return;
            }
            let w = Matrix::new(w, weight_shape[0], weight_shape[1]);
            let one = self.geometry.positions() * self.geometry.patch();
            // The patches have been used: their place takes their gradients.
            let patches = &mut scratch.patches[..matrix.rows * weight_shape[1]];
            matrix::matmul(patches, matrix, w, false);
            scratch.folded.resize(self.geometry.padded(), 0.0);
            for (patches, image) in patches.chunks_exact(one).zip(dx.chunks_exact_mut(self.geometry.image()))
            {
                fold(&self.geometry, patches, &mut scratch.folded, image);
            }
        };
        read(x, |x| {
            read(y, |y| {
                read(weight, |w| {
                    let inputs = x.chunks(images).zip(y.chunks(rows)).zip(delta.chunks_mut(rows));
                    for (index, ((x, y), delta)) in inputs.enumerate() {
                        let start = index * images;
                        let dx = if wanted { &mut dx[start..start + x.len()] } else { &mut [] };
                        block(x, w, y, delta, dx);
                    }
                })
            })
        })???;
        Ok(if wanted { Some(Tensor::from_vec(dx, x.shape(), x.device())?) } else { None })
    }
}

impl CustomOp3 for ConvOp {
    fn name(&self) -> &'static str {
        "fused-convolution"
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
        let (n, height, width, channels) = x_layout.shape().dims4()?;
        let g = &self.geometry;
        if [height, width, channels] != [g.height, g.width, g.channels] {
            candle_core::bail!("convolution of {g:?} got {:?}", x_layout.shape());
        }
        let Some([out_height, out_width]) = g.output() else {
            candle_core::bail!("convolution of {g:?} has no output");
        };
        let x = contiguous(x, x_layout)?;
        let weight = Matrix::new(contiguous(weight, weight_layout)?, self.outputs, g.patch());
        let shifted = self.fused.shifted(contiguous(bias, bias_layout)?);
        let mut y = vec![0.0; n * g.positions() * self.outputs];
        let scratch = &mut *lock(&self.scratch);
        let blocks = y.chunks_mut(self.block() * g.positions() * self.outputs);
        for (x, y) in x.chunks(self.block() * g.image()).zip(blocks) {
            let patches = self.unfold(x, &mut scratch.padded, &mut scratch.patches);
            matrix::matmul(y, patches, weight.t(), false);
            self.fused.activate(y, &shifted);
        }
        Ok((CpuStorage::F32(y), Shape::from((n, out_height, out_width, self.outputs))))
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
        let dx = self.backward(x, weight, y, gradient).map_err(candle_core::Error::wrap)?;
        Ok((dx, None, None))
    }
}

#[cfg(test)]
#[path = "conv_tests.rs"]
mod tests;
