use super::*;
use crate::opposed::behaviour::Behaviour;
use crate::opposed::settings::{Assign, Cells, Kind, Modulation, NetworkSettings, Scope, Select};
use crate::opposed::targets::Targets;
use base::rng::Streams;

const UNITS: usize = 21;
const STEPS: usize = 12;

fn network() -> Network {
    let settings = NetworkSettings { units: UNITS, connection_probability: 0.4, ..Default::default() };
    let mut network = Network::new(&settings, &Streams::new(11));
    // A read-out of order 1, so that every path carries weight in the check.
    network.parameters.readout.iter_mut().for_each(|w| *w *= 50.0);
    network.parameters.bias = [0.3];
    network
}

fn context(kind: Kind, scope: Scope, network: &Network) -> Context {
    let (cells, select, assign) = (Cells::All, Select::Level, Assign::Own);
    let modulation = Modulation { kind, fraction: 0.5, cells, scope, select, assign };
    let behaviour = Behaviour { level: 1.7, ..Behaviour::default() };
    let targets = Targets::new(network, &modulation, 1, 0.4, &Streams::new(12));
    targets.context(network.shape, 0, &behaviour, 2.0)
}

fn trials<'a>(contexts: [&'a Context; 2]) -> Vec<Trial<'a>> {
    let trial = |k: usize| Trial {
        context: contexts[k],
        amplitude: if k == 0 { 1.0 } else { -1.0 },
        stimulus: (3, 6),
        noise: Noise::new(&Streams::new(13), &format!("trial {k}")),
    };
    vec![trial(0), trial(1)]
}

fn targets() -> [Vec<f32>; 2] {
    [1.0f32, -1.0].map(|z| (0..STEPS).map(|t| if t < 6 { 0.0 } else { z }).collect())
}

/// Textbook forward pass in f64, unit by unit, with the noise of the fast one.
fn oracle_loss(network: &Network, contexts: [&Context; 2]) -> f64 {
    let width = network.shape.width;
    let parameters = &network.parameters;
    let (low, high) = (f64::from(network.tau_range.0), f64::from(network.tau_range.1));
    let mut total = 0.0;
    for (trial, target) in trials(contexts).iter_mut().zip(targets()) {
        let mut noise = vec![0.0f32; width];
        trial.noise.fill(&mut noise, 0.01);
        let mut x: Vec<f64> = noise[..UNITS].iter().map(|x| f64::from(*x)).collect();
        let mut square = 0.0;
        for (t, z) in target.iter().enumerate() {
            trial.noise.fill(&mut noise, network.noise);
            let r: Vec<f64> = x.iter().map(|x| 1.0 / (1.0 + (-x).exp())).collect();
            for i in 0..UNITS {
                let c = trial.context;
                let mut input = 0.0;
                for (j, r) in r.iter().enumerate() {
                    let w = f64::from(network.sign(j) * parameters.weights[j * width + i].max(0.0));
                    let pre = c.pre_gain.as_ref().map_or(1.0, |g| g[j]);
                    let synapse = c.synapse_gain.as_ref().map_or(1.0, |g| g[j * width + i]);
                    input += w * r * f64::from(pre * synapse * c.post_gain[i]);
                }
                let on = if (3..6).contains(&t) { f64::from(trial.amplitude) } else { 0.0 };
                input += f64::from(c.current[i]) + f64::from(network.input[i]) * on;
                let raw = f64::from(parameters.tau_raw[i]);
                let tau = low + (high - low) / (1.0 + (-raw).exp());
                x[i] += (input - x[i]) / tau + f64::from(noise[i]);
            }
            let rates = x.iter().map(|x| 1.0 / (1.0 + (-x).exp()));
            let o: f64 = rates.zip(&parameters.readout).map(|(r, w)| r * f64::from(*w)).sum();
            square += (o + f64::from(parameters.bias[0]) - f64::from(*z)).powi(2);
        }
        total += square.sqrt() / 2.0;
    }
    total
}

fn fast(network: &Network, contexts: [&Context; 2]) -> (f64, Parameters) {
    let gain = contexts[0].synapse_gain.as_deref();
    let effective = Effective::new(network, gain, true);
    let mut tape = Tape::new(network.shape);
    let mut group = trials(contexts);
    tape.forward(network, &effective, STEPS, &mut group);
    let mut by_output = vec![0.0; 2 * STEPS];
    let mut loss = 0.0;
    for (b, target) in targets().iter().enumerate() {
        loss += tape.loss(b, target) / 2.0;
        tape.loss_gradient(b, target, 0.5, &mut by_output);
    }
    let mut gradient = Parameters::zeros(network.shape);
    tape.backward(network, &effective, gain, &group, &by_output, &mut gradient);
    (loss, gradient)
}

/// Central differences of the f64 oracle at every parameter that acts, against the f32 gradient.
fn gradients_agree(first: &Context, second: &Context) {
    let contexts = [first, second];
    let mut network = network();
    let (loss, gradient) = fast(&network, contexts);
    let expected = oracle_loss(&network, contexts);
    assert!((loss - expected).abs() < 1e-5 * expected, "loss {loss}, oracle {expected}");
    let scale = gradient.parts().map(|p| p.iter().fold(0.0f32, |m, g| m.max(g.abs())));
    for part in 0..4 {
        for k in 0..network.parameters.parts()[part].len() {
            let before = network.parameters.parts()[part][k];
            let derivative = f64::from(gradient.parts()[part][k]);
            if part == 0 && before <= 0.0 {
                assert_eq!(derivative, 0.0, "an absent synapse has no gradient");
                continue;
            }
            let h = 2f32.powi(-10).min(if part == 0 { before * 0.5 } else { 1.0 });
            let mut at = |value: f32| {
                network.parameters.parts_mut()[part][k] = value;
                (f64::from(value), oracle_loss(&network, contexts))
            };
            let ((x0, low), (x1, high)) = (at(before - h), at(before + h));
            at(before);
            let numeric = (high - low) / (x1 - x0);
            let tolerance = 1e-3 * numeric.abs() + 1e-4 * f64::from(scale[part]);
            assert!(
                (derivative - numeric).abs() < tolerance,
                "part {part}, index {k}: {derivative} against {numeric}"
            );
        }
        assert!(scale[part] > 0.0, "part {part} has a gradient");
    }
}

#[test]
fn gradients_through_time_agree_with_finite_differences_under_every_kind_of_modulation() {
    let network = network();
    let neutral = Context::neutral(network.shape);
    gradients_agree(&context(Kind::WeightGain, Scope::Incoming, &network), &neutral);
    gradients_agree(&context(Kind::WeightGain, Scope::Outgoing, &network), &neutral);
    gradients_agree(&context(Kind::AdditiveCurrent, Scope::Incoming, &network), &neutral);
    for (kind, scope) in [(Kind::WeightGain, Scope::BothEnds), (Kind::RandomGain, Scope::Incoming)] {
        let context = context(kind, scope, &network);
        gradients_agree(&context, &context);
    }
}

#[test]
fn a_gain_of_one_is_no_modulation_bit_for_bit() {
    let network = network();
    let modulation = Modulation {
        kind: Kind::WeightGain,
        fraction: 1.0,
        cells: Cells::All,
        scope: Scope::Incoming,
        select: Select::Level,
        assign: Assign::Own,
    };
    let neutral = Context::neutral(network.shape);
    let (loss, gradient) = fast(&network, [&neutral, &neutral]);
    for scope in [Scope::Incoming, Scope::Outgoing, Scope::BothEnds] {
        let modulation = Modulation { scope, ..modulation.clone() };
        let targets = Targets::new(&network, &modulation, 1, 0.0, &Streams::new(1));
        let one = targets.at_level(network.shape, 0, 1.0);
        let (same_loss, same_gradient) = fast(&network, [&one, &one]);
        assert_eq!(loss, same_loss);
        assert_eq!(gradient, same_gradient);
    }
}

#[test]
fn with_every_unit_targeted_the_three_readings_of_a_sub_population_coincide() {
    let network = network();
    let context = |scope| {
        let modulation = Modulation {
            kind: Kind::WeightGain,
            fraction: 1.0,
            cells: Cells::All,
            scope,
            select: Select::Level,
            assign: Assign::Own,
        };
        let targets = Targets::new(&network, &modulation, 1, 0.0, &Streams::new(1));
        targets.at_level(network.shape, 0, 0.5)
    };
    let losses = [Scope::Incoming, Scope::Outgoing, Scope::BothEnds].map(|scope| {
        let context = context(scope);
        fast(&network, [&context, &context]).0
    });
    assert!((losses[0] - losses[1]).abs() < 1e-5 && (losses[0] - losses[2]).abs() < 1e-5, "{losses:?}");
}
