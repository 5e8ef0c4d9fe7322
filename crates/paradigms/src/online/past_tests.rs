//! Terms of the past against sums worked out by hand.

use super::*;
use base::rng::Streams;
use learn::gains::Gains;
use learn::nn::{Gradients, Init, Mlp, Model};
use learn::objective::{Objective, Weighted};
use numeric::Activation;

/// One input, two classes, all parameters 0: every probability is ½, so a sample (x, label 0) has the loss ln 2
/// and the weight gradient (−½ x, ½ x).
fn zero_network() -> Mlp {
    let model = Mlp::new(&[1, 2], Activation::Relu, Init::default(), &Streams::new(1)).expect("model");
    model.parameters().restore(&[vec![0.0; 2], vec![0.0; 2]]).expect("restore");
    model
}

fn batch(xs: &[f32], label: u32) -> Batch {
    Batch {
        inputs: Tensor::from_slice(xs, (xs.len(), 1), &Device::Cpu).expect("tensor"),
        targets: vec![label; xs.len()],
        active: Active::All,
        task: None,
        extra: learn::stream::Extra::None,
    }
}

#[test]
fn law_9_equation_7_over_a_window_equals_the_sum_computed_by_hand() {
    // W = 3, γ = ½. z₁ leaves the window; z₂ = {4}, z₃ = {1, 3} with mean loss, z₄ = {10}, label 0 but for z₂.
    // Gradient of class 0's weight: λ₄·(−½·10) + λ₃·(−½·2) + λ₂·(+½·4) = −5 − ½·1 + ¼·2 = −5.
    let (model, gains) = (zero_network(), Gains::default());
    let mut objective = Objective::new(vec![Weighted::new(1.0, Window::new(3, 0.5))]);
    for (xs, label) in [(&[100.0][..], 0), (&[4.0], 1), (&[1.0, 3.0], 0)] {
        objective.after_batch(&batch(xs, label)).expect("kept");
    }
    let mut gradients = Gradients::zeros(model.parameters());
    objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
    let weight = &gradients.buffers[0];
    assert!((weight[0] + 5.0).abs() < 1e-5 && (weight[1] - 5.0).abs() < 1e-5, "{weight:?}");
    // Biases: −½·1 − ½·½ + ½·¼ = −0.625.
    assert!((gradients.buffers[1][0] + 0.625).abs() < 1e-6, "{:?}", gradients.buffers[1]);
    // The value of the older summands: (½ + ¼) ln 2; with the newest it is 1.75 ln 2.
    let mut window = Window::new(3, 0.5);
    for (xs, label) in [(&[4.0][..], 1), (&[1.0, 3.0], 0)] {
        window.after_batch(&batch(xs, label)).expect("kept");
    }
    let newest = batch(&[10.0], 0);
    let logits = model.forward(&newest.inputs, &gains).expect("forward");
    let cx = StepContext { model: &model, batch: &newest, logits: &logits, gains: &gains };
    let older = window.forward(&cx).expect("forward").expect("a past").to_scalar::<f32>().expect("scalar");
    let newest = objective.statistics().loss;
    assert!((f64::from(older) - 0.75 * 2f64.ln()).abs() < 1e-6);
    assert!((newest + f64::from(older) - 1.75 * 2f64.ln()).abs() < 1e-6);
}

#[test]
fn a_window_without_discounted_past_is_plain_descent_bit_for_bit() {
    let (model, gains) = (zero_network(), Gains::default());
    let gradient = |terms| {
        let mut objective = Objective::new(terms);
        objective.after_batch(&batch(&[4.0], 1)).expect("kept");
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[0.3], 0), &gains, &mut gradients).expect("gradient");
        gradients.buffers
    };
    let plain = gradient(vec![]);
    assert_eq!(gradient(vec![Weighted::new(1.0, Window::new(10, 0.0))]), plain);
    assert_eq!(gradient(vec![Weighted::new(1.0, Window::new(1, 0.9))]), plain);
    assert_ne!(gradient(vec![Weighted::new(1.0, Window::new(2, 0.9))]), plain);
}

#[test]
fn a_gain_on_the_window_multiplies_the_whole_past() {
    let model = zero_network();
    let mut objective = Objective::new(vec![Weighted::new(1.0, Window::new(2, 0.5))]);
    objective.after_batch(&batch(&[4.0], 0)).expect("kept");
    let gains = Gains { terms: [("window".to_owned(), 3.0)].into(), ..Gains::default() };
    let mut gradients = Gradients::zeros(model.parameters());
    objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
    // −½·10 − 3·½·½·4 = −8.
    assert!((gradients.buffers[0][0] + 8.0).abs() < 1e-5, "{:?}", gradients.buffers[0]);
}

#[test]
fn gains_on_discount_and_length_change_the_horizon_and_nothing_at_one() {
    let model = zero_network();
    let weight = |discount: f32, window: f32| {
        let mut objective = Objective::new(vec![Weighted::new(1.0, Window::new(3, 0.25))]);
        for x in [8.0, 4.0] {
            objective.after_batch(&batch(&[x], 0)).expect("kept");
        }
        let gains = Gains { discount, window, ..Gains::default() };
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
        gradients.buffers[0][0]
    };
    // −½·10 − γ·½·4 − γ²·½·8: with γ = ¼ −5.75; a horizon twice as long makes γ ½: −7; of no length: −5.
    for (discount, expected) in [(1.0, -5.75), (2.0, -7.0), (0.0, -5.0)] {
        assert!((weight(discount, 1.0) - expected).abs() < 1e-5, "{discount}");
    }
    // Of three mini-batches two count at ⅔ (and at 0.6, rounded), one at ⅓ and below, never more than all.
    for (window, expected) in [(0.67, -5.5), (0.6, -5.5), (0.34, -5.0), (0.0, -5.0), (9.0, -5.75)] {
        assert!((weight(1.0, window) - expected).abs() < 1e-5, "{window}");
    }
    assert_eq!(Window::new(3, 0.9).stretched(1.0).to_bits(), 0.9f32.to_bits());
}

#[test]
fn replay_of_one_remembered_sample_equals_the_sum_computed_by_hand() {
    // Whatever is drawn, it is x = 4 with label 1: −½·10 + 0.5·½·4 = −4.
    let model = zero_network();
    let term = Replay::new(1, 7, Streams::new(1).fast("replay"));
    let mut objective = Objective::new(vec![Weighted::new(0.5, term)]);
    objective.after_batch(&batch(&[100.0], 0)).expect("kept");
    objective.after_batch(&batch(&[4.0], 1)).expect("kept");
    let mut gradients = Gradients::zeros(model.parameters());
    objective.gradient(&model, &batch(&[10.0], 0), &Gains::default(), &mut gradients).expect("gradient");
    assert!((gradients.buffers[0][0] + 4.0).abs() < 1e-5, "{:?}", gradients.buffers[0]);
    assert_eq!(objective.replay_bytes(), 8);
}

#[test]
fn a_gain_on_the_window_of_replay_draws_from_the_newest_alone() {
    let model = zero_network();
    let drawn = |window: f32| {
        let term = Replay::new(4, 50, Streams::new(1).fast("replay"));
        let mut objective = Objective::new(vec![Weighted::new(1.0, term)]);
        [100.0, 100.0, 100.0, 4.0].iter().for_each(|x| {
            objective.after_batch(&batch(&[*x], 1)).expect("kept");
        });
        let gains = Gains { window, ..Gains::default() };
        let mut gradients = Gradients::zeros(model.parameters());
        objective.gradient(&model, &batch(&[10.0], 0), &gains, &mut gradients).expect("gradient");
        gradients.buffers[0][0]
    };
    // Of four mini-batches the newest alone, x = 4 with label 1: −½·10 + ½·4 = −3; else some of the others too.
    assert!((drawn(0.25) + 3.0).abs() < 1e-5 && (drawn(0.0) + 3.0).abs() < 1e-5, "{}", drawn(0.25));
    assert!(drawn(0.5) > 3.0 && drawn(1.0) > drawn(0.5));
}
