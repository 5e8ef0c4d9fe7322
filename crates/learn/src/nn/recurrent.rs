//! A fused plain recurrent layer: h_t = φ(g ∘ (W x_t + r U h_{t−1}) + b + h), h_0 = 0, with slope gain g and bias shift h
//! per unit and a gain r on the recurrent weights, the same at every step. Backward is back-propagation through all steps.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};
use rand::Rng;

use super::fused::{Fused, accumulate, accumulate_row_sum, refuse_second_order};
use super::parameters::{Parameter, Parameters, Role, SharedSlot, contiguous, lock, read};
use crate::error::Result;
use crate::gains::LayerGain;
use numeric::matrix::{self, Matrix};
use numeric::{Activation, elementwise};

/// A recurrent layer that returns its last state.
#[derive(Debug)]
pub struct Recurrent {
    /// W, units × inputs.
    pub weight: Parameter,
    /// U, units × units.
    pub recurrent: Parameter,
    pub bias: Parameter,
    /// Features per step.
    pub inputs: usize,
    pub units: usize,
    /// Steps of a sequence, at least 1.
    pub steps: usize,
    pub activation: Activation,
}

impl Recurrent {
    /// Registers `layer{index}/weight`, `layer{index}/recurrent` and `layer{index}/bias`.
    ///
    /// # Errors
    /// Engine errors.
    pub fn new(
        parameters: &mut Parameters,
        layer: usize,
        [steps, inputs, units]: [usize; 3],
        activation: Activation,
        init: super::init::Init,
        random: &mut impl Rng,
    ) -> Result<Self> {
        let (weight, bias) = init.dense(inputs, units, random);
        let (recurrent, _) = init.dense(units, units, random);
        let name = format!("layer{layer}");
        Ok(Self {
            weight: parameters.add(
                &format!("{name}/weight"),
                layer,
                Role::Weight,
                &[units, inputs],
                weight,
            )?,
            recurrent: parameters.add(
                &format!("{name}/recurrent"),
                layer,
                Role::Weight,
                &[units, units],
                recurrent,
            )?,
            bias: parameters.add(&format!("{name}/bias"), layer, Role::Bias, &[units], bias)?,
            inputs,
            units,
            steps,
            activation,
        })
    }

    /// x (n × steps·inputs, contiguous) → last state (n × units). `tracked` false builds no graph.
    ///
    /// # Errors
    /// Shape errors from the engine.
    pub fn forward(&self, x: &Tensor, gain: &LayerGain, tracked: bool) -> Result<Tensor> {
        let op = RecurrentOp {
            steps: self.steps,
            inputs: self.inputs,
            fused: Fused::new(gain, self.units, self.activation)?,
            recurrence: gain.recurrent.unwrap_or(1.0),
            bias: read(&self.bias.var, <[f32]>::to_vec)?,
            slots: [self.weight.slot.clone(), self.recurrent.slot.clone(), self.bias.slot.clone()],
            states: Mutex::default(),
        };
        let (weight, recurrent) = (self.weight.var.as_tensor(), self.recurrent.var.as_tensor());
        Ok(if tracked {
            x.apply_op3(weight, recurrent, op)?
        } else {
            x.apply_op3_no_bwd(weight, recurrent, &op)?
        })
    }

    /// Multiply–adds of one forward pass per sample.
    pub fn multiply_adds(&self) -> u64 {
        let later = self.steps.saturating_sub(1) * self.units * self.units;
        (self.steps * self.inputs * self.units + later) as u64
    }
}

struct RecurrentOp {
    steps: usize,
    inputs: usize,
    fused: Fused,
    /// r.
    recurrence: f32,
    bias: Vec<f32>,
    /// Gradient buffers of W, U and the bias.
    slots: [SharedSlot; 3],
    /// steps × n × units, from the forward pass.
    states: Mutex<Arc<Vec<f32>>>,
}

impl RecurrentOp {
    /// The features of one step, n × inputs.
    fn input<'a>(&self, x: &'a [f32], step: usize, n: usize) -> Matrix<'a> {
        Matrix::strided(&x[step * self.inputs..], n, self.inputs, self.steps * self.inputs)
    }

    /// r h.
    fn recurring<'a>(&self, state: &'a [f32]) -> Cow<'a, [f32]> {
        if self.recurrence == 1.0 {
            return Cow::Borrowed(state);
        }
        Cow::Owned(state.iter().map(|h| self.recurrence * h).collect())
    }

    fn backward(
        &self,
        x: &Tensor,
        weight: &Tensor,
        recurrent: &Tensor,
        gradient: &Tensor,
    ) -> Result<Vec<f32>> {
        let n = x.dim(0)?;
        let units = self.bias.len();
        let states = lock(&self.states).clone();
        let mut delta = read(&gradient.contiguous()?, <[f32]>::to_vec)?;
        let mut earlier = vec![0.0; n * units];
        let wanted = x.track_op() || x.is_variable();
        let mut dx = vec![0.0; if wanted { x.elem_count() } else { 0 }];
        let mut dx_step = vec![0.0; if wanted { n * self.inputs } else { 0 }];
        let mut run = |x: &[f32], w: &[f32], u: &[f32]| {
            let u = Matrix::new(u, units, units);
            for step in (0..self.steps).rev() {
                let state = |step: usize| &states[step * n * units..(step + 1) * n * units];
                self.fused.to_pre_activation(&mut delta, state(step));
                accumulate_row_sum(&self.slots[2], &delta);
                self.fused.to_weighted_input(&mut delta);
                let matrix = Matrix::new(&delta, n, units);
                let input = self.input(x, step, n);
                accumulate(&self.slots[0], |sum, add| matrix::matmul(sum, matrix.t(), input, add));
                if wanted {
                    let rows = dx.chunks_exact_mut(self.steps * self.inputs);
                    matrix::matmul(&mut dx_step, matrix, Matrix::new(w, units, self.inputs), false);
                    for (row, own) in rows.zip(dx_step.chunks_exact(self.inputs)) {
                        row[step * self.inputs..(step + 1) * self.inputs].copy_from_slice(own);
                    }
                }
                if step > 0 {
                    let before = self.recurring(state(step - 1));
                    let before = Matrix::new(&before, n, units);
                    accumulate(&self.slots[1], |sum, add| matrix::matmul(sum, matrix.t(), before, add));
                    matrix::matmul(&mut earlier, matrix, u, false);
                    if self.recurrence != 1.0 {
                        earlier.iter_mut().for_each(|value| *value *= self.recurrence);
                    }
                    std::mem::swap(&mut delta, &mut earlier);
                }
            }
        };
        read(x, |x| read(weight, |w| read(recurrent, |u| run(x, w, u))))???;
        Ok(dx)
    }
}

impl CustomOp3 for RecurrentOp {
    fn name(&self) -> &'static str {
        "fused-recurrence"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        recurrent: &CpuStorage,
        recurrent_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, features) = x_layout.shape().dims2()?;
        let (units, steps) = (self.bias.len(), self.steps);
        if features != steps * self.inputs || steps == 0 {
            candle_core::bail!("recurrence over {steps} steps of {} got {features}", self.inputs);
        }
        let x = contiguous(x, x_layout)?;
        // Turned round once for all steps: products of a transpose are slow.
        let weight = elementwise::transposed(contiguous(weight, weight_layout)?, self.inputs);
        let weight = Matrix::new(&weight, self.inputs, units);
        let recurrent = elementwise::transposed(contiguous(recurrent, recurrent_layout)?, units);
        let recurrent = Matrix::new(&recurrent, units, units);
        let shifted = self.fused.shifted(&self.bias);
        let mut states = vec![0.0; steps * n * units];
        for step in 0..steps {
            let (before, now) = states.split_at_mut(step * n * units);
            let now = &mut now[..n * units];
            matrix::matmul(now, self.input(x, step, n), weight, false);
            if step > 0 {
                let before = self.recurring(&before[(step - 1) * n * units..]);
                matrix::matmul(now, Matrix::new(&before, n, units), recurrent, true);
            }
            self.fused.activate(now, &shifted);
        }
        let last = states[(steps - 1) * n * units..].to_vec();
        *lock(&self.states) = Arc::new(states);
        Ok((CpuStorage::F32(last), Shape::from((n, units))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        recurrent: &Tensor,
        _last: &Tensor,
        gradient: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        refuse_second_order(self.name())?;
        let dx = self.backward(x, weight, recurrent, gradient).map_err(candle_core::Error::wrap)?;
        let dx = if dx.is_empty() { None } else { Some(Tensor::from_vec(dx, x.shape(), x.device())?) };
        Ok((dx, None, None))
    }
}

#[cfg(test)]
#[path = "recurrent_tests.rs"]
mod tests;
