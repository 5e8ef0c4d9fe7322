use super::*;
use crate::gains::Gain;
use crate::nn::{Gradients, Init, testing};

fn layer(activation: Activation) -> (Parameters, Dense, Tensor) {
    let mut parameters = Parameters::default();
    let mut random = Streams::new(1).get("dense");
    let dense =
        Dense::new(&mut parameters, 0, [5, 4], activation, Init::default(), &mut random).expect("layer");
    (parameters, dense, testing::uniform(&[3, 5], "x"))
}

fn gains() -> [LayerGain; 2] {
    let unit = LayerGain {
        slope: Gain::Units(vec![0.5, 2.0, 1.3, 0.9].into()),
        bias: Gain::Units(vec![0.1, -0.2, 0.0, 0.3].into()),
        ..LayerGain::default()
    };
    [LayerGain::default(), unit]
}

#[test]
fn forward_and_backward_equal_the_plain_ops() {
    for activation in [Activation::Identity, Activation::Relu, Activation::Tanh, Activation::Sigmoid] {
        for gain in gains() {
            let (parameters, dense, x) = layer(activation);
            let weights = testing::uniform(&[3, 4], "loss");
            let mut gradients = [Gradients::default(), Gradients::default()];
            let outputs = [dense.forward(&x, &gain, true), dense.forward_plain(&x, &gain)];
            for (y, gradients) in outputs.iter().zip(&mut gradients) {
                let loss = (y.as_ref().expect("forward") * &weights).and_then(|l| l.sum_all()).expect("loss");
                parameters.backward(&loss, gradients).expect("backward");
            }
            for (fused, plain) in gradients[0].buffers.iter().zip(&gradients[1].buffers) {
                testing::assert_close(fused, plain, 1e-5);
            }
            assert!(gradients[0].norm() > 0.0);
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences() {
    for gain in gains() {
        let (parameters, dense, x) = layer(Activation::Tanh);
        testing::check_gradients(&parameters, 1e-2, || {
            Ok(dense.forward(&x, &gain, true)?.sqr()?.sum_all()?)
        });
    }
}

#[test]
fn the_input_gradient_flows_where_it_is_asked_for() {
    let (_, dense, x) = layer(Activation::Tanh);
    let x = candle_core::Var::from_tensor(&x).expect("var");
    let gain = &gains()[1];
    let gradient = |y: Result<Tensor>| {
        let loss = y.expect("forward").sum_all().expect("sum");
        let store = loss.backward().expect("backward");
        read(store.get(x.as_tensor()).expect("tracked"), <[f32]>::to_vec).expect("read")
    };
    let fused = gradient(dense.forward(x.as_tensor(), gain, true));
    let plain = gradient(dense.forward_plain(x.as_tensor(), gain));
    testing::assert_close(&fused, &plain, 1e-5);
}
