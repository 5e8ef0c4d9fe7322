//! Exactness of the outer gradient, laws, refusals, and the protocol end to end on made-up characters.

use rand::RngExt;

use super::networks::{Networks, Pass};
use super::outer::{Outer, Task};
use super::*;
use base::rng::Streams;
use contract::definition::Library;
use contract::{Protocol, Unwatched};
use data::{DataFolder, omniglot};
use learn::nn::CnnSpec;
use learn::nn::twice::{Function, Normalise};
use numeric::Activation;

fn library() -> Library {
    Library::of_tree().expect("definitions")
}

/// The embedded benchmark with other values at dotted keys, and a method's parameters changed.
fn resolved(method: &str, changes: &[(&str, toml::Value)]) -> Result<Resolved> {
    let library = library();
    let mut benchmark = library.benchmark("omniglot-sequential").expect("benchmark").clone();
    let mut preset = library.method("meta-sequential", method).expect("preset").clone();
    for (key, value) in changes {
        match key.split_once('.') {
            Some(("parameters", key)) => preset.header.parameters.insert(key.into(), value.clone()),
            Some((table, key)) => {
                let table = benchmark.body.entry(table).or_insert_with(|| toml::Table::new().into());
                table.as_table_mut().expect("table").insert(key.into(), value.clone())
            }
            None => benchmark.body.insert((*key).into(), value.clone()),
        };
    }
    Resolved::new(&benchmark, &preset)
}

fn small(method: &str) -> Resolved {
    let channels = |units: &[i64]| toml::Value::from(units.to_vec());
    let mut resolved = resolved(
        method,
        &[
            ("features.channels", channels(&[2, 2, 2, 2])),
            ("features.gate_channels", channels(&[2, 2, 2, 2])),
            ("characters.training_classes", 3.into()),
            ("inner.classes", 2.into()),
        ],
    )
    .expect("settings");
    resolved.method.channels = vec![2, 2, 2, 2];
    resolved.method.hidden = resolved.method.hidden.map(|_| 5);
    resolved.method.inner_rate = 0.3;
    resolved
}

fn task(seed: u64) -> Task {
    let mut random = Streams::new(seed).fast("task");
    let labels = vec![0, 0, 2, 2, 1, 0, 2];
    let images =
        (0..labels.len() * omniglot::EDGE * omniglot::EDGE).map(|_| random.random_range(0.0..1.0)).collect();
    Task { drawings: characters::Drawings { images, labels }, learned: 4, fresh: vec![0, 2] }
}

fn theta(networks: &Networks, seed: u64) -> Vec<f32> {
    let store = networks.parameters(&Streams::new(seed)).expect("parameters");
    let mut theta = vec![0.0; networks.count()];
    twice::gather(learn::nn::Model::parameters(&store), &mut theta).expect("gather");
    // Biases off 0, so that no unit sits on the corner of its ReLU.
    let mut random = Streams::new(seed).fast("shake");
    theta.iter_mut().for_each(|value| *value += random.random_range(-0.05..0.05));
    theta
}

/// The networks of [`small`] with tanh in place of ReLU, whose corners difference quotients stumble over.
fn smooth(networks: &Networks) -> Networks {
    let (shape, activation) = ([1, omniglot::EDGE, omniglot::EDGE], Activation::Tanh);
    let spec = CnnSpec {
        channels: vec![2; 4],
        stride: 2,
        pool: 1,
        hidden: vec![],
        activation,
        ..CnnSpec::default()
    };
    let features = Function::convolutions(&spec, shape);
    let gate = networks.gate.as_ref().map(|gate| {
        if networks.constant {
            return gate.clone();
        }
        Function::of_cnn(&spec, shape, gate.outputs(), Normalise::None).activated(Activation::Sigmoid)
    });
    let sizes = networks.head.layers().map(|[inputs, _]| inputs).chain([3]).collect::<Vec<_>>();
    let head = Function::dense(&sizes, activation, Normalise::None);
    let smooth = Networks { features, gate, constant: networks.constant, head };
    assert_eq!(smooth.count(), networks.count());
    smooth
}

#[test]
fn the_outer_gradient_is_exact_through_representation_gate_and_inner_loop() {
    for method in ["oml", "anml", "anml-no-gate", "anml-constant"] {
        let (mut outer, task) = (Outer::new(&small(method)), task(1));
        outer.networks = smooth(&outer.networks);
        let theta = theta(&outer.networks, 2);
        let mut gradient = vec![0.0; theta.len()];
        outer.gradient(&theta, &task, &mut gradient);
        let (mut off, mut size) = (0.0, 0.0);
        for place in 0..theta.len() {
            let mut moved = |step: f32| {
                let (mut theta, mut waste) = (theta.clone(), vec![0.0; theta.len()]);
                theta[place] += step;
                outer.gradient(&theta, &task, &mut waste)
            };
            let numeric = (moved(4e-3) - moved(-4e-3)) / 8e-3;
            off += (f64::from(gradient[place]) - numeric).powi(2);
            size += numeric.powi(2);
        }
        let error = (off / size).sqrt();
        assert!(error <= 1e-3, "{method}: relative error {error}");
        // Leaving the way back through the inner loop out is another gradient.
        let mut first_order = vec![0.0; theta.len()];
        outer.first_order_gradient(&theta, &task, &mut first_order);
        let difference: f64 =
            gradient.iter().zip(&first_order).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        assert!((difference / size).sqrt() > 0.05, "{method}");
    }
}

/// Sets the last layer of m to these weights and biases.
fn set_gate(networks: &Networks, theta: &mut [f32], weight: f32, bias: f32) {
    let gate = networks.gate.as_ref().expect("a gate");
    let (from, to) = (networks.features.count() + gate.head(), networks.head_start());
    theta[from..to].fill(weight);
    theta[to - gate.outputs()..to].fill(bias);
}

/// The same representation and head without m.
fn without_gate(networks: &Networks, theta: &[f32]) -> Vec<f32> {
    [&theta[..networks.features.count()], &theta[networks.head_start()..]].concat()
}

#[test]
fn a_gate_of_one_is_no_gate_bit_for_bit_in_features_loss_and_gradient() {
    let (mut gated, mut plain) = (Outer::new(&small("anml")), Outer::new(&small("anml-no-gate")));
    let mut theta = theta(&gated.networks, 3);
    // sigmoid(100) is 1 in single precision.
    set_gate(&gated.networks, &mut theta, 0.0, 100.0);
    let bare = without_gate(&gated.networks, &theta);
    let (mut gradient, mut bare_gradient) = (vec![0.0; theta.len()], vec![0.0; bare.len()]);
    let loss = gated.gradient(&theta, &task(4), &mut gradient);
    assert_eq!(loss.to_bits(), plain.gradient(&bare, &task(4), &mut bare_gradient).to_bits());
    assert_eq!(without_gate(&gated.networks, &gradient), bare_gradient);
    let of_gate = &gradient[gated.networks.features.count()..gated.networks.head_start()];
    assert!(of_gate.iter().all(|g| *g == 0.0), "a saturated gate has no gradient");
}

#[test]
fn a_gate_of_one_half_halves_the_features() {
    let networks = |method: &str| {
        let resolved = small(method);
        Networks::new(&resolved.benchmark, &resolved.method)
    };
    let (gated, plain) = (networks("anml"), networks("anml-no-gate"));
    let mut theta = theta(&gated, 5);
    set_gate(&gated, &mut theta, 0.0, 0.0);
    let images = task(6).drawings.images;
    let (mut halved, mut whole) = (Pass::default(), Pass::default());
    gated.represent(&theta, &images, &mut halved);
    plain.represent(&without_gate(&gated, &theta), &images, &mut whole);
    assert!(whole.z.iter().any(|z| *z > 0.0));
    assert!(halved.z.iter().zip(&whole.z).all(|(half, whole)| *half == 0.5 * whole));
}

#[test]
fn gates_of_controls_replace_those_of_the_drawings_and_a_constant_gate_is_the_same_for_all() {
    let networks = |method: &str| {
        let resolved = small(method);
        Networks::new(&resolved.benchmark, &resolved.method)
    };
    let (gated, constant) = (networks("anml"), networks("anml-constant"));
    let images = task(6).drawings.images;
    let mut pass = Pass::default();
    gated.represent(&theta(&gated, 5), &images, &mut pass);
    let (width, own) = (gated.features.outputs(), pass.z.clone());
    let gates = pass.gates().to_vec();
    assert_ne!(gates[..width], gates[width..2 * width], "each drawing has gates of its own");
    pass.regate(&gates);
    assert_eq!(pass.z, own, "its own gates change nothing");
    pass.regate(&vec![0.0; gates.len()]);
    assert!(pass.z.iter().all(|z| *z == 0.0));
    constant.represent(&theta(&constant, 5), &images, &mut pass);
    let rows: Vec<&[f32]> = pass.gates().chunks_exact(width).collect();
    assert!(rows.len() == 7 && rows.iter().all(|row| row == &rows[0]));
}

#[test]
fn more_classes_shots_or_samples_than_exist_are_refused_by_key() {
    let refused = |key: &str, value: i64, parts: &[&str]| {
        let text = resolved("anml", &[(key, value.into())]).expect_err(key).to_string();
        for part in [format!("`{key}`").as_str()].iter().chain(parts) {
            assert!(text.contains(part), "{text} lacks {part}");
        }
    };
    refused("characters.training_classes", 721, &["721", "2 to 720"]);
    refused("characters.training_classes", 1, &["2 to 720"]);
    refused("sequence.classes", 249, &["249", "2 to 248", "62 characters"]);
    refused("sequence.shots", 16, &["16 with 5 queries", "20"]);
    refused("sequence.shots", 0, &["1 to 19"]);
    refused("sequence.queries", 0, &["1 to 19"]);
    refused("sequence.batch", 16, &["1 to 15"]);
    refused("sequence.every", 51, &["1 to 50"]);
    refused("sequence.sequences", 1, &["2 to 10000"]);
    refused("inner.shots", 21, &["1 to 20"]);
    refused("inner.shots", 0, &["1 to 20"]);
    refused("inner.classes", 101, &["1 to 100"]);
    refused("inner.remember", 0, &["1 to 10000"]);
    refused("budget.outer_steps", 0, &["1 to"]);
    let text = resolved("anml", &[("evaluate", "validation".into()), ("sequence.classes", 121.into())]);
    assert!(text.expect_err("refused").to_string().contains("2 to 120"));
    let text = resolved("anml", &[("parameters.rate", (-1.0).into())]).expect_err("refused").to_string();
    assert!(text.contains("parameters.rate") || text.contains("rate"), "{text}");
    let text = resolved("anml", &[("parameters.hidden", 7.into())]).expect_err("refused").to_string();
    assert!(text.contains("`parameters.hidden`"), "{text}");
    let text = resolved("oml", &[("parameters.gate", "mean".into())]).expect_err("refused").to_string();
    assert!(text.contains("`parameters.gate`"), "{text}");
    let text =
        resolved("scratch", &[("parameters.inner_rate", 0.1.into())]).expect_err("refused").to_string();
    assert!(text.contains("`parameters.inner_rate`"), "{text}");
}

#[test]
fn only_random_features_are_not_trained() {
    for Registered { info, means: kind } in METHODS {
        let resolved = resolved(info.kind, &[]).expect("settings");
        assert_eq!(resolved.outer_steps() == 0, *kind == Kind::Scratch);
        let text = serde_json::to_string(
            &Sequential
                .resolve(
                    library().benchmark("omniglot-sequential").expect("benchmark"),
                    library().method("meta-sequential", info.kind).expect("preset"),
                )
                .expect("settings"),
        )
        .expect("JSON");
        assert_eq!(serde_json::from_str::<Resolved>(&text).expect("settings"), resolved);
    }
}

/// Needs Omniglot in the data folder: `NEUROMOD_DATA=… cargo test --release -- --ignored sequential`.
#[test]
#[ignore = "needs the data folder"]
fn every_method_runs_and_the_same_seed_gives_the_same_bytes() {
    let data = Data::new(DataFolder::choose(None));
    let run = |method: &str, seed: u64| {
        let mut resolved = resolved(method, &[]).expect("settings");
        resolved.benchmark.budget.outer_steps = 20;
        resolved.benchmark.sequence.sequences = 2;
        let spec = RunSpec {
            replays: None,
            benchmark: "omniglot-sequential".into(),
            version: 1,
            paradigm: "meta-sequential".into(),
            method: method.into(),
            seed,
            settings: serde_json::to_value(&resolved).expect("JSON"),
        };
        Sequential.run(&spec, &data, &mut Unwatched).expect("run")
    };
    for Registered { info, .. } in METHODS {
        let log = run(info.kind, 1);
        assert_eq!(log, run(info.kind, 1), "{}", info.kind);
        assert_ne!(log, run(info.kind, 2), "{}", info.kind);
        assert_eq!(log.curves[0].x, [10.0, 20.0, 30.0, 40.0, 50.0]);
        assert!((0.0..=1.0).contains(&log.scalars["sequential_accuracy"]));
    }
}

#[test]
fn a_learner_saved_between_outer_updates_goes_on_as_if_nothing_had_happened() {
    let data = Data::new(DataFolder::choose(None)).with(data::made_up::characters());
    for kind in METHODS.iter().map(|row| row.info.kind) {
        let resolved = small(kind);
        let [mut whole, mut resumed] = [0, 1].map(|_| Run::new(&resolved, 4, &data).expect("a run"));
        let on = |run: &mut Run<'_>, random: &mut FastRng| {
            (0..2).for_each(|_| {
                run.update(random).expect("learns");
            });
            run.learner.save().expect("saves")
        };
        let mut random = Streams::new(4).fast("tasks/training");
        let saved = on(&mut whole, &mut random);
        let text = serde_json::to_string(&(&saved, &random)).expect("serialises");
        let (state, mut again) = serde_json::from_str(&text).expect("parses");
        resumed.learner.load(&state).expect("loads");
        let end = on(&mut whole, &mut random);
        assert_eq!(end, on(&mut resumed, &mut again), "{kind}");
        assert_ne!(end, saved, "{kind} has learned nothing");
    }
}
