//! The fused recurrence against candle's own ops, finite differences and paper.

use candle_core::Var;

use super::*;
use crate::gains::Gain;
use crate::nn::{Gradients, Init, testing};
use base::rng::Streams;

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
        ..LayerGain::default()
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
            let outputs = [layer.forward(x.as_tensor(), &gain, true), plain(&layer, x.as_tensor(), &gain)];
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
