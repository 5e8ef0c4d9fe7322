//! A fused plain recurrent layer: h_t = φ(g ∘ (W x_t + U h_{t−1}) + b + h), h_0 = 0, with slope gain g and bias shift h
//! per unit, the same at every step. Backward is back-propagation through all steps.

use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};
use rand::Rng;

use super::fused::{Fused, accumulate, accumulate_row_sum, refuse_second_order};
use super::kernel::{self, Activation, Matrix};
use super::parameters::{Parameter, Parameters, Role, SharedSlot, contiguous, lock, read};
use crate::error::Result;
use crate::modulation::LayerGain;

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
        init: super::Init,
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
                accumulate(&self.slots[0], |sum, add| kernel::matmul(sum, matrix.t(), input, add));
                if wanted {
                    let rows = dx.chunks_exact_mut(self.steps * self.inputs);
                    kernel::matmul(&mut dx_step, matrix, Matrix::new(w, units, self.inputs), false);
                    for (row, own) in rows.zip(dx_step.chunks_exact(self.inputs)) {
                        row[step * self.inputs..(step + 1) * self.inputs].copy_from_slice(own);
                    }
                }
                if step > 0 {
                    let before = Matrix::new(state(step - 1), n, units);
                    accumulate(&self.slots[1], |sum, add| kernel::matmul(sum, matrix.t(), before, add));
                    kernel::matmul(&mut earlier, matrix, u, false);
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
        let weight = Matrix::new(contiguous(weight, weight_layout)?, units, self.inputs);
        let recurrent = Matrix::new(contiguous(recurrent, recurrent_layout)?, units, units);
        let shifted = self.fused.shifted(&self.bias);
        let mut states = vec![0.0; steps * n * units];
        for step in 0..steps {
            let (before, now) = states.split_at_mut(step * n * units);
            let now = &mut now[..n * units];
            kernel::matmul(now, self.input(x, step, n), weight.t(), false);
            if step > 0 {
                let before = Matrix::new(&before[(step - 1) * n * units..], n, units);
                kernel::matmul(now, before, recurrent.t(), true);
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
mod tests {
    use candle_core::Var;

    use super::*;
    use crate::modulation::Gain;
    use crate::nn::{Gradients, Init, testing};
    use crate::rng::Streams;

    fn layer(activation: Activation) -> (Parameters, Recurrent) {
        let mut parameters = Parameters::default();
        let mut random = Streams::new(1).get("rnn");
        let sizes = [5, 3, 4];
        let layer = Recurrent::new(&mut parameters, 0, sizes, activation, Init::default(), &mut random);
        (parameters, layer.expect("layer"))
    }

    fn gains() -> [LayerGain; 2] {
        let units = LayerGain {
            slope: Gain::Units(vec![0.5, 2.0, 1.3, 0.9].into()),
            bias: Gain::Units(vec![0.1, -0.2, 0.0, 0.3].into()),
        };
        [LayerGain::default(), units]
    }

    /// The same from candle's own ops.
    fn plain(layer: &Recurrent, x: &Tensor, gain: &LayerGain) -> Result<Tensor> {
        let vector = |values: Option<Vec<f32>>, neutral: f32| -> Result<Tensor> {
            let values = values.unwrap_or_else(|| vec![neutral; layer.units]);
            Ok(Tensor::from_vec(values, layer.units, x.device())?)
        };
        let slope = vector(gain.slope.expand(layer.units)?, 1.0)?;
        let shift = vector(gain.bias.expand(layer.units)?, 0.0)?;
        let mut state = Tensor::zeros((x.dim(0)?, layer.units), candle_core::DType::F32, x.device())?;
        for step in 0..layer.steps {
            let input = x.narrow(1, step * layer.inputs, layer.inputs)?.contiguous()?;
            let z = (input.matmul(&layer.weight.var.t()?)? + state.matmul(&layer.recurrent.var.t()?)?)?;
            let z = z.broadcast_mul(&slope)?.broadcast_add(&layer.bias.var)?.broadcast_add(&shift)?;
            state = if layer.activation == Activation::Relu { z.relu()? } else { z.tanh()? };
        }
        Ok(state)
    }

    #[test]
    fn the_last_state_and_all_gradients_equal_the_plain_ops() {
        for activation in [Activation::Relu, Activation::Tanh] {
            for gain in gains() {
                let (parameters, layer) = layer(activation);
                let x = Var::from_tensor(&testing::uniform(&[6, 15], "x")).expect("var");
                let outputs =
                    [layer.forward(x.as_tensor(), &gain, true), plain(&layer, x.as_tensor(), &gain)];
                let [ours, theirs] = outputs.map(|y| {
                    let y = y.expect("forward");
                    let weights = testing::uniform(&[6, 4], "loss");
                    let loss = (&y * &weights).and_then(|l| l.sum_all()).expect("loss");
                    let mut gradients = Gradients::default();
                    parameters.backward(&loss, &mut gradients).expect("backward");
                    let store = loss.backward().expect("backward");
                    let values = |t: &Tensor| read(t, <[f32]>::to_vec).expect("read");
                    gradients.buffers.push(values(store.get(x.as_tensor()).expect("tracked")));
                    gradients.buffers.push(values(&y));
                    gradients
                });
                for (ours, theirs) in ours.buffers.iter().zip(&theirs.buffers) {
                    testing::assert_close(ours, theirs, 1e-5);
                    assert!(ours.iter().any(|v| *v != 0.0));
                }
            }
        }
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        for gain in gains() {
            let (parameters, layer) = layer(Activation::Tanh);
            let x = testing::uniform(&[6, 15], "x");
            testing::check_gradients(&parameters, 1e-2, || {
                Ok(layer.forward(&x, &gain, true)?.sqr()?.sum_all()?)
            });
        }
    }

    #[test]
    fn two_steps_of_one_unit_match_paper() {
        // identity, W = 2, U = 0.5, b = 1, x = (1, 3): h₁ = 3, h₂ = 6 + 1.5 + 1 = 8.5.
        let mut parameters = Parameters::default();
        let mut random = Streams::new(1).get("rnn");
        let init = Init::default();
        let layer = Recurrent::new(&mut parameters, 0, [2, 1, 1], Activation::Identity, init, &mut random)
            .expect("layer");
        parameters.restore(&[vec![2.0], vec![0.5], vec![1.0]]).expect("restore");
        let x = Tensor::from_vec(vec![1.0f32, 3.0], (1, 2), &candle_core::Device::Cpu).expect("x");
        let y = layer.forward(&x, &LayerGain::default(), false).expect("forward");
        assert_eq!(read(&y, <[f32]>::to_vec).expect("read"), [8.5]);
        assert_eq!(layer.multiply_adds(), 2 + 1);
    }
}
