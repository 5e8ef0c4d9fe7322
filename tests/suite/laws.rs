//! The laws of the design that bind the path from definition to record.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use neuromod_bench::base::error::{Error, StopReason};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::base::source::Source;
use neuromod_bench::contract::definition::Library;
use neuromod_bench::contract::{Record, Reveal, Status, Watch};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::Learner;
use neuromod_bench::learn::gains::{Gain, Gains, LayerGain};
use neuromod_bench::learn::modulation::{Anatomy, ModulationSpec, TARGETS, TargetKind};
use neuromod_bench::learn::nn::{Model, ModelSpec, Role};
use neuromod_bench::learn::objective::{Event, Objective, Weighted};
use neuromod_bench::learn::optim::{Kind, OptimiserSpec};
use neuromod_bench::learn::stream::{EvaluateOn, TaskStream};
use neuromod_bench::paradigms::method;
use neuromod_bench::report::metric;
use neuromod_bench::run::{Executor, Journal, Listener, Plan, PlannedRun, Selection, environment};

struct Silent;
impl Listener for Silent {}

/// A small, quick benchmark: five tasks of 20 updates.
fn library() -> Library {
    let mut library = neuromod_bench::definitions::shipped().expect("embedded definitions");
    for scenario in ["task", "class"] {
        let reveals = if scenario == "task" { r#"["task-id", "boundary"]"# } else { r#"["boundary"]"# };
        let text = format!(
            r#"
schema = 1
id = "tiny-{scenario}"
version = 1
title = "Tiny"
paradigm = "incremental"
summary = "For tests."
score = {{ metric = "average_accuracy", chance = 0.5, ceiling = "joint", reference = "naive" }}
methods = ["naive", "ewc", "si"]
data = "digits"
stream = {{ tasks = {{ kind = "split" }}, scenario = "{scenario}", reveals = {reveals} }}
model = {{ kind = "mlp", hidden = [16] }}
budget = {{ updates_per_task = 20, batch = 8 }}
curve = {{ every = 10, samples = 20 }}
"#
        );
        library.add(Source { name: "tiny.toml".into(), text }).expect("valid");
    }
    library
}

fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

fn plan(library: &Library, targets: &[&str], methods: &[&str], seeds: u64) -> Plan {
    let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let selection = Selection { targets: strings(targets), methods: strings(methods), seeds: Some(seeds) };
    Plan::new(library, &selection).expect("a valid plan")
}

fn execute(plan: &Plan, jobs: usize, interrupt: &AtomicBool, listener: &dyn Listener) -> Vec<Record> {
    let dir = tempfile::tempdir().expect("temporary folder");
    let (mut journal, _) = Journal::open(dir.path()).expect("journal");
    let executor = Executor {
        data: &data(),
        jobs,
        time_limit: None,
        env: environment(jobs),
        scorer: metric::score_all,
        traces: Default::default(),
        interrupt,
    };
    executor.execute(&plan.runs, &mut journal, listener).expect("journal can be written").records
}

fn hashes(records: &[Record]) -> BTreeMap<String, String> {
    records.iter().map(|record| (record.key.clone(), record.result_sha256.clone())).collect()
}

/// Everything deterministic in a record, as bytes.
fn deterministic(record: &Record) -> String {
    let mut value = serde_json::to_value(record).expect("serialises");
    for field in ["time", "env"] {
        value.as_object_mut().expect("an object").remove(field);
    }
    value.to_string()
}

#[test]
fn law_3_records_are_the_same_bytes_whatever_the_jobs_and_the_order() {
    let library = library();
    let plan = plan(&library, &["tiny-task", "tiny-class"], &[], 2);
    assert_eq!(plan.runs.len(), 12);
    let never = AtomicBool::new(false);
    let sorted = |mut records: Vec<Record>| {
        records.sort_by(|a, b| a.key.cmp(&b.key));
        records.iter().map(deterministic).collect::<Vec<_>>()
    };
    let one = sorted(execute(&plan, 1, &never, &Silent));
    let two = sorted(execute(&plan, 2, &never, &Silent));
    let mut reversed = plan.clone();
    reversed.runs.reverse();
    let backwards = sorted(execute(&reversed, 3, &never, &Silent));
    assert_eq!(one, two);
    assert_eq!(one, backwards);
    assert!(one.iter().all(|record| record.contains("\"status\":\"ok\"")));
}

#[test]
fn law_4_an_interrupted_session_resumes_to_the_same_records() {
    struct StopAfter<'a>(usize, AtomicUsize, &'a AtomicBool);
    impl Listener for StopAfter<'_> {
        fn ended(&self, _slot: usize, _record: &Record) {
            if self.1.fetch_add(1, Ordering::SeqCst) + 1 == self.0 {
                self.2.store(true, Ordering::SeqCst);
            }
        }
    }
    let library = library();
    // Many runs: workers go on for some milliseconds before they see the interrupt.
    let plan = plan(&library, &["tiny-task"], &[], 20);
    let (never, interrupt) = (AtomicBool::new(false), AtomicBool::new(false));
    let whole = hashes(&execute(&plan, 1, &never, &Silent));
    let first = execute(&plan, 2, &interrupt, &StopAfter(2, AtomicUsize::new(0), &interrupt));
    assert!((2..plan.runs.len()).contains(&first.len()), "{} records before the interrupt", first.len());
    let done = hashes(&first);
    let rest = Plan {
        runs: plan.runs.iter().filter(|run| !done.contains_key(&run.key)).cloned().collect(),
        ..Plan::default()
    };
    let mut resumed = hashes(&execute(&rest, 1, &never, &Silent));
    resumed.extend(done);
    assert_eq!(resumed, whole);
}

#[test]
fn law_6_other_methods_and_seeds_change_no_record() {
    let library = library();
    let never = AtomicBool::new(false);
    let alone = hashes(&execute(&plan(&library, &["tiny-task"], &["si"], 1), 1, &never, &Silent));
    let among = hashes(&execute(&plan(&library, &["tiny-task", "tiny-class"], &[], 2), 1, &never, &Silent));
    assert_eq!(alone.len(), 1);
    assert!(alone.iter().all(|(key, hash)| among.get(key) == Some(hash)));
}

fn learner(model: &str, kind: Kind, terms: Vec<Weighted>) -> (Learner, TaskStream) {
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

fn train(learner: &mut Learner, stream: &TaskStream, tasks: std::ops::Range<usize>) -> Vec<Vec<f32>> {
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

const MODELS: [&str; 3] = [
    "kind = \"mlp\"\nhidden = [12, 8]",
    "kind = \"cnn\"\nchannels = [3]\nhidden = [8]",
    "kind = \"rnn\"\nunits = 8",
];

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

fn composition(kind: &str, parameters: serde_json::Value) -> Vec<Weighted> {
    method::method(kind).expect("known").compose(&parameters).expect("composes").terms
}

fn ewc(lambda: f64) -> Vec<Weighted> {
    composition("ewc", serde_json::json!({ "lambda": lambda }))
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
        let needs_more =
            [TargetKind::Replay, TargetKind::Dropout, TargetKind::PlasticityGate].contains(&entry.kind);
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
        winners: true,
        momentum: true,
        boundaries: true,
        states: true,
        inputs: true,
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
        // Dropout draws masks, replay, recurrence and competition need terms and layers that this network lacks: tested elsewhere.
        if [TargetKind::Replay, TargetKind::RecurrentWeight, TargetKind::Winners].contains(&entry.kind) {
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

/// Methods with a term, and the key of its weight.
const STRENGTHS: [(&str, &str); 17] = [
    ("l2", "lambda"),
    ("l2-sp", "lambda"),
    ("ewc", "lambda"),
    ("online-ewc", "lambda"),
    ("si", "c"),
    ("mas", "lambda"),
    ("scp", "lambda"),
    ("lwf", "lambda"),
    ("er", "lambda"),
    ("der", "alpha"),
    ("a-gem", "strength"),
    ("gem", "strength"),
    ("rwalk", "lambda"),
    ("generative-replay", "lambda"),
    ("gdumb", "strength"),
    ("icarl", "strength"),
    ("gpm", "strength"),
];

#[test]
fn law_2_a_term_of_weight_zero_equals_its_absence() {
    let kinds = method::METHODS.iter().map(|entry| entry.info.kind);
    let with_terms = kinds.filter(|kind| !composition(kind, serde_json::json!({})).is_empty());
    assert_eq!(with_terms.count(), STRENGTHS.len(), "every method with a term stands in the list");
    for (kind, strength) in STRENGTHS {
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

#[test]
fn law_4_a_saved_learner_goes_on_as_if_nothing_happened() {
    for (kind, _) in STRENGTHS {
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
fn law_5_a_method_that_needs_a_hidden_boundary_is_refused_before_training() {
    let mut library = library();
    let mut text = library.benchmark("tiny-class").expect("known").origin.text();
    text = text.replace(r#"reveals = ["boundary"]"#, "reveals = []").replace("tiny-class", "tiny-hidden");
    text = text.replace("batch = 8 }", "batch = 8, reset_optimiser = false }");
    library.add(Source { name: "hidden.toml".into(), text }).expect("parses");
    let ask = |method: &str| {
        let selection =
            Selection { targets: vec!["tiny-hidden".into()], methods: vec![method.into()], seeds: Some(1) };
        Plan::new(&library, &selection).map(|plan| plan.runs.len())
    };
    assert_eq!(ask("naive").expect("naive needs nothing"), 1);
    let message = ask("ewc").expect_err("ewc needs boundaries").to_string();
    assert!(message.contains("method `ewc` needs `boundary`, which this stream hides"), "{message}");
    assert!(message.starts_with("hidden.toml:"), "{message}");
}

#[test]
fn a_cell_that_lists_its_methods_takes_only_those_of_the_asked_ones() {
    let mut library = library();
    let text = r#"schema = 1
id = "pair"
title = "Pair"
summary = "One cell lists its methods, the other does not."
seeds = 2
cell = [{ benchmarks = ["tiny-task"], methods = ["naive", "si"] }, { benchmarks = ["tiny-class"] }]
"#;
    library.add(Source { name: "pair.toml".into(), text: text.into() }).expect("valid");
    let pairs = |methods: &[&str]| -> Vec<(String, String)> {
        let spec = |run: &PlannedRun| (run.spec.benchmark.clone(), run.spec.method.clone());
        plan(&library, &["pair"], methods, 1).runs.iter().map(spec).collect()
    };
    let pair = |benchmark: &str, method: &str| (benchmark.to_owned(), method.to_owned());
    assert_eq!(pairs(&["si"]), [pair("tiny-task", "si"), pair("tiny-class", "si")]);
    assert_eq!(pairs(&["ewc"]), [pair("tiny-class", "ewc")]);
    let text = text.replace("pair", "lone").replace(r#", { benchmarks = ["tiny-class"] }"#, "");
    library.add(Source { name: "lone.toml".into(), text }).expect("valid");
    let methods = vec!["ewc".to_owned()];
    let selection = Selection { targets: vec!["lone".into()], methods, seeds: Some(1) };
    let message = Plan::new(&library, &selection).expect_err("no cell lists ewc").to_string();
    assert!(message.contains("none of the chosen suites' cells lists it"), "{message}");
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

#[test]
fn a_diverging_run_becomes_a_record_and_the_rest_goes_on() {
    let mut library = library();
    let text = library.benchmark("tiny-task").expect("known").origin.text();
    let text = text.replace("tiny-task", "tiny-wild") + "optimiser = { kind = \"sgd\", rate = 1e30 }\n";
    library.add(Source { name: "wild.toml".into(), text }).expect("parses");
    let never = AtomicBool::new(false);
    let records = execute(&plan(&library, &["tiny-wild", "tiny-task"], &["naive"], 1), 1, &never, &Silent);
    let status: BTreeMap<&str, Status> =
        records.iter().map(|record| (record.spec.benchmark.as_str(), record.status)).collect();
    assert_eq!(status, [("tiny-task", Status::Ok), ("tiny-wild", Status::Diverged)].into());
    let wild = records.iter().find(|record| record.status == Status::Diverged).expect("one");
    assert!(wild.error.as_deref().is_some_and(|error| error.contains("the loss is")), "{:?}", wild.error);
    assert!(wild.metrics.is_empty());
}

#[test]
fn a_run_over_its_time_limit_says_so() {
    struct Impatient;
    impl Watch for Impatient {
        fn progress(&mut self, share: f64) -> Option<StopReason> {
            (share > 0.1).then_some(StopReason::TimeLimit)
        }
    }
    let library = library();
    let plan = plan(&library, &["tiny-task"], &["naive"], 1);
    let spec = &plan.runs[0].spec;
    let outcome =
        neuromod_bench::registry::protocol(&spec.paradigm).expect("known").run(spec, &data(), &mut Impatient);
    assert!(matches!(outcome, Err(Error::Stopped(StopReason::TimeLimit))));
}
