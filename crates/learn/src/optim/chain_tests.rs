use super::*;
use crate::nn::{Role, read};
use crate::optim::{Kind, OptimiserSpec};
use proptest::prelude::*;

fn store() -> Parameters {
    let mut parameters = Parameters::default();
    parameters.add("a", 0, Role::Weight, &[2], vec![1.0, -2.0]).expect("add");
    parameters.add("b", 1, Role::Bias, &[1], vec![0.5]).expect("add");
    parameters
}

fn gradients() -> Gradients {
    Gradients { buffers: vec![vec![1.0, 2.0], vec![-4.0]] }
}

fn after(chain: &mut Chain, parameters: &Parameters, gains: &Gains, proximal: &[Proximal<'_>]) -> Vec<f32> {
    let cx = UpdateContext { parameters, gains };
    chain.step(&mut gradients(), &cx, proximal).expect("step");
    parameters.iter().flat_map(|p| read(&p.var, <[f32]>::to_vec).expect("read")).collect()
}

#[test]
fn plain_descent_subtracts_rate_times_gradient() {
    let values = after(&mut Chain::new(0.5, vec![]), &store(), &Gains::default(), &[]);
    assert_eq!(values, [0.5, -3.0, 2.5]);
}

#[test]
fn rate_gains_multiply_globally_and_by_layer() {
    let gains = Gains { learning_rate: 2.0, layer_learning_rate: [(1, 0.5)].into(), ..Gains::default() };
    // layer 0: rate 1, layer 1: rate 0.5
    let values = after(&mut Chain::new(0.5, vec![]), &store(), &gains, &[]);
    assert_eq!(values, [0.0, -4.0, 2.5]);
}

#[test]
fn each_scalar_can_have_a_gain_of_its_own_and_ones_change_no_bit() {
    let with = |rates: Vec<Vec<f32>>, kind: Kind| {
        let spec = OptimiserSpec { kind, rate: 0.5, ..OptimiserSpec::default() };
        let gains = Gains { parameter_learning_rate: Some(rates.into()), ..Gains::default() };
        after(&mut spec.build(), &store(), &gains, &[])
    };
    // Gradients 1, 2, −4 at rate 0.5 with gains 2, 0, ½.
    assert_eq!(with(vec![vec![2.0, 0.0], vec![0.5]], Kind::Sgd), [0.0, -2.0, 1.5]);
    for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
        let spec = OptimiserSpec { kind, rate: 0.5, ..OptimiserSpec::default() };
        let plain = after(&mut spec.build(), &store(), &Gains::default(), &[]);
        assert_eq!(with(vec![vec![1.0, 1.0], vec![1.0]], kind), plain, "{kind:?}");
    }
    let gains = Gains { parameter_learning_rate: Some(vec![vec![1.0]].into()), ..Gains::default() };
    let cx = UpdateContext { parameters: &store(), gains: &gains };
    assert!(Chain::new(0.5, vec![]).step(&mut gradients(), &cx, &[]).is_err());
}

#[test]
fn a_frozen_parameter_does_not_move() {
    let mut chain = Chain::new(0.5, vec![]);
    chain.frozen = vec![true, false];
    assert_eq!(after(&mut chain, &store(), &Gains::default(), &[]), [1.0, -2.0, 2.5]);
}

#[test]
fn the_proximal_step_solves_its_quadratic_and_stays_finite_for_huge_strengths() {
    // θ′ = 0.5, −3, 2.5; pull η C = 1 towards 1 for the first: (0.5 + 1)/2 = 0.75.
    let strength = [vec![2.0, 0.0], vec![1e10]];
    let centre = [vec![1.0, 0.0], vec![0.25]];
    let pull = Proximal { scale: 1.0, strength: &strength, centre: &centre };
    let values = after(&mut Chain::new(0.5, vec![]), &store(), &Gains::default(), &[pull]);
    assert_eq!(values[..2], [0.75, -3.0]);
    assert!((values[2] - 0.25).abs() < 1e-6);
}

#[test]
fn momentum_sums_past_gradients() {
    let spec = OptimiserSpec { kind: Kind::Momentum, rate: 0.5, momentum: 0.5, ..OptimiserSpec::default() };
    let (mut chain, parameters) = (spec.build(), store());
    after(&mut chain, &parameters, &Gains::default(), &[]);
    // second velocity 1.5 g: 0.5 − 0.75, −3 − 1.5, 2.5 + 3
    assert_eq!(after(&mut chain, &parameters, &Gains::default(), &[]), [-0.25, -4.5, 5.5]);
}

#[test]
fn a_saved_optimiser_goes_on_as_if_nothing_happened() {
    for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
        let spec = OptimiserSpec { kind, rate: 0.1, weight_decay: 0.01, ..OptimiserSpec::default() };
        let (mut whole, parameters) = (spec.build(), store());
        after(&mut whole, &parameters, &Gains::default(), &[]);
        let (state, values) = (whole.save(), parameters.snapshot().expect("snapshot"));
        let expected = after(&mut whole, &parameters, &Gains::default(), &[]);
        let mut resumed = spec.build();
        resumed.load(&state).expect("load");
        parameters.restore(&values).expect("restore");
        assert_eq!(after(&mut resumed, &parameters, &Gains::default(), &[]), expected, "{kind:?}");
    }
}

#[test]
fn the_pass_that_takes_the_descent_along_gives_the_bits_of_two_passes() {
    for kind in [Kind::Momentum, Kind::Adam] {
        let spec = OptimiserSpec { kind, rate: 0.1, ..OptimiserSpec::default() };
        let (mut fused, one) = (spec.build(), store());
        let (mut apart, two) = (spec.build(), store());
        // A transform that does nothing stands last, so that the one before it cannot take the descent along.
        apart.transforms.push(Box::new(crate::optim::ClipNorm { limit: 1e30 }));
        for _ in 0..5 {
            let gains = Gains::default();
            assert_eq!(
                after(&mut fused, &one, &gains, &[]),
                after(&mut apart, &two, &gains, &[]),
                "{kind:?}"
            );
        }
        assert_eq!(
            fused.save().parts[fused.transforms[0].name()],
            apart.save().parts[apart.transforms[0].name()]
        );
    }
}

proptest! {
    #[test]
    fn unit_gains_change_no_bit(rate in 1e-4f32..1.0) {
        for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
            let spec = OptimiserSpec { kind, rate, ..OptimiserSpec::default() };
            let gains = Gains { layer_learning_rate: [(0, 1.0), (1, 1.0)].into(), ..Gains::default() };
            let plain = after(&mut spec.build(), &store(), &Gains::default(), &[]);
            prop_assert_eq!(after(&mut spec.build(), &store(), &gains, &[]), plain);
        }
    }
}
