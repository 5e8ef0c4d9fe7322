//! The laws that bind gains and modulation: unit gains are no gains, and every target acts once it has an effect.

use neuromod_bench::learn::Learner;
use neuromod_bench::learn::gains::{Gain, Gains, LayerGain};
use neuromod_bench::learn::modulation::{Anatomy, ModulationSpec, TARGETS, TargetKind};
use neuromod_bench::learn::nn::{Model, Role};
use neuromod_bench::learn::optim::Kind;

use crate::learner_laws::{MODELS, composition, ewc, learner, train};

fn unit_gains(model: &dyn Model, per_unit: bool) -> Gains {
    let units = model.layer_units();
    let gain = |value: f32, units: usize| {
        if per_unit { Gain::Units(vec![value; units].into()) } else { Gain::Layer(value) }
    };
    let layers = units
        .iter()
        .map(|n| LayerGain { slope: gain(1.0, *n), bias: gain(0.0, *n), ..LayerGain::default() })
        .collect();
    Gains {
        layers,
        layer_learning_rate: (0..units.len()).map(|layer| (layer, 1.0)).collect(),
        terms: [("task".to_owned(), 1.0), ("ewc".to_owned(), 1.0)].into(),
        ..Gains::default()
    }
}

#[test]
fn law_1_unit_gains_train_bit_for_bit_like_no_modulation() {
    for model in MODELS {
        for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam] {
            let (mut plain, stream) = learner(model, kind, ewc(10.0));
            let expected = train(&mut plain, &stream, 0..2);
            for per_unit in [false, true] {
                let (mut gained, _) = learner(model, kind, ewc(10.0));
                gained.base = unit_gains(gained.model.as_ref(), per_unit);
                assert_eq!(
                    train(&mut gained, &stream, 0..2),
                    expected,
                    "{model} {kind:?} per unit: {per_unit}"
                );
            }
        }
    }
}

/// Receptors of no sensitivity on every target and scope that the model has.
fn silent_modulation(model: &dyn Model) -> ModulationSpec {
    let mut receptors = Vec::new();
    for entry in TARGETS {
        let past = [TargetKind::Replay, TargetKind::Discount, TargetKind::Window].contains(&entry.kind);
        let needs_more = past || [TargetKind::Dropout, TargetKind::PlasticityGate].contains(&entry.kind);
        if needs_more || (entry.kind == TargetKind::RecurrentWeight && model.recurrent_layers() == 0) {
            continue;
        }
        for scope in entry.scopes {
            let term = if entry.kind == TargetKind::LossWeight { ", term = \"ewc\"" } else { "" };
            let layers = if scope.word() == "layer" { ", layers = [0]" } else { "" };
            receptors.push(format!(
                "{{ target = \"{}\", scope = \"{}\", sensitivity = 0.0{term}{layers} }}",
                entry.name,
                scope.word()
            ));
        }
    }
    for kind in ["activity", "gradient", "state"] {
        let local = format!("local = {{ kind = \"{kind}\", depth = 0.0 }}");
        let of = "target = \"learning-rate\", scope = \"unit\", layers = [0], sensitivity = 0.0";
        receptors.push(format!("{{ {of}, {local} }}"));
    }
    // One modulator per receptor: a modulator has one receptor per target and layers.
    let modulators = receptors.iter().enumerate().map(|(index, receptor)| {
        format!("[modulators.m{index}]\nsource = {{ kind = \"surprise\" }}\nreceptors = [{receptor}]\n")
    });
    let gate = "[modulators.gate]\nsource = { kind = \"constant\", value = 1.0 }\nlevel = { baseline = 1.0 , gain = 0.0 }\n\
                receptors = [{ target = \"plasticity-gate\" }, { target = \"dropout\", sensitivity = 0.0 }]\n";
    let mut spec: ModulationSpec = toml::from_str(&(modulators.collect::<String>() + gate)).expect("parses");
    let anatomy = Anatomy {
        layers: model.layer_units(),
        recurrent: model.recurrent_layers(),
        terms: vec!["task".into(), "ewc".into()],
        replay: false,
        window: false,
        discount: false,
        winners: true,
        momentum: true,
        boundaries: true,
        states: true,
        inputs: true,
        activations: true,
        distribution: true,
    };
    spec.resolve(&anatomy).expect("resolves");
    spec
}

#[test]
fn law_1_receptors_without_effect_train_bit_for_bit_like_no_modulation_on_every_target_and_scope() {
    for model in MODELS {
        for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam] {
            let (mut plain, stream) = learner(model, kind, ewc(10.0));
            let expected = train(&mut plain, &stream, 0..2);
            let (gained, _) = learner(model, kind, ewc(10.0));
            let spec = silent_modulation(gained.model.as_ref());
            let mut gained = gained.modulated(Some(&spec), None).expect("starts");
            assert_eq!(train(&mut gained, &stream, 0..2), expected, "{model} {kind:?}");
            assert!(gained.modulation().expect("modulated").trace().len() >= 15);
        }
    }
}

#[test]
fn every_target_changes_the_result_once_it_has_an_effect() {
    for entry in TARGETS {
        // Dropout draws masks; replay, a window, recurrence and competition need terms and layers that this network lacks: tested
        // elsewhere.
        let past = [TargetKind::Replay, TargetKind::Discount, TargetKind::Window].contains(&entry.kind);
        if past || [TargetKind::RecurrentWeight, TargetKind::Winners].contains(&entry.kind) {
            continue;
        }
        let term = if entry.kind == TargetKind::LossWeight { ", term = \"ewc\"" } else { "" };
        let text = format!(
            "[modulators.a]\nsource = {{ kind = \"constant\", value = 0.5 }}\nreceptors = [{{ target = \"{}\"{term} }}]\n",
            entry.name
        );
        let spec: ModulationSpec = toml::from_str(&text).expect("parses");
        let (mut plain, stream) = learner(MODELS[0], Kind::Momentum, ewc(10.0));
        let (gained, _) = learner(MODELS[0], Kind::Momentum, ewc(10.0));
        let mut gained = gained.modulated(Some(&spec), None).expect("starts");
        assert_ne!(train(&mut gained, &stream, 0..2), train(&mut plain, &stream, 0..2), "{}", entry.name);
    }
}

#[test]
fn a_constant_slope_gain_equals_scaled_initial_weights_and_a_scaled_rate() {
    // Bias-free ReLU layers under SGD: gain g everywhere is the same as init × g and rate × g²; exact for powers of two.
    let model = "kind = \"mlp\"\nhidden = [12, 8]";
    let bias_free = |learner: &mut Learner| {
        let mut values = learner.model.parameters().snapshot().expect("snapshot");
        for (parameter, buffer) in learner.model.parameters().iter().zip(&mut values) {
            if parameter.role == Role::Bias {
                buffer.fill(0.0);
            }
        }
        learner.model.parameters().restore(&values).expect("restore");
        learner.freeze(|parameter| parameter.role == Role::Bias);
    };
    let (mut gained, stream) = learner(model, Kind::Sgd, vec![]);
    bias_free(&mut gained);
    let slope = LayerGain { slope: Gain::Layer(2.0), ..LayerGain::default() };
    gained.base.layers = vec![slope; 3];
    let (mut rescaled, _) = learner(model, Kind::Sgd, vec![]);
    bias_free(&mut rescaled);
    let double = |values: Vec<Vec<f32>>| -> Vec<Vec<f32>> {
        values.into_iter().map(|buffer| buffer.into_iter().map(|w| 2.0 * w).collect()).collect()
    };
    let initial = double(rescaled.model.parameters().snapshot().expect("snapshot"));
    rescaled.model.parameters().restore(&initial).expect("restore");
    rescaled.base.learning_rate = 4.0;
    assert_eq!(double(train(&mut gained, &stream, 0..2)), train(&mut rescaled, &stream, 0..2));
}

#[test]
fn a_modulated_learner_goes_on_from_a_checkpoint_bit_for_bit() {
    let (plain, stream) = learner(MODELS[0], Kind::Adam, ewc(10.0));
    let text = "[modulators.a]\nsource = { kind = \"unexpected-uncertainty\", threshold = 0.0 }\n\
                level = { retention = 0.9 }\ntransmission = { kind = \"volume\", delay = 2, failure = 0.2 }\n\
                receptors = [{ target = \"slope\" }, { target = \"dropout\", sensitivity = 0.2 }]\n";
    let spec: ModulationSpec = toml::from_str(text).expect("parses");
    let mut whole = plain.modulated(Some(&spec), None).expect("starts");
    train(&mut whole, &stream, 0..1);
    let state = whole.save().expect("saves");
    let expected = train(&mut whole, &stream, 1..3);
    let (fresh, _) = learner(MODELS[0], Kind::Adam, ewc(10.0));
    let mut resumed = fresh.modulated(Some(&spec), None).expect("starts");
    resumed.load(&state).expect("loads");
    assert_eq!(train(&mut resumed, &stream, 1..3), expected);
}

#[test]
fn a_gain_that_is_not_one_changes_the_result() {
    let (mut plain, stream) = learner(MODELS[0], Kind::Sgd, vec![]);
    let expected = train(&mut plain, &stream, 0..1);
    let (mut gained, _) = learner(MODELS[0], Kind::Sgd, vec![]);
    gained.base.layers = vec![LayerGain { slope: Gain::Layer(1.1), ..LayerGain::default() }];
    assert_ne!(train(&mut gained, &stream, 0..1), expected);
}

#[test]
fn a_modulator_can_set_how_much_is_replayed_and_without_effect_changes_no_bit() {
    let er = || composition("er", serde_json::json!({ "memory": { "samples": 20 } }));
    let trained = |receptor: Option<&str>| {
        let (learner, stream) = learner(MODELS[0], Kind::Sgd, er());
        let text = receptor.map(|receptor| {
            format!(
                "[modulators.a]\nsource = {{ kind = \"constant\", value = 0.5 }}\nreceptors = [{receptor}]\n"
            )
        });
        let spec: Option<ModulationSpec> = text.map(|text| toml::from_str(&text).expect("parses"));
        let mut learner = learner.modulated(spec.as_ref(), None).expect("starts");
        train(&mut learner, &stream, 0..2)
    };
    let plain = trained(None);
    for target in ["target = \"replay\"", "target = \"loss-weight\", term = \"er\""] {
        assert_ne!(trained(Some(&format!("{{ {target} }}"))), plain, "{target}");
        assert_eq!(trained(Some(&format!("{{ {target}, sensitivity = 0.0 }}"))), plain, "{target}");
    }
}

#[test]
fn a_modulator_can_set_how_many_units_win_and_without_effect_changes_no_bit() {
    let trained = |receptor: Option<&str>, winners: Option<f32>| {
        let (learner, stream) = learner(MODELS[0], Kind::Sgd, vec![]);
        let text = receptor.map(|receptor| {
            format!(
                "[modulators.a]\nsource = {{ kind = \"constant\", value = 0.5 }}\nreceptors = [{receptor}]\n"
            )
        });
        let spec: Option<ModulationSpec> = text.map(|text| toml::from_str(&text).expect("parses"));
        let mut learner = learner.modulated(spec.as_ref(), None).expect("starts");
        winners.into_iter().for_each(|share| learner.compete(share));
        train(&mut learner, &stream, 0..2)
    };
    // 12 and 8 units: half of them win, and twice the half is all.
    let half = trained(None, Some(0.5));
    let all = trained(None, None);
    assert_ne!(half, all);
    assert_eq!(trained(None, Some(1.0)), all, "all winners are no competition");
    assert_eq!(trained(Some("{ target = \"winners\", sensitivity = 0.0 }"), Some(0.5)), half);
    assert_ne!(trained(Some("{ target = \"winners\", sensitivity = -1.0 }"), Some(0.5)), half);
}
