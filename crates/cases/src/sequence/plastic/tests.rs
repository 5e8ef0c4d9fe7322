use super::super::episodes::Episodes;
use super::super::network::{Network, Tape};
use super::*;
use crate::sequence::episodes::Target;
use crate::sequence::lane::{LANES, ZERO};

/// One unit, one input, one output; parameters by hand.
fn one_unit(modulation: Modulation, steps: &[f32], parameters: &[(&str, f32)]) -> (Tape, Plastic) {
    with_trace(GatedTrace::Old, modulation, steps, parameters)
}

fn with_trace(
    gated_trace: GatedTrace,
    modulation: Modulation,
    steps: &[f32],
    parameters: &[(&str, f32)],
) -> (Tape, Plastic) {
    let (mut network, values, episodes) = build(modulation, steps, parameters);
    network.gated_trace = gated_trace;
    let mut tape = Tape::default();
    network.forward(&values, &episodes, None, &mut tape);
    (tape, network)
}

fn build(modulation: Modulation, steps: &[f32], parameters: &[(&str, f32)]) -> (Plastic, Vec<f32>, Episodes) {
    let settings = PlasticSettings { units: 1, modulation, ..PlasticSettings::default() };
    let network = Plastic::new(&settings, 1, 1);
    let mut values = vec![0.0; network.layout.len()];
    for (name, value) in parameters {
        let block = network.layout.blocks.iter().find(|block| block.name == *name).unwrap();
        values[block.at.start] = *value;
    }
    let mut episodes = Episodes::silent(steps.len(), 1, Target::Values(vec![ZERO; steps.len()]));
    for (to, x) in episodes.inputs.iter_mut().zip(steps) {
        *to = [*x; LANES];
    }
    (network, values, episodes)
}

#[test]
fn two_steps_of_trace_and_gate_equal_hand_computed_ones() {
    // η = 0.5 (logit 0), M = tanh(m₀) throughout.
    let gate = 0.3f64.tanh();
    let parameters =
        [("input", 1.0), ("weights", 0.5), ("plasticity", 2.0), ("rate", 0.0), ("gate_bias", 0.3)];
    let with_readout: Vec<(&str, f32)> = parameters.into_iter().chain([("readout", 1.0)]).collect();
    let y1 = 1f64.tanh();
    // No activity before the first step, so nothing to trace.
    let y2 = (0.5 + 0.5 * y1).tanh();
    let trace = 0.5 * y1 * y2;
    // The new trace is gated in the step that made it, the old one a step later.
    for (gated, after) in [(GatedTrace::New, gate * trace), (GatedTrace::Old, 0.0)] {
        let (tape, _) = with_trace(gated, Modulation::Constant, &[1.0, 0.5, 0.0, 0.0], &with_readout);
        let y3 = ((0.5 + 2.0 * after) * y2).tanh();
        let next = 0.5 * trace + 0.5 * y2 * y3;
        let hebb = after + gate * if gated == GatedTrace::New { next } else { trace };
        let y4 = ((0.5 + 2.0 * hebb) * y3).tanh();
        for (found, wanted) in tape.outputs.iter().zip([y1, y2, y3, y4]) {
            assert!((f64::from(found[9]) - wanted).abs() < 1e-6, "{gated:?}: {} {wanted}", found[9]);
        }
        assert!((f64::from(tape.signals[2][0]) - gate).abs() < 1e-6);
    }
}

#[test]
fn the_authors_order_is_the_default() {
    assert_eq!(PlasticSettings::default().gated_trace, GatedTrace::Old);
}

#[test]
fn without_a_gate_the_hebbian_trace_decays_and_grows() {
    let parameters = [("input", 1.0), ("plasticity", 2.0), ("rate", 0.0), ("readout", 1.0)];
    let (tape, _) = one_unit(Modulation::Decay, &[1.0, 1.0, 1.0, 1.0], &parameters);
    let y1 = 1f64.tanh();
    let y2 = 1f64.tanh();
    let h2 = 0.5 * y1 * y2;
    let y3 = (1.0 + 2.0 * h2 * y2).tanh();
    let h3 = 0.5 * h2 + 0.5 * y2 * y3;
    let y4 = (1.0 + 2.0 * h3 * y3).tanh();
    for (found, wanted) in tape.outputs.iter().zip([y1, y2, y3, y4]) {
        assert!((f64::from(found[0]) - wanted).abs() < 1e-6);
    }
}

#[test]
fn the_hebbian_weights_stay_within_one() {
    // A gate near 1 and a trace near 1 for many steps: H would reach far above 1.
    let parameters =
        [("input", 9.0), ("plasticity", 0.1), ("rate", 4.0), ("gate_bias", 9.0), ("readout", 1.0)];
    let (tape, network) = one_unit(Modulation::Constant, &[1.0; 20], &parameters);
    // One unit: the state holds 21 activities, then 21 values of H.
    let hebb = &tape.state[21..42];
    assert_eq!(hebb[20], [1.0; LANES]);
    assert!(hebb.iter().all(|h| h[0].abs() <= 1.0));
    assert_eq!(network.signals(), 1);
}

#[test]
fn nothing_flows_back_through_a_clip_that_binds() {
    // H is at 1 from the third step on; a stronger gate would change no output.
    let parameters =
        [("input", 2.0), ("plasticity", 0.5), ("rate", 6.0), ("gate_bias", 9.0), ("readout", 1.0)];
    let (network, values, episodes) = build(Modulation::Constant, &[1.0; 8], &parameters);
    let mut tape = Tape::default();
    network.forward(&values, &episodes, None, &mut tape);
    let mut gradient = vec![ZERO; values.len()];
    let mut by_output = vec![ZERO; 8];
    by_output[7] = [1.0; LANES];
    network.backward(&values, &episodes, &by_output, &mut tape, &mut gradient);
    assert_eq!(tape.state[9 + 4], [1.0; LANES]);
    // What is left reaches the first steps, where the clip does not bind yet, through saturated activities.
    assert!(gradient[network.gate_bias.start][0].abs() < 1e-9);
    assert!(gradient[network.rate.start][0].abs() < 1e-9);
    assert_ne!(gradient[network.plasticity.start], ZERO);
}
