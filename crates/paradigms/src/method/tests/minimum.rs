//! Where training ends: with the penalty's gradient in the minimum of loss + penalty, under every optimiser; with the
//! proximal step only under SGD.

use super::*;
use crate::method::METHODS;
use contract::of_kind;
use learn::optim::{Kind, OptimiserSpec, UpdateContext};

/// Curvature of the loss ½ a ‖θ − 1‖².
const CURVATURE: f32 = 4.0;
/// λ; the pull is towards 0, where the source ended.
const LAMBDA: f32 = 2.0;

/// Parameters of a shared and of the output layer after long training on the convex loss with the penalty.
fn end(kind: &str, proximal: bool, optimiser: Kind) -> [f32; 2] {
    let mut toy = toy();
    toy.model = Mlp::new(&[2, 3, 4], Activation::Relu, Init::default(), &toy.streams).expect("model");
    let parameters = toy.model.parameters();
    let zero: Vec<Vec<f32>> =
        parameters.snapshot().expect("snapshot").iter().map(|b| vec![0.0; b.len()]).collect();
    parameters.restore(&zero).expect("restore");
    let mut term = Toy::term(kind, &json!({ "lambda": LAMBDA, "proximal": proximal }));
    assert_eq!(term.proximal, proximal, "the preset decides which form it is");
    toy.tell(&mut term, Event::TaskEnd { index: 0 }).expect("event");
    let spec = OptimiserSpec { kind: optimiser, rate: 0.01, weight_decay: 0.0, ..OptimiserSpec::default() };
    let mut chain = spec.build();
    let gains = Gains::default();
    for _ in 0..4000 {
        let mut gradients = Gradients::zeros(parameters);
        let values = parameters.snapshot().expect("snapshot");
        for (gradient, value) in gradients.buffers.iter_mut().flatten().zip(values.iter().flatten()) {
            *gradient = CURVATURE * (value - 1.0);
        }
        let mut pulls = Vec::new();
        if proximal {
            pulls.extend(term.term.proximal(term.weight));
        } else {
            term.term.add_gradient(parameters, term.weight, &mut gradients).expect("gradient");
        }
        chain.step(&mut gradients, &UpdateContext { parameters, gains: &gains }, &pulls).expect("step");
    }
    let values = parameters.snapshot().expect("snapshot");
    [values[0][0], values[3][0]]
}

#[test]
fn the_gradient_form_ends_in_the_minimum_of_loss_and_penalty_whatever_the_optimiser() {
    // a (θ − 1) + λ θ = 0: θ = a/(a + λ) = 2/3. The output layer of L2-SP is free: 1.
    for optimiser in [Kind::Sgd, Kind::Momentum, Kind::Adam] {
        for (kind, output) in [("l2-sp", 1.0), ("l2", 2.0 / 3.0)] {
            let [shared, last] = end(kind, false, optimiser);
            assert!(
                (shared - 2.0 / 3.0).abs() < 1e-3 && (last - output).abs() < 1e-3,
                "{kind} {optimiser:?}: {shared} {last}"
            );
        }
    }
}

#[test]
fn the_proximal_form_ends_there_under_sgd_alone() {
    // Momentum sums 1/(1 − μ) = 10 gradients per step against one pull: 40 (θ − 1) + 2 θ = 0, θ = 20/21. Adam's
    // first moment over the root of its second is −1 for a constant gradient: −1 + λ θ = 0, θ = ½ for any curvature.
    for (optimiser, expected) in [(Kind::Sgd, 2.0 / 3.0), (Kind::Momentum, 20.0 / 21.0), (Kind::Adam, 0.5)] {
        for kind in ["l2-sp", "l2"] {
            let [shared, _] = end(kind, true, optimiser);
            assert!((shared - expected).abs() < 0.01, "{kind} {optimiser:?}: {shared}");
        }
    }
}

#[test]
fn every_pull_is_a_gradient_unless_its_preset_says_otherwise() {
    for kind in ["l2", "l2-sp", "ewc", "online-ewc", "si", "mas"] {
        assert!(!Toy::term(kind, &json!({})).proximal, "{kind}");
        let line =
            of_kind(METHODS, kind).expect("known").info.parameters.iter().find(|p| p.name == "proximal");
        assert!(
            line.is_some_and(|line| line.default == "false" && line.meaning.contains("under SGD alone")),
            "{kind}"
        );
    }
}
