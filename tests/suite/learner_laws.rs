//! The laws that bind a learner: weight 0 is absence, a saved learner goes on, gradients reach everything.

use neuromod_bench::base::rng::Streams;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::{MethodInfo, Reveal};
use neuromod_bench::learn::Learner;
use neuromod_bench::learn::context::Event;
use neuromod_bench::learn::gains::Gains;
use neuromod_bench::learn::nn::ModelSpec;
use neuromod_bench::learn::objective::{Objective, Weighted};
use neuromod_bench::learn::optim::{Kind, OptimiserSpec};
use neuromod_bench::learn::stream::{EvaluateOn, TaskStream};
use neuromod_bench::paradigms::method;

use crate::laws::{data, library};

pub fn learner(model: &str, kind: Kind, terms: Vec<Weighted>) -> (Learner, TaskStream) {
    let library = library();
    let source = Source { name: "model".into(), text: model.into() };
    let spec: ModelSpec = source.read(source.table().expect("toml").into(), "").expect("model");
    let digits = data().get("digits").expect("embedded");
    let benchmark = library.benchmark("tiny-task").expect("known");
    let stream_spec = benchmark.body["stream"].clone().try_into().expect("stream");
    let streams = Streams::new(5);
    let stream = TaskStream::new(&stream_spec, &digits, EvaluateOn::Test, &streams).expect("stream");
    let model = spec.build(digits.shape, stream.outputs(), &streams).expect("model");
    let optimiser = OptimiserSpec { kind, rate: 0.01, ..OptimiserSpec::default() };
    (Learner::new(model, Objective::new(terms), optimiser.build(), &streams), stream)
}

pub fn train(learner: &mut Learner, stream: &TaskStream, tasks: std::ops::Range<usize>) -> Vec<Vec<f32>> {
    for task in tasks {
        let data = stream.training(task);
        learner.event(Event::TaskStart { index: task }, &data).expect("event");
        let mut loader = data.loader(8, Streams::new(1).get(&format!("order{task}")));
        for _ in 0..5 {
            learner.step(&loader.next_batch().expect("batch")).expect("step");
        }
        learner.event(Event::TaskEnd { index: task }, &data).expect("event");
    }
    learner.model.parameters().snapshot().expect("snapshot")
}

pub const MODELS: [&str; 3] = [
    "kind = \"mlp\"\nhidden = [12, 8]",
    "kind = \"cnn\"\nchannels = [3]\nhidden = [8]",
    "kind = \"rnn\"\nunits = 8",
];

pub fn composition(kind: &str, parameters: serde_json::Value) -> Vec<Weighted> {
    method::method(kind).expect("known").compose(&parameters).expect("composes").terms
}

pub fn ewc(lambda: f64) -> Vec<Weighted> {
    composition("ewc", serde_json::json!({ "lambda": lambda }))
}

/// The methods with a term.
fn with_terms() -> impl Iterator<Item = MethodInfo> {
    let infos = method::METHODS.iter().map(|entry| entry.info);
    infos.filter(|info| !composition(info.kind, serde_json::json!({})).is_empty())
}

#[test]
fn law_2_a_term_of_weight_zero_equals_its_absence() {
    for MethodInfo { kind, strength, .. } in with_terms() {
        let terms = composition(kind, serde_json::json!({ strength: 0.0 }));
        assert_eq!(terms.len(), 1, "{kind}");
        let (mut without, stream) = learner(MODELS[0], Kind::Adam, vec![]);
        let (mut with, _) = learner(MODELS[0], Kind::Adam, terms);
        assert_eq!(train(&mut with, &stream, 0..3), train(&mut without, &stream, 0..3), "{kind}");
        let strong = composition(kind, serde_json::json!({ strength: 100.0 }));
        let (mut strong, _) = learner(MODELS[0], Kind::Adam, strong);
        let (mut without, _) = learner(MODELS[0], Kind::Adam, vec![]);
        assert_ne!(
            train(&mut strong, &stream, 0..3),
            train(&mut without, &stream, 0..3),
            "{kind} does nothing"
        );
    }
}

/// Every method of the registry that has a term; what others are made of goes on too: `paradigms`, `incremental/resume_tests.rs`.
#[test]
fn law_4_a_saved_learner_goes_on_as_if_nothing_happened() {
    for MethodInfo { kind, .. } in with_terms() {
        let terms = || composition(kind, serde_json::json!({}));
        let (mut whole, stream) = learner(MODELS[0], Kind::Adam, terms());
        train(&mut whole, &stream, 0..1);
        let text = serde_json::to_string(&whole.save().expect("save")).expect("serialises");
        let expected = train(&mut whole, &stream, 1..3);
        let (mut resumed, _) = learner(MODELS[0], Kind::Adam, terms());
        resumed.load(&serde_json::from_str(&text).expect("parses")).expect("load");
        assert_eq!(train(&mut resumed, &stream, 1..3), expected, "{kind}");
    }
}

#[test]
fn law_4_a_saved_loader_gives_the_batches_that_were_to_come() {
    let (_, stream) = learner(MODELS[0], Kind::Sgd, vec![]);
    let data = stream.training(0);
    let fresh = || data.loader(50, Streams::new(1).get("order"));
    let mut whole = fresh();
    for _ in 0..5 {
        let state = whole.save();
        let expected: Vec<Vec<u32>> = (0..7).map(|_| whole.next_batch().expect("batch").targets).collect();
        let mut resumed = fresh();
        resumed.load(&state).expect("load");
        let found: Vec<Vec<u32>> = (0..7).map(|_| resumed.next_batch().expect("batch").targets).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn law_4_a_frozen_learner_stays_frozen_after_a_restart() {
    let (mut whole, stream) = learner(MODELS[0], Kind::Adam, vec![]);
    train(&mut whole, &stream, 0..1);
    whole.freeze_features();
    let state = whole.save().expect("save");
    let expected = train(&mut whole, &stream, 1..2);
    let (mut resumed, _) = learner(MODELS[0], Kind::Adam, vec![]);
    resumed.load(&state).expect("load");
    assert_eq!(train(&mut resumed, &stream, 1..2), expected);
}

#[test]
fn gradients_by_term_add_up_to_the_whole() {
    let (mut learner, stream) = learner(MODELS[0], Kind::Sgd, ewc(50.0));
    train(&mut learner, &stream, 0..2);
    let batch = stream.training(2).loader(8, Streams::new(1).get("b")).next_batch().expect("batch");
    let gains = Gains { terms: [("ewc".to_owned(), 0.5)].into(), ..Gains::default() };
    let mut whole = neuromod_bench::learn::nn::Gradients::default();
    let model = learner.model.as_ref();
    learner.objective.gradient(model, &batch, &gains, &mut whole).expect("gradient");
    let apart = learner.objective.gradients_by_term(model, &batch, &gains).expect("gradients");
    assert_eq!(apart.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["task", "ewc"]);
    let mut sum = neuromod_bench::learn::nn::Gradients::zeros(model.parameters());
    apart.iter().for_each(|(_, gradients)| sum.add_scaled(gradients, 1.0));
    for (sum, whole) in sum.buffers.iter().flatten().zip(whole.buffers.iter().flatten()) {
        assert!((sum - whole).abs() <= 1e-6 * (1.0 + whole.abs()), "{sum} {whole}");
    }
    assert!(apart.iter().all(|(_, gradients)| gradients.norm() > 0.0));
}

#[test]
fn law_5_batches_carry_only_what_the_stream_reveals() {
    let library = library();
    let digits = data().get("digits").expect("embedded");
    for (id, reveals) in [("tiny-task", true), ("tiny-class", false)] {
        let spec = library.benchmark(id).expect("known").body["stream"].clone().try_into().expect("stream");
        let stream = TaskStream::new(&spec, &digits, EvaluateOn::Test, &Streams::new(3)).expect("stream");
        assert_eq!(stream.reveals(Reveal::TaskId), reveals);
        let batch = stream.training(2).loader(4, Streams::new(1).get("b")).next_batch().expect("batch");
        assert_eq!(batch.task, reveals.then_some(2));
    }
}

#[test]
fn law_7_every_parameter_gets_a_finite_gradient_over_a_task() {
    for model in MODELS {
        let (mut learner, stream) = learner(model, Kind::Sgd, vec![]);
        let mut sums = neuromod_bench::learn::nn::Gradients::zeros(learner.model.parameters());
        // All tasks, because in the task scenario each has outputs of its own.
        for batch in stream.pool(0, 4).batches(128) {
            let mut gradients = neuromod_bench::learn::nn::Gradients::default();
            let batch = batch.expect("batch");
            let Learner { model, objective, base: gains, .. } = &mut learner;
            objective.gradient(model.as_ref(), &batch, gains, &mut gradients).expect("gradient");
            gradients.buffers.iter_mut().flatten().for_each(|g| *g = g.abs());
            sums.add_scaled(&gradients, 1.0);
        }
        for (parameter, sum) in learner.model.parameters().iter().zip(&sums.buffers) {
            let total: f32 = sum.iter().sum();
            assert!(total.is_finite() && total > 0.0, "{model}: {} has gradient {total}", parameter.name);
        }
    }
}
