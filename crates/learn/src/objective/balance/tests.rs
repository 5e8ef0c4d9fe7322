use super::*;
use crate::nn::{Gradients, Parameters, Role};
use base::rng::Streams;

/// A trunk of two numbers, and heads of two.
fn parameters() -> Parameters {
    let mut parameters = Parameters::default();
    parameters.add("trunk", 0, Role::Weight, &[2], vec![0.0; 2]).expect("add");
    parameters.add("heads", 1, Role::Weight, &[2], vec![0.0; 2]).expect("add");
    parameters
}

fn gradient(trunk: [f32; 2], heads: [f32; 2]) -> Gradients {
    Gradients { buffers: vec![trunk.to_vec(), heads.to_vec()] }
}

#[test]
fn pcgrad_projects_what_conflicts_and_only_on_the_trunk() {
    // g1 = (1, 0), g2 = (−1, 1): g1·g2 = −1. g1 − (−1/2) g2 = (½, ½); g2 − (−1/1) g1 = (0, 1); sum (½, 3/2).
    let apart = [gradient([1.0, 0.0], [5.0, 0.0]), gradient([-1.0, 1.0], [0.0, 7.0])];
    let mut sum = Gradients::default();
    PcGrad::new(2, &Streams::new(1)).combine(&apart, &parameters(), &mut sum);
    assert_eq!(sum.buffers, [[0.5, 1.5], [5.0, 7.0]]);
    assert_eq!(conflict_rate(&apart, &parameters()), Some(1.0));
    // Without a conflict: the plain sum.
    let apart = [gradient([1.0, 0.0], [5.0, 0.0]), gradient([1.0, 1.0], [0.0, 7.0])];
    PcGrad::new(2, &Streams::new(1)).combine(&apart, &parameters(), &mut sum);
    assert_eq!(sum.buffers, [[2.0, 1.0], [5.0, 7.0]]);
    assert_eq!(conflict_rate(&apart, &parameters()), Some(0.0));
    assert_eq!(conflict_rate(&apart[..1], &parameters()), None);
}

#[test]
fn uncertainty_settles_where_sigma_squared_is_twice_the_loss() {
    // First step at L = 2, rate 0.1: s = 0.1 · (2 − ½) = 0.15, λ = e^{−0.15}. Fixed point e^{−s} L = ½: λ = 0.25.
    let mut rule = Uncertainty::new(&UncertaintySpec { rate: 0.1 }, 2);
    rule.observe(&[2.0, f64::NAN]);
    assert!((rule.weights()[0] - (-0.15f32).exp()).abs() < 1e-6 && rule.weights()[1] == 1.0);
    (0..1000).for_each(|_| rule.observe(&[2.0, 0.5]));
    assert!((rule.weights()[0] - 0.25).abs() < 1e-4 && (rule.weights()[1] - 1.0).abs() < 1e-4);
}

#[test]
fn the_dynamic_weight_average_favours_the_slower_task() {
    // Ratios 0.5 and 1 at T = 1: λ = 2 (e^0.5, e^1) / (e^0.5 + e^1) = 0.755, 1.245.
    let mut rule = WeightAverage::new(&WeightAverageSpec { temperature: 1.0, window: 2 }, 2);
    [[3.0, 1.0], [1.0, 1.0]].iter().for_each(|losses| rule.observe(losses));
    assert_eq!(rule.weights(), [1.0, 1.0]);
    [[1.5, 1.0], [0.5, 1.0]].iter().for_each(|losses| rule.observe(losses));
    assert!((rule.weights()[0] - 0.755_081).abs() < 1e-5, "{:?}", rule.weights());
    assert!((rule.weights().iter().sum::<f32>() - 2.0).abs() < 1e-6);
}

#[test]
fn gradnorm_lowers_the_weight_of_the_larger_gradient() {
    // Norms 3 and 1 at equal rates, target 2: λ = 1 − 0.1·3 = 0.7 and 1 + 0.1·1 = 1.1, then times 2 / 1.8.
    let mut rule = GradNorm::new(&GradNormSpec { alpha: 1.5, rate: 0.1 }, 2);
    let apart = [gradient([3.0, 0.0], [9.0, 0.0]), gradient([0.0, 1.0], [0.0, 9.0])];
    let mut sum = Gradients::default();
    rule.combine(&apart, &parameters(), &mut sum);
    assert_eq!(sum.buffers, [[3.0, 1.0], [9.0, 9.0]]);
    rule.observe(&[1.0, 2.0]);
    assert!((rule.weights()[0] - 0.7 / 0.9).abs() < 1e-6 && (rule.weights()[1] - 1.1 / 0.9).abs() < 1e-6);
}

#[test]
fn a_saved_rule_goes_on_as_one_that_was_never_stopped() {
    let streams = Streams::new(1);
    type Make = fn(&Streams) -> Box<dyn Balance>;
    let rules: [(&str, Make); 4] = [
        ("uncertainty", |_| Box::new(Uncertainty::new(&UncertaintySpec::default(), 2))),
        ("weight-average", |_| {
            Box::new(WeightAverage::new(&WeightAverageSpec { window: 2, ..WeightAverageSpec::default() }, 2))
        }),
        ("grad-norm", |_| Box::new(GradNorm::new(&GradNormSpec::default(), 2))),
        ("pc-grad", |streams| Box::new(PcGrad::new(3, streams))),
    ];
    // Three conflicting gradients: what PCGrad makes of them depends on its random order.
    let apart = [
        gradient([1.0, 0.0], [5.0, 0.0]),
        gradient([-1.0, 1.0], [0.0, 7.0]),
        gradient([-0.5, -2.0], [1.0, 1.0]),
    ];
    let step = |rule: &mut dyn Balance, at: u32| {
        let mut sum = Gradients::default();
        rule.combine(&apart, &parameters(), &mut sum);
        rule.observe(&[2.0 / f64::from(at + 1), 1.0]);
        (rule.weights().to_vec(), sum.buffers)
    };
    for (name, make) in rules {
        let mut whole = make(&streams);
        (0..5).for_each(|at| drop(step(whole.as_mut(), at)));
        let mut restored = make(&streams);
        restored.load(&whole.save()).expect(name);
        let mut fresh = make(&streams);
        let mut differs = false;
        for at in 5..15 {
            let expected = step(whole.as_mut(), at);
            assert_eq!(step(restored.as_mut(), at), expected, "{name}");
            differs |= step(fresh.as_mut(), at) != expected;
        }
        assert!(differs, "{name}: a fresh one does the same, so that this shows nothing");
    }
}
