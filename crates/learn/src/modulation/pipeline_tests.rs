//! The pipeline step by step, against values worked out by hand.

use super::*;
use crate::gains::Gain;
use crate::nn::{Init, Mlp};
use numeric::Activation;

pub(super) fn model() -> Mlp {
    Mlp::new(&[3, 4, 2], Activation::Relu, Init::default(), &Streams::new(1)).expect("model")
}

pub(super) fn spec(text: &str) -> ModulationSpec {
    let mut spec: ModulationSpec = toml::from_str(text).expect("parses");
    let anatomy = super::super::Anatomy {
        layers: vec![4, 2],
        terms: vec!["task".into(), "ewc".into()],
        replay: true,
        window: true,
        discount: true,
        winners: false,
        momentum: true,
        boundaries: true,
        states: true,
        inputs: true,
        activations: true,
        distribution: true,
        recurrent: 0,
    };
    spec.resolve(&anatomy).expect("resolves");
    spec
}

pub(super) fn started(text: &str) -> Modulation {
    Modulation::new(&spec(text), &model(), &Streams::new(2), None).expect("starts")
}

pub(super) fn seen(loss: f64) -> Observation {
    Observation { loss, reward: -loss, choices: 2.0, ..Observation::default() }
}

pub(super) fn gains(modulation: &mut Modulation) -> Gains {
    let mut gains = Gains::default();
    modulation.apply(&mut gains);
    gains
}

pub(super) const SURPRISE: &str = "source = { kind = \"surprise\" }\n";

#[test]
fn a_signal_passes_through_level_receptor_and_limits() {
    let text = format!(
        "[modulators.na]\n{SURPRISE}level = {{ baseline = 0.5, retention = 0.5, gain = 2.0 }}\n\
         receptors = [{{ target = \"learning-rate\", sensitivity = 0.5 }}, {{ target = \"temperature\", sensitivity = -1.0 }}]\n"
    );
    let mut modulation = started(&text);
    // Before anything is seen the level is its baseline: 1 + ½·½ and 1 − ½.
    let before = gains(&mut modulation);
    assert_eq!((before.learning_rate, before.temperature), (1.25, 0.5));
    // ½·½ + ½·½ + 2·1 = 2.5: 1 + ½·2.5 and 1 − 2.5, clamped to 0.1.
    modulation.observe(&seen(1.0));
    let after = gains(&mut modulation);
    assert_eq!((after.learning_rate, after.temperature), (2.25, 0.1));
    let shares: Vec<f64> = modulation.clamped().into_iter().map(|(_, share)| share).collect();
    assert_eq!(shares, [0.0, 0.5]);
    assert_eq!(modulation.trace()["na → learning-rate"], [1.25, 2.25]);
}

#[test]
fn metabotropic_receptors_integrate_and_volume_transmission_comes_late_and_leaks() {
    let text =
        format!("[modulators.a]\n{SURPRISE}receptors = [{{ target = \"learning-rate\", tau = 4.0 }}]\n");
    let mut slow = started(&text);
    slow.observe(&seen(1.0));
    slow.observe(&seen(1.0));
    // A leaky mean over four steps: ¼, then ¼ + ¼·¾.
    assert_eq!(gains(&mut slow).learning_rate, 1.4375);
    let text = format!(
        "[modulators.a]\n{SURPRISE}transmission = {{ kind = \"volume\", delay = 1, leak = 0.5 }}\n\
         receptors = [{{ target = \"learning-rate\" }}]\n"
    );
    let mut late = started(&text);
    let mut course = Vec::new();
    for loss in [1.0, 0.0, 0.0] {
        late.observe(&seen(loss));
        course.push(gains(&mut late).learning_rate);
    }
    assert_eq!(course, [1.0, 1.5, 1.25]);
}

#[test]
fn interactions_act_as_box_1_says() {
    let pair = |edge: &str| {
        let text = format!(
            "[modulators.a]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}]\n\
             [modulators.b]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}, {{ target = \"momentum\" }}]\n\
             [[interactions]]\nfrom = \"a\"\nto = \"b\"\n{edge}\n"
        );
        let mut modulation = started(&text);
        modulation.observe(&seen(0.5));
        let gains = gains(&mut modulation);
        (gains.learning_rate, gains.momentum)
    };
    // Level of a: 0.5, so its gain 1.5. Opponent: 0.5·(1 − 0.4·0.5) = 0.4.
    assert_eq!(pair("kind = \"opponent\"\nstrength = 0.4"), (1.5 * 1.4, 1.4));
    // However strong, an opponent takes away no more than everything.
    assert_eq!(pair("kind = \"opponent\"\nstrength = 100.0"), (1.5, 1.0));
    // Modulatory: 0.5·(1 + 2·0.5) = 1.
    assert_eq!(pair("kind = \"modulatory\"\nstrength = 2.0"), (1.5 * 2.0, 2.0));
    // Threshold: 0.5 − 0.5·0.5 = 0.25.
    assert_eq!(pair("kind = \"threshold\"\nstrength = 0.5"), (1.5 * 1.25, 1.25));
    // With a delay the previous level of a, 0, acts.
    assert_eq!(pair("kind = \"modulatory\"\nstrength = 2.0\ndelayed = true"), (1.5 * 1.5, 1.5));
    // Convergent: the gains multiply, and a synergy 1 + 2·0.5·0.5 comes on top.
    let synergy = pair("kind = \"convergent\"\nstrength = 2.0\ntarget = \"learning-rate\"");
    assert_eq!(synergy, (1.5 * 1.5 * 1.5, 1.5));
}

#[test]
fn every_target_sets_its_gain() {
    let effect = |target: &str, extra: &str| {
        let text = format!(
            "[modulators.a]\n{SURPRISE}receptors = [{{ target = \"{target}\", sensitivity = 0.5{extra} }}]\n"
        );
        let mut modulation = started(&text);
        modulation.observe(&seen(1.0));
        gains(&mut modulation)
    };
    assert_eq!(effect("learning-rate", "").learning_rate, 1.5);
    assert_eq!(effect("plasticity-gate", "").learning_rate, 0.5);
    assert_eq!(effect("momentum", "").momentum, 1.5);
    assert_eq!(effect("temperature", "").temperature, 1.5);
    assert_eq!(effect("dropout", "").dropout, 0.5);
    assert_eq!(effect("replay", "").replay, 1.5);
    assert_eq!(effect("loss-weight", ", term = \"ewc\"").term("ewc"), 1.5);
    for layer in 0..2 {
        assert_eq!(effect("slope", "").layer(layer).slope, Gain::Layer(1.5));
        assert_eq!(effect("bias", "").layer(layer).bias, Gain::Layer(0.5));
        assert_eq!(effect("feature-gate", "").layer(layer).gate, Gain::Layer(1.5));
    }
    let one = effect("slope", ", scope = \"layer\", layers = [1]");
    assert_eq!((&one.layer(0).slope, &one.layer(1).slope), (&Gain::None, &Gain::Layer(1.5)));
    let rate = effect("learning-rate", ", scope = \"layer\", layers = [1]");
    assert_eq!((rate.rate(0), rate.rate(1)), (1.0, 1.5));
}

#[test]
fn scopes_reach_their_units_and_synapses() {
    let effect = |receptor: &str| {
        let text = format!("[modulators.a]\n{SURPRISE}receptors = [{{ {receptor} }}]\n");
        let mut modulation = started(&text);
        modulation.observe(&seen(1.0));
        gains(&mut modulation)
    };
    let Gain::Units(half) =
        effect("target = \"slope\", scope = \"population\", share = 0.5").layer(0).slope.clone()
    else {
        panic!("one value per unit")
    };
    assert_eq!(half.iter().filter(|gain| **gain == 2.0).count(), 2);
    assert_eq!(half.iter().filter(|gain| **gain == 1.0).count(), 2);
    let Gain::Units(spread) =
        effect("target = \"slope\", scope = \"unit\", heterogeneity = 0.3").layer(0).slope.clone()
    else {
        panic!("one value per unit")
    };
    assert!(spread.iter().any(|gain| *gain != spread[0]));
    let synapses = effect("target = \"learning-rate\", scope = \"synapse\", heterogeneity = 0.3");
    let factors = synapses.parameter_learning_rate.expect("a factor per scalar");
    assert_eq!(factors.iter().map(Vec::len).collect::<Vec<_>>(), [12, 4, 8, 2]);
    assert!(factors[0].iter().any(|factor| *factor != factors[0][0]));
    // Population: the rows of the same units, weights and bias alike.
    let rows = effect("target = \"learning-rate\", scope = \"population\", share = 0.5");
    let rows = rows.parameter_learning_rate.expect("a factor per scalar");
    for (unit, bias) in rows[1].iter().enumerate() {
        assert!(rows[0][3 * unit..3 * unit + 3].iter().all(|factor| factor == bias));
    }
}

#[test]
fn a_spatial_spread_falls_with_distance_from_the_release_site() {
    let text = format!(
        "[modulators.a]\n{SURPRISE}transmission = {{ kind = \"volume\", delay = 0, leak = 1.0, spread = 0.25, site = 0.0 }}\n\
         receptors = [{{ target = \"slope\", scope = \"unit\" }}]\n"
    );
    let mut modulation = started(&text);
    modulation.observe(&seen(1.0));
    let Gain::Units(units) = gains(&mut modulation).layer(0).slope.clone() else {
        panic!("one value per unit")
    };
    // Units at 1/8, 3/8, 5/8, 7/8: exp(−d²/2σ²) with σ = ¼.
    let expected = [0.5f64, 1.5, 2.5, 3.5].map(|d| 1.0 + (-d * d / 2.0).exp());
    assert!(
        units.iter().zip(expected).all(|(unit, expected)| (f64::from(*unit) - expected).abs() < 1e-6),
        "{units:?}"
    );
}

#[test]
fn a_replaying_control_takes_its_effects_from_the_trace() {
    let text = format!("[modulators.a]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}]\n");
    let mut control = spec(&text);
    control.replayed = Some(super::super::Replayed::new(ReplayKind::MeanGain));
    let trace: Trace = [("a → learning-rate".to_owned(), vec![1.0, 3.0])].into();
    let mut modulation = Modulation::new(&control, &model(), &Streams::new(2), Some(&trace)).expect("starts");
    modulation.observe(&seen(100.0));
    assert_eq!([gains(&mut modulation).learning_rate, gains(&mut modulation).learning_rate], [2.0, 2.0]);
    assert!(Modulation::new(&control, &model(), &Streams::new(2), None).is_err());
}

#[test]
fn a_synergy_is_recorded_and_replayed_like_any_receptor() {
    let text = format!(
        "[modulators.a]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}]\n\
         [modulators.b]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}]\n\
         [[interactions]]\nfrom = \"a\"\nto = \"b\"\nkind = \"convergent\"\nstrength = 2.0\ntarget = \"learning-rate\"\n"
    );
    let mut modulation = started(&text);
    gains(&mut modulation);
    modulation.observe(&seen(0.5));
    gains(&mut modulation);
    assert_eq!(modulation.trace()["a × b → learning-rate"], [1.0, 1.5]);
    let mut control = spec(&text);
    control.replayed = Some(super::super::Replayed::new(ReplayKind::MeanGain));
    let mut replaying =
        Modulation::new(&control, &model(), &Streams::new(2), Some(&modulation.trace())).expect("starts");
    // Whatever it sees: the means of [1, 1.5] three times over.
    replaying.observe(&seen(100.0));
    assert_eq!(gains(&mut replaying).learning_rate, 1.25 * 1.25 * 1.25);
}

#[test]
fn a_rescaled_slope_goes_into_weights_by_its_mean_and_into_rates_by_its_mean_square() {
    let text = format!("[modulators.a]\n{SURPRISE}receptors = [{{ target = \"slope\" }}]\n");
    let mut control = spec(&text);
    control.replayed = Some(super::super::Replayed::new(ReplayKind::MeanGainRescaled));
    let trace: Trace = [("a → slope".to_owned(), vec![1.0, 3.0])].into();
    let model = model();
    let before = model.parameters().snapshot().expect("snapshot");
    let mut modulation = Modulation::new(&control, &model, &Streams::new(2), Some(&trace)).expect("starts");
    let after = model.parameters().snapshot().expect("snapshot");
    // E[g] = 2, E[g²] = 5; biases are left as they are.
    assert!(before[0].iter().zip(&after[0]).all(|(before, after)| *after == 2.0 * before));
    assert_eq!(before[1], after[1]);
    let gains = gains(&mut modulation);
    let rates = gains.parameter_learning_rate.as_ref().expect("a factor per scalar");
    assert!(rates[0].iter().all(|rate| *rate == 5.0) && rates[1].iter().all(|rate| *rate == 1.0));
    assert_eq!(gains.layer(0).slope, Gain::None);
}

#[test]
fn a_modulator_acts_at_the_steps_at_which_a_receptor_leaves_neutral() {
    // Signals max(0, loss) of 0, 1, 0: effects 1, 1, 2, 1 with the step before any; the second modulator has no effect.
    let text = format!(
        "[modulators.a]\n{SURPRISE}receptors = [{{ target = \"learning-rate\" }}, {{ target = \"bias\" }}]\n\
         [modulators.b]\n{SURPRISE}receptors = [{{ target = \"slope\", sensitivity = 0.0 }}]\n"
    );
    let run = |mut modulation: Modulation| {
        for loss in [0.0, 1.0, 0.0] {
            gains(&mut modulation);
            modulation.observe(&seen(loss));
        }
        gains(&mut modulation);
        modulation.acted()
    };
    let named = |a, b| vec![("a".to_owned(), a), ("b".to_owned(), b)];
    assert_eq!(run(started(&text)), named(0.25, 0.0));
    // As plain inputs, a level of 0 says nothing, any other does.
    let mut spec = spec(&text);
    spec.as_input = true;
    let inputs = Modulation::new(&spec, &model(), &Streams::new(2), None).expect("starts");
    assert_eq!(run(inputs), named(0.25, 0.25));
}

#[test]
fn a_checkpoint_goes_on_bit_for_bit() {
    let text = "[modulators.a]\nsource = { kind = \"noise\", sd = 0.3 }\nlevel = { retention = 0.5 }\n\
                transmission = { kind = \"volume\", delay = 3, leak = 0.5, failure = 0.3 }\n\
                receptors = [{ target = \"slope\", tau = 3.0 }, { target = \"learning-rate\" }]\n\
                [modulators.b]\nsource = { kind = \"surprise\" }\nreceptors = [{ target = \"learning-rate\", \
                scope = \"unit\", layers = [0], local = { kind = \"activity\", slow = 0.2 } }]\n";
    let mut whole = started(text);
    let run = |modulation: &mut Modulation| -> Vec<Gains> {
        (0..6u8)
            .map(|step| {
                let now = gains(modulation);
                let units = vec![vec![1.0, f64::from(step), 2.0, 0.5]];
                modulation.observe(&Observation { units, ..seen(1.0) });
                now
            })
            .collect()
    };
    run(&mut whole);
    let state = whole.save().expect("saves");
    let expected = run(&mut whole);
    let mut resumed = started(text);
    resumed.load(&state).expect("loads");
    assert_eq!(run(&mut resumed), expected);
    assert_eq!(resumed.trace(), whole.trace());
}

#[test]
fn a_source_that_looks_ahead_acts_on_the_inputs_that_it_was_shown_and_speaks_once_per_step() {
    let text = "[modulators.ach]\nsource = { kind = \"input-luminance\", rate = 1.0, slow = 0.0 }\n\
                receptors = [{ target = \"bias\", sensitivity = 2.0 }]\n";
    let mut modulation = started(text);
    assert!(modulation.looks_ahead());
    let seen = |x: f32| Observation { input: vec![x], ..Observation::default() };
    let bias = |gains: &Gains| gains.layer(0).bias.clone();
    // Usual: 1, the first. Shown 3: the answer and the step have 2 (3 − 1).
    modulation.sense(&seen(1.0));
    modulation.sense(&seen(3.0));
    let mut answer = Gains::default();
    modulation.look(&mut answer);
    let mut step = Gains::default();
    modulation.apply(&mut step);
    assert_eq!(
        (bias(&answer), bias(&step)),
        (crate::gains::Gain::Layer(4.0), crate::gains::Gain::Layer(4.0))
    );
    // What was shown is not seen again after the step; what was not shown is.
    modulation.observe(&seen(9.0));
    let mut next = Gains::default();
    modulation.look(&mut next);
    assert_eq!(bias(&next), crate::gains::Gain::Layer(4.0));
    modulation.observe(&seen(2.0));
    modulation.look(&mut answer);
    let mut unshown = Gains::default();
    modulation.apply(&mut unshown);
    assert_eq!(bias(&unshown), crate::gains::Gain::Layer(2.0));
}
