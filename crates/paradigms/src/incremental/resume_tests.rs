//! A run that goes on from a checkpoint equals the one that was not interrupted, for every method of the registry: what belongs to
//! a task alone, rates that fall from task to task, frozen layers, dropout, competition, terms.

use super::*;
use crate::method::METHODS;
use base::source::Source;
use base::state::State;
use contract::definition::{Benchmark, Library, MethodPreset};
use contract::{Pace, Unwatched};
use data::DataFolder;
use learn::gains::Gains;

/// Updates of a task: PackNet prunes after four.
const UPDATES: usize = 6;
const TASKS: usize = 3;

fn benchmarks() -> Vec<Benchmark> {
    let small = r#"
        model = { kind = "mlp", hidden = [12, 8] }
        optimiser = { kind = "adam", rate = 0.01 }
        budget = { updates_per_task = 6, batch = 8 }
        curve = { every = 6, samples = 5, matrix = 40 }
    "#;
    let library = Library::of_tree().expect("definitions");
    let small: toml::Table = small.parse().expect("toml");
    let changed = |id| {
        let mut benchmark = library.benchmark(id).expect("known").clone();
        benchmark.body.extend(small.clone());
        benchmark
    };
    ["split-digits-task", "split-digits-domain", "split-digits-class"].map(changed).into()
}

/// The kind as its defaults have it (but a small generator), with a modulator or without one.
fn preset(kind: &str, modulated: bool) -> MethodPreset {
    let mut text = format!(
        "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\nparadigm = \"incremental\"\nkind = \"{kind}\"\nprovenance = \"for tests\"\n"
    );
    if modulated {
        text += "[modulation.modulators.a]\nsource = { kind = \"surprise\" }\nlevel = { retention = 0.5 }\n\
                 receptors = [{ target = \"slope\", sensitivity = 0.5 }, { target = \"learning-rate\", sensitivity = 0.5 }]\n";
    }
    if kind == "generative-replay" {
        text += "[parameters]\ngenerator = { hidden = [16], latent = 4 }\n";
    }
    MethodPreset::parse(Source { name: "mine.toml".into(), text }).expect("parses")
}

/// The updates `from..to` of a run, counted over its tasks.
fn go(run: &mut Run<'_>, from: usize, to: usize) {
    let mut unwatched = Unwatched;
    let course = &mut Course::new(&mut unwatched, 1);
    for update in from..to {
        let (task, within) = (update / UPDATES, update % UPDATES);
        let data = run.stream.training(task);
        if within == 0 {
            run.begin(task, &data, course).expect("begins");
        }
        let mut loader = data.loader(8, run.streams.get(&format!("order/task{task}")));
        let batch = (0..=within).map(|_| loader.next_batch().expect("batch")).last().expect("one");
        run.learner.step(&batch).expect("step");
        if let Some(own) = &mut run.meter.own {
            own.updated(within + 1, UPDATES, &mut run.learner).expect("updated");
        }
        if within + 1 == UPDATES {
            run.end(task, &data, course).expect("ends");
        }
    }
}

/// A checkpoint as a file has it.
fn saved(run: &Run<'_>) -> String {
    let mut state = State::default();
    state.parts.insert("learner".into(), run.learner.save().expect("saves"));
    if let Some(own) = &run.meter.own {
        state.parts.insert("own".into(), own.save());
    }
    serde_json::to_string(&state).expect("serialises")
}

fn load(run: &mut Run<'_>, text: &str) {
    let state: State = serde_json::from_str(text).expect("parses");
    run.learner.load(state.get_part("learner").expect("saved")).expect("loads");
    if let Some(own) = &mut run.meter.own {
        own.load(state.get_part("own").expect("saved")).expect("loads");
    }
}

/// What a run is after so many updates: its parameters, and for each task gains and parameters of its test, and the score there.
#[derive(PartialEq)]
struct Found {
    parameters: Vec<Vec<f32>>,
    gains: Vec<Gains>,
    tested: Vec<Option<Vec<Vec<f32>>>>,
    scores: Vec<f64>,
}

fn found(run: &Run<'_>, updates: usize) -> Found {
    let (meter, learner, tasks) = (&run.meter, &run.learner, 0..run.stream.len());
    let store = learner.model.parameters();
    let tested = |task| meter.own.as_ref().and_then(|own| own.tested(task, store).expect("found"));
    let reached = (0, Some((updates - 1) / UPDATES));
    let mut unwatched = Unwatched;
    let pace = &mut Pace::new(&mut unwatched, 0.0);
    Found {
        parameters: store.snapshot().expect("snapshot"),
        gains: tasks.clone().map(|task| meter.gains_in(task, learner).into_owned()).collect(),
        tested: tasks.map(tested).collect(),
        scores: meter.accuracies(&run.stream, learner, reached, pace).expect("scores"),
    }
}

fn resumes_everywhere(resolved: &Resolved, label: &str) {
    let spec = RunSpec {
        benchmark: "tiny".into(),
        version: 1,
        paradigm: "incremental".into(),
        method: "mine".into(),
        seed: 3,
        settings: serde_json::Value::Null,
        replays: None,
    };
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    let fresh = || Run::new(resolved, &spec, &data).expect(label);
    let mut whole = fresh();
    // After the first task; within the second, before and after PackNet prunes; after the second.
    let stops = [UPDATES, UPDATES + 3, UPDATES + 5, 2 * UPDATES];
    let (mut at, mut checkpoints) = (0, Vec::new());
    for stop in stops {
        go(&mut whole, at, stop);
        checkpoints.push((saved(&whole), found(&whole, stop)));
        at = stop;
    }
    go(&mut whole, at, TASKS * UPDATES);
    let expected = found(&whole, TASKS * UPDATES);
    for (stop, (text, then)) in stops.into_iter().zip(checkpoints) {
        let mut resumed = fresh();
        load(&mut resumed, &text);
        assert!(found(&resumed, stop) == then, "{label}: another one than was saved after {stop} updates");
        go(&mut resumed, stop, TASKS * UPDATES);
        assert!(found(&resumed, TASKS * UPDATES) == expected, "{label}: resumed after {stop} updates");
    }
}

#[test]
fn law_4_every_method_goes_on_from_a_checkpoint_as_if_nothing_happened() {
    let benchmarks = benchmarks();
    for kind in METHODS.iter().map(|entry| entry.info.kind) {
        let runs = |modulated: bool| {
            let preset = preset(kind, modulated);
            let benchmarks = benchmarks.iter();
            // Some streams hide what a method needs.
            benchmarks.filter_map(move |benchmark| {
                let resolved = Resolved::new(benchmark, &preset).ok()?;
                let label = format!("{kind} on {}, modulated: {modulated}", benchmark.header.id);
                resumes_everywhere(&resolved, &label);
                Some(label)
            })
        };
        assert!(runs(false).count() > 0, "{kind} runs nowhere");
        assert!(runs(true).next().is_some(), "{kind} runs nowhere with a modulator");
    }
}
