//! Laws of the engine that hold for every network.

use candle_core::{Device, Tensor};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::learn::gains::{Gain, Gains, LayerGain};
use neuromod_bench::learn::nn::{Active, Gradients, Init, MlpSpec, Model, ModelSpec, Role, cross_entropy};
use neuromod_bench::learn::optim::{Kind, OptimiserSpec, UpdateContext};
use proptest::prelude::*;
use rand::RngExt;

const SHAPE: [usize; 3] = [1, 8, 8];
const BATCH: usize = 16;

fn models() -> Vec<ModelSpec> {
    let read = |text: &str| serde_json::from_str(text).expect("a model");
    vec![
        read(r#"{"kind": "mlp", "hidden": [12, 9]}"#),
        read(r#"{"kind": "mlp", "hidden": [12], "activation": "tanh"}"#),
        read(r#"{"kind": "cnn", "channels": [3, 4], "hidden": [7]}"#),
        read(r#"{"kind": "rnn", "units": 11, "hidden": [5]}"#),
    ]
}

fn batch(seed: u64, step: usize) -> (Tensor, Vec<u32>) {
    let mut random = Streams::new(seed).fast(&format!("batch{step}"));
    let x: Vec<f32> = (0..BATCH * 64).map(|_| random.random_range(0.0..1.0)).collect();
    let labels = (0..BATCH).map(|_| random.random_range(0..10)).collect();
    (Tensor::from_vec(x, (BATCH, 64), &Device::Cpu).expect("x"), labels)
}

/// Trains for some steps and returns every loss and the final parameters.
fn train(
    model: &dyn Model,
    optimiser: &OptimiserSpec,
    gains: &Gains,
    frozen: Vec<bool>,
    seed: u64,
    steps: usize,
) -> (Vec<f64>, Vec<Vec<f32>>) {
    let mut chain = optimiser.build();
    chain.frozen = frozen;
    let (mut gradients, mut losses) = (Gradients::default(), Vec::new());
    let parameters = model.parameters();
    for step in 0..steps {
        let (x, labels) = batch(seed, step);
        let logits = model.forward(&x, gains).expect("forward");
        let (loss, statistics) =
            cross_entropy(&logits, &labels, &Active::All, gains.temperature).expect("loss");
        losses.push(statistics.loss);
        parameters.backward(&loss, &mut gradients).expect("backward");
        chain.step(&mut gradients, &UpdateContext { parameters, gains }, &[]).expect("step");
    }
    (losses, parameters.snapshot().expect("snapshot"))
}

fn bits(parameters: &[Vec<f32>]) -> Vec<Vec<u32>> {
    parameters.iter().map(|values| values.iter().map(|value| value.to_bits()).collect()).collect()
}

/// Unit slope and zero shift for every layer, at one of the scopes a gain can have.
fn neutral(units: &[usize], scope: usize) -> Gains {
    let layer = |units: usize| {
        let each = |value: f32| match scope {
            0 => Gain::Layer(value),
            1 => Gain::Units(vec![value; units].into()),
            _ => Gain::None,
        };
        LayerGain { slope: each(1.0), bias: each(0.0), ..LayerGain::default() }
    };
    Gains { layers: units.iter().map(|units| layer(*units)).collect(), ..Gains::default() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn neutral_gains_train_every_network_bit_for_bit_like_none(
        seed in 0u64..1000, scope in 0usize..3, kind in 0usize..4, rate in 1e-3f32..0.1,
    ) {
        let kind = [Kind::Sgd, Kind::Momentum, Kind::Adagrad, Kind::Adam, Kind::Adamw][kind];
        let optimiser = OptimiserSpec { kind, rate, ..OptimiserSpec::default() };
        for spec in models() {
            let build = || spec.build(SHAPE, 10, &Streams::new(seed)).expect("model");
            let (plain, gained) = (build(), build());
            let gains = neutral(&gained.layer_units(), scope);
            let (losses, parameters) = train(&*plain, &optimiser, &Gains::default(), vec![], seed, 6);
            let (gained_losses, gained_parameters) = train(&*gained, &optimiser, &gains, vec![], seed, 6);
            prop_assert_eq!(losses, gained_losses);
            prop_assert_eq!(bits(&parameters), bits(&gained_parameters));
        }
    }

    #[test]
    fn a_constant_slope_gain_under_sgd_is_scaled_initial_weights_and_a_squared_rate(
        seed in 0u64..1000, momentum in any::<bool>(),
    ) {
        // Bias-free ReLU layers; for g = 2 the two differ by exact powers of two, for g = 1.7 by rounding.
        let kind = if momentum { Kind::Momentum } else { Kind::Sgd };
        let spec = ModelSpec::Mlp(MlpSpec { hidden: vec![12, 9], init: Init::HeNormal, ..MlpSpec::default() });
        for (gain, tolerance) in [(2.0f32, 0.0f32), (1.7, 1e-5)] {
            let build = || spec.build(SHAPE, 10, &Streams::new(seed)).expect("model");
            let (gained, scaled) = (build(), build());
            let frozen: Vec<bool> = gained.parameters().iter().map(|p| p.role == Role::Bias).collect();
            let mut start = scaled.parameters().snapshot().expect("snapshot");
            start.iter_mut().flatten().for_each(|w| *w *= gain);
            scaled.parameters().restore(&start).expect("restore");
            let layers = vec![LayerGain { slope: Gain::Layer(gain), ..LayerGain::default() }; 3];
            let gains = Gains { layers, ..Gains::default() };
            let optimiser = |rate| OptimiserSpec { kind, rate, ..OptimiserSpec::default() };
            let rate = 1.0 / 512.0;
            let (losses, parameters) = train(&*gained, &optimiser(rate), &gains, frozen.clone(), seed, 10);
            let other = optimiser(rate * gain * gain);
            let (other_losses, other_parameters) =
                train(&*scaled, &other, &Gains::default(), frozen, seed, 10);
            for (a, b) in losses.iter().zip(&other_losses) {
                prop_assert!((a - b).abs() <= f64::from(tolerance) * a.abs(), "{} against {}", a, b);
            }
            for (a, b) in parameters.iter().flatten().zip(other_parameters.iter().flatten()) {
                prop_assert!((a * gain - b).abs() <= tolerance * b.abs().max(1.0), "{} against {}", a * gain, b);
            }
        }
    }
}

#[test]
fn every_tensor_of_every_network_gets_a_finite_non_zero_gradient_with_and_without_gains() {
    for spec in models() {
        let model = spec.build(SHAPE, 10, &Streams::new(5)).expect("model");
        let layer = LayerGain { slope: Gain::Layer(1.3), bias: Gain::Layer(0.1), ..LayerGain::default() };
        let gained = Gains { layers: vec![layer; model.layer_units().len()], ..Gains::default() };
        for gains in [Gains::default(), gained] {
            let (x, labels) = batch(5, 0);
            let logits = model.forward(&x, &gains).expect("forward");
            let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
            let mut gradients = Gradients::default();
            model.parameters().backward(&loss, &mut gradients).expect("backward");
            for (parameter, gradient) in model.parameters().iter().zip(&gradients.buffers) {
                assert!(gradient.iter().all(|g| g.is_finite()), "{}", parameter.name);
                assert!(gradient.iter().any(|g| *g != 0.0), "{} gets no gradient", parameter.name);
            }
        }
    }
}

#[test]
fn gains_change_what_every_layer_computes() {
    for spec in models() {
        let model = spec.build(SHAPE, 10, &Streams::new(5)).expect("model");
        let values = |gains: &Gains| {
            let (x, _) = batch(5, 0);
            let logits = model.infer(&x, gains).expect("infer");
            logits.flatten_all().and_then(|l| l.to_vec1::<f32>()).expect("values")
        };
        let plain = values(&Gains::default());
        for layer in 0..model.layer_units().len() {
            for (slope, bias) in [(Gain::Layer(1.5), Gain::None), (Gain::None, Gain::Layer(0.5))] {
                let mut gains = neutral(&model.layer_units(), 2);
                gains.layers[layer] = LayerGain { slope, bias, ..LayerGain::default() };
                assert_ne!(values(&gains), plain, "layer {layer} of {spec:?} ignores {gains:?}");
            }
        }
    }
}

#[test]
fn one_network_can_be_differentiated_twice_from_the_same_graph() {
    for spec in models() {
        let model = spec.build(SHAPE, 10, &Streams::new(5)).expect("model");
        let (x, labels) = batch(5, 0);
        let logits = model.forward(&x, &Gains::default()).expect("forward");
        let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
        let (mut first, mut second) = (Gradients::default(), Gradients::default());
        model.parameters().backward(&loss, &mut first).expect("backward");
        model.parameters().backward(&loss, &mut second).expect("backward");
        assert_eq!(first, second);
    }
}

#[test]
fn a_forward_pass_that_was_never_differentiated_does_not_disturb_the_next_one() {
    for spec in models() {
        let gradient = |disturbed: bool| {
            let model = spec.build(SHAPE, 10, &Streams::new(5)).expect("model");
            let (x, labels) = batch(5, 0);
            let logits = model.forward(&x, &Gains::default()).expect("forward");
            if disturbed {
                let (other, _) = batch(6, 1);
                model.forward(&other, &Gains::default()).expect("forward");
                model.infer(&other, &Gains::default()).expect("infer");
            }
            let (loss, _) = cross_entropy(&logits, &labels, &Active::All, 1.0).expect("loss");
            let mut gradients = Gradients::default();
            model.parameters().backward(&loss, &mut gradients).expect("backward");
            gradients
        };
        assert_eq!(gradient(true), gradient(false));
    }
}
