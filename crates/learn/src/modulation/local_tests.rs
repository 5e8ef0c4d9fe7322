//! Where units stand, against values worked out by hand.

use super::*;
use crate::nn::{Gradients, Init, Mlp, Model};
use numeric::Activation;

/// Two inputs, three hidden units, two outputs.
fn local(spec: LocalSpec) -> Local {
    let streams = Streams::new(4);
    let model = Mlp::new(&[2, 3, 2], Activation::Relu, Init::default(), &streams).expect("mlp");
    Local::new(&spec, &[0], &[3, 2], model.parameters(), &streams)
}

fn active(units: [f64; 3]) -> Observation {
    Observation { units: vec![units.to_vec()], ..Observation::default() }
}

#[test]
fn a_unit_counts_against_its_own_past_or_against_the_others() {
    let mut own = local(LocalSpec::Activity(Relative { rate: 1.0, slow: Some(0.5), ..Relative::default() }));
    own.see(&active([1.0, 2.0, 0.0]));
    assert_eq!(own.memory.stands, [vec![0.0; 3], vec![0.0; 2]], "the first is usual");
    // 3 against 1 + ½·2 = 2: 1/5; 2 against 2; 1 against ½: ½/1½.
    own.see(&active([3.0, 2.0, 1.0]));
    assert_eq!(own.memory.stands[0], [0.2, 0.0, 1.0 / 3.0]);
    let mut others = local(LocalSpec::Activity(Relative { rate: 1.0, ..Relative::default() }));
    // Against their mean, 2: 4/8, −1/3 and −1.
    others.see(&active([6.0, 0.0, 0.0]));
    assert_eq!(others.memory.stands[0], [0.5, -1.0, -1.0]);
    others.see(&active([0.0; 3]));
    assert_eq!(others.memory.stands[0], [0.0; 3], "nobody does anything");
    let mut another = local(LocalSpec::Activity(Relative { rate: 1.0, others: true, ..Relative::default() }));
    another.see(&active([6.0, 3.0, 0.0]));
    let (own, mut passed) = ([1.0 / 3.0, 0.0, -1.0], another.memory.stands[0].clone());
    assert!(passed.iter().zip(own).all(|(passed, own)| *passed != own), "{passed:?}");
    passed.sort_by(f32::total_cmp);
    assert_eq!(passed, [-1.0, 0.0, 1.0 / 3.0]);
}

#[test]
fn a_units_gradient_is_that_of_its_bias_and_what_leads_to_it() {
    let mut own = local(LocalSpec::Gradient(Relative { rate: 1.0, ..Relative::default() }));
    let (weights, biases) = (vec![3.0, 0.0, 0.0, 0.0, 0.0, 0.0], vec![0.0, 3.0, 0.0]);
    let gradient = Gradients { buffers: vec![weights, biases, vec![9.0; 6], vec![9.0; 2]] };
    own.see(&Observation { gradient, ..Observation::default() });
    // Mean squares 3, 3, 0 of three scalars each, their mean 2; the output layer does not count.
    assert_eq!(own.memory.stands[0], [0.2, 0.2, -1.0]);
    // Twice as fast × (1 + s), 0.5 at least; the second unit gets half of that: 1 + (2.4 − 1)/2.
    let parts: Vec<Arc<[f32]>> = vec![[1.0, 0.5, 1.0].into(), [1.0, 1.0].into()];
    let gains = own.gains(2.0, [0.5, 10.0], &parts);
    assert_eq!(gains, [(0, vec![2.4, 1.7, 0.5])]);
    let mut rates = own.ones();
    own.put(&gains, &mut rates);
    assert_eq!(rates, [vec![2.4, 2.4, 1.7, 1.7, 0.5, 0.5], vec![2.4, 1.7, 0.5], vec![1.0; 6], vec![1.0; 2]]);
}

#[test]
fn each_state_has_units_of_its_own_and_has_them_again() {
    let mut own = local(LocalSpec::State(Owned { share: 0.34, ..Owned::default() }));
    let mut units = |state: usize| {
        own.told(&StateTold::new(state));
        own.memory.stands[0].clone()
    };
    let seen: Vec<Vec<f32>> = (0..6).map(&mut units).collect();
    assert!(seen.iter().all(|stands| stands.iter().sum::<f32>() == 1.0), "one of three: {seen:?}");
    assert!(seen.iter().any(|stands| stands != &seen[0]));
    assert_eq!((units(0), units(3)), (seen[0].clone(), seen[3].clone()));
}
