use super::super::episodes::Episodes;
use super::super::network::{Network, Tape};
use super::*;
use crate::sequence::episodes::Target;
use crate::sequence::lane::{LANES, ZERO};

#[test]
fn two_steps_equal_hand_computed_ones() {
    let settings = NmRnnSettings {
        units: 1,
        rank: 1,
        time_constant: 2.0,
        modulator_units: 1,
        modulator_time_constant: 4.0,
        ..NmRnnSettings::default()
    };
    let network = NmRnn::new(&settings, 1, 1);
    let values = [
        ("left", 2.0),
        ("right", 3.0),
        ("input", 1.0),
        ("readout", 0.5),
        ("offset", 0.1),
        ("modulator/recurrent", 1.5),
        ("modulator/input", 2.0),
        ("modulator/bias", 0.2),
        ("modulator/signal", -1.0),
        ("signal_bias", 0.4),
    ];
    let parameters: Vec<f32> = network
        .layout
        .blocks
        .iter()
        .flat_map(|block| values.iter().find(|(name, _)| *name == block.name && !block.at.is_empty()))
        .map(|(_, value)| *value)
        .collect();
    assert_eq!(parameters.len(), network.layout.len());
    let mut episodes = Episodes::silent(2, 1, Target::Values(vec![ZERO; 2]));
    episodes.inputs[0] = [1.0; LANES];
    let mut tape = Tape::default();
    network.forward(&parameters, &episodes, None, &mut tape);

    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let z1: f64 = 0.25 * (2.0 + 0.2);
    let s1 = sigmoid(-z1 + 0.4);
    let x1: f64 = 0.5;
    let z2: f64 = 0.75 * z1 + 0.25 * (1.5 * z1.tanh() + 0.2);
    let s2 = sigmoid(-z2 + 0.4);
    let x2: f64 = 0.5 * x1 + 0.5 * s2 * 2.0 * 3.0 * x1.tanh();
    for (found, wanted) in tape.signals.iter().zip([s1, s2]) {
        assert!((f64::from(found[3]) - wanted).abs() < 1e-6);
    }
    for (found, x) in tape.outputs.iter().zip([x1, x2]) {
        assert!((f64::from(found[3]) - (0.5 * x.tanh() + 0.1)).abs() < 1e-6);
    }
}
