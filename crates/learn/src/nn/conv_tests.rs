//! The fused convolution against candle's own and against finite differences.

use candle_core::Var;

use super::*;
use crate::gains::Gain;
use crate::nn::{Gradients, Init, testing};
use base::rng::Streams;

const GEOMETRY: Geometry = Geometry { height: 5, width: 4, channels: 2, kernel: 3, padding: 1, stride: 1 };

fn layer(activation: Activation, geometry: Geometry) -> (Parameters, Conv) {
    let mut parameters = Parameters::default();
    let mut random = Streams::new(1).get("conv");
    let conv = Conv::new(&mut parameters, 0, geometry, 3, activation, Init::default(), &mut random);
    (parameters, conv.expect("layer"))
}

fn gains() -> [LayerGain; 3] {
    let whole = LayerGain { slope: Gain::Layer(1.7), bias: Gain::Layer(-0.1), ..LayerGain::default() };
    let channels = LayerGain {
        slope: Gain::Units(vec![0.5, 2.0, 1.3].into()),
        bias: Gain::Units(vec![0.1, -0.2, 0.3].into()),
        ..LayerGain::default()
    };
    [LayerGain::default(), whole, channels]
}

/// The same from candle's own ops, which want channels first.
fn plain(conv: &Conv, x: &Tensor, gain: &LayerGain) -> Result<Tensor> {
    let vector = |values: Option<Vec<f32>>, neutral: f32| -> Result<Tensor> {
        let values = values.unwrap_or_else(|| vec![neutral; conv.outputs]);
        Ok(Tensor::from_vec(values, conv.outputs, x.device())?)
    };
    let weight = conv.weight.var.permute((0, 3, 1, 2))?.contiguous()?;
    let z = x
        .permute((0, 3, 1, 2))?
        .contiguous()?
        .conv2d(&weight, conv.geometry.padding, conv.geometry.stride, 1, 1)?
        .permute((0, 2, 3, 1))?
        .broadcast_mul(&vector(gain.slope.expand(conv.outputs)?, 1.0)?)?
        .broadcast_add(&conv.bias.var)?
        .broadcast_add(&vector(gain.bias.expand(conv.outputs)?, 0.0)?)?;
    Ok(match conv.activation {
        Activation::Relu => z.relu()?,
        Activation::Tanh => z.tanh()?,
        _ => z,
    })
}

#[test]
fn forward_and_all_gradients_equal_candles_convolution() {
    let geometries = [
        GEOMETRY,
        Geometry { channels: 1, ..GEOMETRY },
        Geometry { kernel: 1, padding: 0, ..GEOMETRY },
        Geometry { kernel: 2, padding: 0, ..GEOMETRY },
        Geometry { stride: 2, width: 5, ..GEOMETRY },
        Geometry { kernel: 5, padding: 2, ..GEOMETRY },
    ];
    for geometry in geometries {
        for activation in [Activation::Identity, Activation::Relu, Activation::Tanh] {
            for gain in gains() {
                let (parameters, conv) = layer(activation, geometry);
                let shape = [3, geometry.height, geometry.width, geometry.channels];
                let x = Var::from_tensor(&testing::uniform(&shape, "x")).expect("var");
                let outputs = [conv.forward(x.as_tensor(), &gain, true), plain(&conv, x.as_tensor(), &gain)];
                let [ours, theirs] = outputs.map(|y| {
                    let y = y.expect("forward");
                    let weights = testing::uniform(y.dims(), "loss");
                    let loss = (&y * &weights).and_then(|l| l.sum_all()).expect("loss");
                    let mut gradients = Gradients::default();
                    parameters.backward(&loss, &mut gradients).expect("backward");
                    let store = loss.backward().expect("backward");
                    let values = |t: &Tensor| read(&t.contiguous().expect("contiguous"), <[f32]>::to_vec);
                    gradients.buffers.push(values(store.get(x.as_tensor()).expect("tracked")).expect("read"));
                    gradients.buffers.push(values(&y).expect("read"));
                    gradients
                });
                for (ours, theirs) in ours.buffers.iter().zip(&theirs.buffers) {
                    testing::assert_close(ours, theirs, 1e-5);
                }
            }
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    for gain in gains() {
        let (parameters, conv) = layer(Activation::Tanh, GEOMETRY);
        let x = testing::uniform(&[2, 5, 4, 2], "x");
        testing::check_gradients(&parameters, 1e-2, || {
            Ok(conv.forward(&x, &gain, true)?.sqr()?.sum_all()?)
        });
    }
}

#[test]
fn a_batch_of_many_blocks_equals_its_samples_one_by_one() {
    let geometry = Geometry { height: 24, width: 24, channels: 8, kernel: 3, padding: 1, stride: 1 };
    let (_, conv) = layer(Activation::Relu, geometry);
    let op_block = BLOCK / (geometry.positions() * geometry.patch());
    let x = testing::uniform(&[2 * op_block + 1, 24, 24, 8], "x");
    let values = |x: &Tensor| {
        let y = conv.forward(x, &LayerGain::default(), false).expect("forward");
        read(&y, <[f32]>::to_vec).expect("read")
    };
    let together = values(&x);
    for n in 0..x.dim(0).expect("n") {
        let one = values(&x.narrow(0, n, 1).expect("narrow").contiguous().expect("contiguous"));
        testing::assert_close(&one, &together[n * one.len()..(n + 1) * one.len()], 1e-6);
    }
}

#[test]
fn a_kernel_that_does_not_fit_is_refused_with_what_is_allowed() {
    let mut random = Streams::new(1).get("conv");
    let geometry = Geometry { kernel: 9, ..GEOMETRY };
    let conv =
        Conv::new(&mut Parameters::default(), 0, geometry, 3, Activation::Relu, Init::default(), &mut random);
    let error = conv.expect_err("too large").to_string();
    assert!(error.contains("`kernel` = 9") && error.contains("at most 6"), "{error}");
}
