//! Eq. 1, θ_t* = argmin L_t(θ; D_t) + λ R(θ) with θ initialised at θ_s: what must hold.

use candle_core::{Device, Tensor};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::MethodPreset;
use neuromod_bench::contract::{Protocol, RunLog, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::Learner;
use neuromod_bench::learn::context::Event;
use neuromod_bench::learn::gains::Gains;
use neuromod_bench::learn::nn::{Active, Gradients, Init, Mlp, Model};
use neuromod_bench::learn::objective::{MeanSquared, Objective};
use neuromod_bench::learn::optim::{Kind, OptimiserSpec};
use neuromod_bench::learn::stream::{
    Batch, EvaluateOn, Extra, Inputs, Table, TrainingData, TransferPair, TransferSpec,
};
use neuromod_bench::numeric::Activation;
use neuromod_bench::paradigms::{Transfer, method};

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn preset(kind: &str, parameters: &str) -> MethodPreset {
    let text = format!(
        "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\nparadigm = \"transfer\"\nkind = \"{kind}\"\n\
         provenance = \"test\"\n[parameters]\n{parameters}"
    );
    MethodPreset::parse(Source { name: "mine.toml".into(), text }).expect("a preset")
}

/// The embedded benchmark with a smaller budget.
fn settings(
    benchmark: &str,
    changes: &str,
    kind: &str,
    parameters: &str,
) -> Result<serde_json::Value, String> {
    let mut benchmark = crate::common::shipped().benchmark(benchmark).expect("known").clone();
    let small = "budget = { source_updates = 60, target_updates = 40, batch = 16 }";
    for text in [small, changes] {
        benchmark.body.extend(text.parse::<toml::Table>().expect("toml"));
    }
    Transfer.resolve(&benchmark, &preset(kind, parameters)).map_err(|error| error.to_string())
}

fn run(benchmark: &str, changes: &str, kind: &str, parameters: &str) -> RunLog {
    let spec = RunSpec {
        replays: None,
        benchmark: benchmark.into(),
        version: 1,
        paradigm: "transfer".into(),
        method: "mine".into(),
        seed: 3,
        settings: settings(benchmark, changes, kind, parameters).expect("resolves"),
    };
    Transfer.run(&spec, &data(), &mut Unwatched).expect("runs")
}

#[test]
fn lambda_zero_is_plain_fine_tuning_bit_for_bit() {
    for benchmark in ["digits-even-to-odd", "sinusoid-phase"] {
        let plain = run(benchmark, "", "naive", "");
        for kind in ["l2", "l2-sp"] {
            for proximal in [false, true] {
                let with = |lambda: &str| {
                    run(benchmark, "", kind, &format!("lambda = {lambda}\nproximal = {proximal}"))
                };
                let same = with("0.0");
                assert_eq!(
                    (&same.curves, &same.scalars),
                    (&plain.curves, &plain.scalars),
                    "{kind} {proximal}"
                );
                assert_ne!(with("1000.0").curves, plain.curves, "{kind} {proximal} does nothing");
            }
        }
    }
}

/// θ_s and θ after the target, per parameter: (layer, θ_s, θ).
fn parameters_after(kind: &str, lambda: f64) -> Vec<(usize, Vec<f32>, Vec<f32>)> {
    let spec: TransferSpec = toml::from_str(
        "kind = \"images\"\nheads = \"separate\"\nsource = { data = \"digits\", classes = [0, 2] }\n\
         target = { data = \"digits\", classes = [1, 3] }",
    )
    .expect("a task");
    let streams = Streams::new(5);
    let pair = TransferPair::new(&spec, &data(), EvaluateOn::Test, &streams).expect("a pair");
    let model = Mlp::new(&[64, 12, 8, 4], Activation::Relu, Init::default(), &streams).expect("mlp");
    let parameters = serde_json::json!({ "lambda": lambda, "proximal": true });
    let terms = method::method(kind).expect("known").compose(&parameters).expect("composes").terms;
    let optimiser = OptimiserSpec { kind: Kind::Sgd, rate: 0.1, ..OptimiserSpec::default() };
    let mut learner = Learner::new(Box::new(model), Objective::new(terms), optimiser.build(), &streams);
    let train = |data: &neuromod_bench::learn::stream::TrainingData, name: &str, learner: &mut Learner| {
        let mut loader = data.loader(8, streams.get(name));
        for _ in 0..30 {
            learner.step(&loader.next_batch().expect("batch")).expect("step");
        }
    };
    train(&pair.source.training, "source", &mut learner);
    learner.event(Event::TaskEnd { index: 0 }, &pair.source.training).expect("event");
    let source = learner.model.parameters().snapshot().expect("snapshot");
    train(&pair.few(10).expect("few"), "target", &mut learner);
    let after = learner.model.parameters().snapshot().expect("snapshot");
    let layers = learner.model.parameters().iter().map(|parameter| parameter.layer);
    layers.zip(source).zip(after).map(|((layer, source), after)| (layer, source, after)).collect()
}

#[test]
fn lambda_to_infinity_keeps_the_source() {
    let largest = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
    for (layer, source, after) in parameters_after("l2", 1e12) {
        assert!(largest(&source, &after) < 1e-6, "layer {layer} moved by {}", largest(&source, &after));
    }
    for (layer, source, after) in parameters_after("l2-sp", 1e12) {
        // The output layer is free.
        assert_eq!(largest(&source, &after) < 1e-6, layer < 2, "layer {layer}");
    }
    assert!(parameters_after("l2-sp", 0.0).iter().all(|(_, source, after)| largest(source, after) > 1e-3));
}

#[test]
fn the_composed_loss_of_a_regression_equals_its_value_on_paper() {
    // f(x) = w x + b with w = 2, b = 1 on (1, 0) and (2, 1): residuals 3 and 4, L_t = (9 + 16) / 2 = 12.5;
    // ∂L/∂w = (2/2)(3·1 + 4·2) = 11, ∂L/∂b = 7. R = ½ ‖θ − θ_s‖² with θ_s = (1, 0), λ = 0.5: adds 0.5 · (1, 1).
    let model = Mlp::new(&[1, 1], Activation::Relu, Init::default(), &Streams::new(1)).expect("mlp");
    let terms = method::method("l2")
        .expect("known")
        .compose(&serde_json::json!({ "lambda": 0.5 }))
        .expect("l2")
        .terms;
    let mut objective = Objective::with_task(MeanSquared::default(), terms);
    let table = Table {
        features: 1,
        inputs: Inputs::Numbers(vec![1.0, 2.0]),
        targets: Extra::Values(vec![0.0, 1.0]),
    };
    let table = TrainingData::of_table(std::sync::Arc::new(table), None);
    model.parameters().restore(&[vec![1.0], vec![0.0]]).expect("θ_s");
    let streams = Streams::new(1);
    let gains = Gains::default();
    let cx = neuromod_bench::learn::context::EventContext {
        model: &model,
        data: &table,
        gains: &gains,
        streams: &streams,
        ask: &|| Ok(()),
    };
    objective.on_event(Event::TaskEnd { index: 0 }, &cx).expect("event");
    model.parameters().restore(&[vec![2.0], vec![1.0]]).expect("θ");
    let inputs = Tensor::new(&[[1.0f32], [2.0]], &Device::Cpu).expect("tensor");
    let extra = Extra::Values(vec![0.0, 1.0]);
    let batch = Batch { inputs, targets: Vec::new(), active: Active::All, task: None, extra };
    let mut gradients = Gradients::default();
    objective.gradient(&model, &batch, &Gains::default(), &mut gradients).expect("gradient");
    assert_eq!(objective.statistics().loss, 12.5);
    assert_eq!(gradients.buffers, [[11.5], [7.5]]);
}

#[test]
fn learning_from_scratch_is_its_own_reference() {
    let log = run("digits-even-to-odd", "", "separate", "");
    for name in ["jump_start", "area_ratio", "asymptotic_gain"] {
        assert_eq!(log.scalars[name], 0.0, "{name}");
    }
    assert!(!log.scalars.contains_key("source_loss"));
    // The reference inside another method's run is this very curve.
    let tuned = run("digits-even-to-odd", "", "naive", "");
    let find = |log: &RunLog, name: &str| {
        log.curves.iter().find(|curve| curve.name == name).cloned().expect("a curve")
    };
    assert_eq!(find(&log, "accuracy@10").y, find(&tuned, "scratch_accuracy@10").y);
}

#[test]
fn frozen_features_keep_the_source() {
    let log = run("digits-even-to-odd", "", "frozen", "");
    assert_eq!(log.scalars["source_loss"], 0.0);
    let tuned = run(
        "digits-even-to-odd",
        "budget = { source_updates = 60, target_updates = 200, batch = 16 }",
        "naive",
        "",
    );
    assert!(tuned.scalars["source_loss"] > 0.0, "{:?}", tuned.scalars);
}

#[test]
fn fewer_shots_are_part_of_more_and_balanced() {
    let text = "kind = \"images\"\nheads = \"shared\"\nsource = { data = \"digits\" }\n\
                target = { data = \"digits\", rotate = 45.0 }";
    let spec: TransferSpec = toml::from_str(text).expect("a task");
    let pair = TransferPair::new(&spec, &data(), EvaluateOn::Test, &Streams::new(2)).expect("a pair");
    let few = pair.few(3).expect("few").batch(&(0..30).collect::<Vec<_>>()).expect("batch");
    for class in 0..10 {
        assert_eq!(few.targets.iter().filter(|target| **target == class).count(), 3);
    }
    let rows = |shots: usize| {
        let data = pair.few(shots).expect("few");
        let n = u32::try_from(data.len()).expect("small");
        data.batch(&(0..n).collect::<Vec<_>>()).expect("batch").inputs.to_vec2::<f32>().expect("rows")
    };
    let (three, ten) = (rows(3), rows(10));
    assert!(three.iter().all(|row| ten.contains(row)));
}

#[test]
fn what_does_not_fit_is_refused_before_training_with_what_is_allowed() {
    let refuse = |benchmark: &str, changes: &str, kind: &str| {
        settings(benchmark, changes, kind, "").expect_err("refused")
    };
    let error = refuse("digits-even-to-odd", "shots = [100, 10]", "naive");
    assert!(
        error.contains("shots") && error.contains("[100, 10]") && error.contains("increasing"),
        "{error}"
    );
    let error = refuse("sinusoid-phase", "", "ewc");
    assert!(error.contains("ewc") && error.contains("targets with labels"), "{error}");
    assert!(refuse("digits-even-to-odd", "", "joint").contains("source then target"));
    let changes = "[task]\nkind = \"images\"\nheads = \"shared\"\nsource = { data = \"digits\", classes = [0, 1, 2] }\n\
                   target = { data = \"digits\", classes = [3, 4] }";
    let error = refuse("digits-even-to-odd", changes, "naive");
    assert!(error.contains("task.target.classes") && error.contains("as many classes"), "{error}");
    let error = refuse("digits-even-to-odd", &changes.replace("[3, 4]", "[3, 12]"), "naive");
    assert!(error.contains("from 0 to 9"), "{error}");
    let spec = RunSpec {
        replays: None,
        benchmark: "digits-even-to-odd".into(),
        version: 1,
        paradigm: "transfer".into(),
        method: "mine".into(),
        seed: 3,
        settings: settings("digits-even-to-odd", "shots = [10, 500]", "naive", "").expect("resolves"),
    };
    let error = Transfer.run(&spec, &data(), &mut Unwatched).expect_err("too many").to_string();
    assert!(error.contains("`shots` = 500") && error.contains("of class 1"), "{error}");
}

#[test]
fn every_transfer_benchmark_resolves_with_every_method_that_it_names() {
    let library = crate::common::shipped();
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "transfer") {
        for method in &benchmark.header.methods {
            let preset = library.method("transfer", method).expect("known");
            Transfer.resolve(benchmark, preset).expect("resolves");
        }
    }
}
