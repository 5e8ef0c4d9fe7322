use super::agent::{Oracle, Predictor};
use super::baselines::Majority;
use super::*;
use base::source::Source;
use base::state::State;
use contract::definition::Library;
use contract::{Footprint, Protocol, Unwatched};
use data::DataFolder;
use learn::stream::Batch;
use learn::stream::online::{ToldChange, ToldState};
use std::sync::{Arc, Mutex};

pub(super) fn data() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

const TINY: &str = r#"
schema = 1
id = "tiny-stream"
version = 1
title = "Tiny"
paradigm = "online"
summary = "For tests."
score = { metric = "prequential_accuracy", chance = 0.5, ceiling = 1.0 }
methods = ["sgd-0-1"]
stream = { source = { kind = "stagger" }, samples = 60, segments = 2 }
model = { kind = "mlp", hidden = [8] }
optimiser = { kind = "sgd", rate = 0.1 }
batch = 2
curve = { every = 10, window = 10 }
"#;

pub(super) fn tiny(change: impl Fn(String) -> String) -> Result<Benchmark> {
    Benchmark::parse(Source { name: "tiny.toml".into(), text: change(TINY.into()) })
}

fn resolve(benchmark: &Benchmark, method: &str) -> Result<Resolved> {
    Resolved::new(benchmark, Library::of_tree()?.method("online", method)?)
}

fn run(benchmark: &Benchmark, method: &str, seed: u64) -> RunLog {
    let spec = RunSpec {
        replays: None,
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm: "online".into(),
        method: method.into(),
        seed,
        settings: serde_json::to_value(resolve(benchmark, method).expect("valid")).expect("serialises"),
    };
    Online.run(&spec, &data(), &mut Unwatched).expect("runs")
}

/// Notes the order of calls.
#[derive(Clone, Default)]
struct Spy(Arc<Mutex<Vec<String>>>);

impl Spy {
    fn note(&self, text: String) {
        self.0.lock().expect("not poisoned").push(text);
    }
}

impl Predictor for Spy {
    fn predict(&mut self, inputs: &[f32], samples: usize) -> learn::error::Result<Vec<Option<u32>>> {
        self.note(format!("test {}", inputs.len()));
        Ok(vec![Some(0); samples])
    }

    fn learn(&mut self, batch: &Batch) -> learn::error::Result<()> {
        self.note(format!("train {:?}", batch.targets));
        Ok(())
    }

    fn save(&self) -> learn::error::Result<State> {
        Ok(State::default())
    }

    fn load(&mut self, _state: &State) -> learn::error::Result<()> {
        Ok(())
    }

    fn footprint(&self) -> Footprint {
        Footprint::default()
    }
}

impl Oracle for Spy {
    fn told(&mut self, _change: &ToldChange) -> learn::error::Result<()> {
        self.note("told".into());
        Ok(())
    }

    fn told_state(&mut self, state: &ToldState) {
        self.note(format!("state {}", state.state()));
    }
}

fn spied(stream: &OnlineStream, settings: &OnlineSettings, oracle: bool) -> Vec<String> {
    let spy = Spy::default();
    let boxed = Box::new(spy.clone());
    let agent = if oracle { Agent::Oracle(boxed) } else { Agent::Blind(boxed) };
    test_then_train(stream, &mut { agent }, settings, &mut Unwatched).expect("runs");
    spy.0.lock().expect("not poisoned").clone()
}

fn settings(batch: usize, delay: usize) -> OnlineSettings {
    let mut settings = resolve(&tiny(|text| text).expect("parses"), "sgd-0-1").expect("valid").benchmark;
    settings.batch = batch;
    settings.stream.delay = delay;
    settings
}

fn four_samples() -> OnlineStream {
    OnlineStream::from_values(1, 3, vec![0.0; 5], vec![0, 1, 2, 0, 1]).expect("a stream")
}

#[test]
fn every_sample_is_predicted_before_it_is_learned() {
    let calls = spied(&four_samples(), &settings(2, 0), false);
    assert_eq!(calls, ["test 2", "train [0, 1]", "test 2", "train [2, 0]", "test 1", "train [1]"]);
}

#[test]
fn a_delayed_label_arrives_after_as_many_further_samples() {
    let calls = spied(&four_samples(), &settings(1, 2), false);
    let wanted = ["test 1", "test 1", "test 1", "train [0]", "test 1", "train [1]", "test 1", "train [2]"];
    assert_eq!(calls, wanted);
}

#[test]
fn law_5_only_the_oracle_hears_of_a_change_and_then_gets_no_label_from_before() {
    let mut settings = settings(10, 10);
    settings.stream.samples = Some(60);
    let stream =
        OnlineStream::new(&settings.stream, &data(), settings.evaluate, &Streams::new(1)).expect("a stream");
    let blind = spied(&stream, &settings, false);
    let oracle = spied(&stream, &settings, true);
    let trained = |calls: &[String]| calls.iter().filter(|call| call.starts_with("train")).count();
    assert_eq!((blind.contains(&"told".to_owned()), trained(&blind)), (false, 5));
    // The change is at 30; the labels of samples 20 to 29 would have come at 40.
    assert_eq!(trained(&oracle), 4);
    let told = oracle.iter().position(|call| call == "told").expect("told");
    assert_eq!(oracle[..told].iter().filter(|call| call.starts_with("test")).count(), 3);
}

#[test]
fn the_baselines_follow_their_conventions() {
    // 2 2 0 0 0: no change – 2 2 0 0 is right at 2, 4, 5; majority – 2 2 2 2 (a tie goes to 2, seen first): right at 2.
    let stream = OnlineStream::from_values(1, 3, vec![0.0; 5], vec![2, 2, 0, 0, 0]).expect("a stream");
    let accuracy = |agent: Box<dyn Predictor>| {
        let log = test_then_train(&stream, &mut Agent::Blind(agent), &settings(1, 0), &mut Unwatched)
            .expect("runs");
        log.scalars["prequential_accuracy"]
    };
    assert!((accuracy(Box::<NoChange>::default()) - 0.6).abs() < 1e-12);
    assert!((accuracy(Box::<Majority>::default()) - 0.2).abs() < 1e-12);
}

#[test]
fn a_run_repeats_itself_and_reports_all_its_numbers() {
    let benchmark = tiny(|text| text).expect("parses");
    let log = run(&benchmark, "window", 3);
    assert_eq!(run(&benchmark, "window", 3), log);
    assert_ne!(run(&benchmark, "window", 4), log);
    for name in ["prequential_accuracy", "kappa", "kappa_temporal", "no_change_accuracy", "ideal_accuracy"] {
        assert!(log.scalars.contains_key(name), "{name}");
    }
    let curves: Vec<&str> = log.curves.iter().map(|curve| curve.name.as_str()).collect();
    assert_eq!(curves, ["accuracy/prequential", "accuracy/window", "accuracy/fading", "recovery"]);
    assert_eq!((log.marks.len(), log.marks[0].x), (1, 30.0));
    assert_eq!(log.footprint.updates, 30);
    // Nine mini-batches of two samples with nine inputs and a label.
    assert_eq!(log.footprint.replay_bytes, 9 * 2 * (9 + 1) * 4);
}

#[test]
fn an_oracle_without_changes_and_a_window_of_one_are_plain_descent_bit_for_bit() {
    let mut library = Library::of_tree().expect("embedded");
    let text = r#"
schema = 1
id = "window-of-one"
title = "W"
paradigm = "online"
kind = "window"
provenance = "test"
optimiser = { kind = "sgd", rate = 0.1 }
parameters = { length = 1 }
"#;
    library.add(Source { name: "w.toml".into(), text: text.into() }).expect("parses");
    let benchmark = tiny(|text| text.replace("segments = 2", "segments = 1")).expect("parses");
    let log = |method: &str| {
        let preset = library.method("online", method).expect("known");
        let mut resolved = Resolved::new(&benchmark, preset).expect("valid");
        resolved.benchmark.optimiser.rate = 0.1;
        let spec = RunSpec {
            replays: None,
            benchmark: "tiny-stream".into(),
            version: 1,
            paradigm: "online".into(),
            method: method.into(),
            seed: 5,
            settings: serde_json::to_value(resolved).expect("serialises"),
        };
        Online.run(&spec, &data(), &mut Unwatched).expect("runs")
    };
    let plain = log("sgd-0-1");
    assert_eq!(log("oracle-reset").curves, plain.curves);
    assert_eq!(log("window-of-one").curves, plain.curves);
}

#[test]
fn a_network_learns_a_concept_and_a_reset_network_learns_the_next_one() {
    let benchmark =
        tiny(|text| text.replace("samples = 60", "samples = 6000").replace("window = 10", "window = 100"))
            .expect("parses");
    let log = run(&benchmark, "oracle-reset", 2);
    let window = &log.curves[1].y;
    // Concept 1 holds until 3,000; both ends are well learned, the start of the second one is not.
    let at = |samples: usize| window[samples / 10 - 1].expect("defined");
    assert!(at(3000) > 0.9 && at(6000) > 0.9, "{} {}", at(3000), at(6000));
    assert_eq!(log.scalars["resets"], 1.0);
    assert_eq!(log.signals[0].x, [3000.0]);
}

#[test]
fn wrong_definitions_are_refused_with_their_place() {
    let refused = |from: &str, to: &str| {
        let benchmark = tiny(|text| text.replace(from, to)).expect("parses");
        resolve(&benchmark, "sgd-0-1").expect_err("refused").to_string()
    };
    let message = refused("batch = 2", "batch = 0");
    assert!(message.starts_with("tiny.toml:13: `batch` = 0: out of range"), "{message}");
    let message = refused("window = 10", "fading = 1.0");
    assert!(message.contains("`curve.fading` = 1: out of range"), "{message}");
    let message = refused("kind = \"stagger\"", "kind = \"stager\"");
    assert!(message.contains("did you mean `stagger`"), "{message}");
    let message = refused("segments = 2", "segments = 7");
    assert!(message.starts_with("tiny.toml:10: `stream.segments` = 7"), "{message}");
    let table = "kind = \"table\", file = \"t.csv\", features = 1, classes = 2, sha256 = \"\"";
    let sum = "0".repeat(64);
    let table = table.replace("sha256 = \"", &format!("sha256 = \"{sum}"));
    let whole = |text: String| {
        text.replace("kind = \"stagger\"", &table)
            .replace("samples = 60, segments = 2", "scored = \"whole\"")
            .replace("batch = 2", "evaluate = \"validation\"")
    };
    let message = resolve(&tiny(whole).expect("parses"), "sgd-0-1").expect_err("refused").to_string();
    assert!(
        message.contains("`evaluate` = validation") && message.contains("none is left to search on"),
        "{message}"
    );
    let preset = |kind: &str, parameters: &str| {
        let text = format!(
            "schema = 1\nid = \"mine\"\ntitle = \"M\"\nparadigm = \"online\"\nkind = \"{kind}\"\nprovenance = \"test\"\n[parameters]\n{parameters}\n"
        );
        let preset = MethodPreset::parse(Source { name: "mine.toml".into(), text }).expect("parses");
        let benchmark = tiny(|text| text).expect("parses");
        Resolved::new(&benchmark, &preset).expect_err("refused").to_string()
    };
    assert!(preset("widnow", "").contains("did you mean `window`"));
    let message = preset("window", "gamma = 1.5");
    assert_eq!(
        message,
        "mine.toml:8: `parameters.gamma` = 1.5: out of range\n  allowed: a finite number from 0 to 1"
    );
    assert!(preset("latest", "rate = 0.0").contains("`parameters.rate` = 0: out of range"));
    assert!(preset("adwin-reset", "delta = 1.0").contains("`parameters.delta` = 1"));
    assert!(preset("page-hinkley-reset", "treshold = 1.0").contains("did you mean `threshold`"));
}

#[test]
fn every_method_of_every_embedded_online_benchmark_resolves() {
    let library = Library::of_tree().expect("embedded");
    let online = library.benchmarks.values().filter(|benchmark| benchmark.header.paradigm == "online");
    for benchmark in online {
        for method in &benchmark.header.methods {
            let preset = library.method("online", method).expect("known");
            let resolved = Online.resolve(benchmark, preset).expect("valid");
            assert!(Online.expected_cost(&resolved) > 0.0);
            assert!(!Online.formula(preset).expect("known").is_empty());
        }
    }
}

#[test]
fn an_oracle_is_told_the_hidden_state_of_the_samples_that_it_answers_next() {
    let text = "source = { kind = \"sine\" }\nsamples = 20\nshifts = { kind = \"noise\", levels = [0.0, 0.5], every = 4 }";
    let spec = toml::from_str(text).expect("a valid spec");
    let on = learn::stream::EvaluateOn::Test;
    let stream = OnlineStream::new(&spec, &data(), on, &Streams::new(3)).expect("a stream");
    let states = |oracle| {
        let calls = spied(&stream, &settings(2, 0), oracle);
        calls.into_iter().filter(|call| call.starts_with("state")).collect::<Vec<String>>()
    };
    // Samples 0–1, 2–3, 4–5, …: another state from 4 and again from 8 on.
    assert_eq!(states(true)[..5], ["state 0", "state 0", "state 1", "state 1", "state 0"]);
    assert!(states(false).is_empty());
}
