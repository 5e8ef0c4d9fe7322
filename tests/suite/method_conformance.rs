//! What every method of the registry survives, over the registry: tasks of one sample, of one class, classes that come again, a
//! memory of a few samples; and that it is another one than plain training. (Weight 0, save and load: `learner_laws`.)

use std::collections::BTreeMap;

use neuromod_bench::base::error::Result;
use neuromod_bench::contract::{RunLog, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::context::Event;
use neuromod_bench::learn::objective::Objective;
use neuromod_bench::learn::optim::Kind;
use neuromod_bench::paradigms::method::METHODS;
use neuromod_bench::registry::protocol;

use crate::common::shipped;
use crate::learner_laws::{MODELS, composition, learner, train};

const TOLD: (&str, &str) = ("domain", r#"["task-id", "boundary"]"#);
const CLASSES: (&str, &str) = ("class", r#"["boundary"]"#);

/// A run of six updates per task.
fn run(kind: &str, place: (&str, &str), tasks: &str, memory: usize) -> Result<RunLog> {
    run_for(6, kind, place, tasks, memory)
}

/// A short run of a kind on a stream of the embedded digits, its memory, where it has one, of so many samples.
fn run_for(
    updates: usize,
    kind: &str,
    (scenario, reveals): (&str, &str),
    tasks: &str,
    memory: usize,
) -> Result<RunLog> {
    let mut benchmark = shipped().benchmark("split-digits-domain").expect("known").clone();
    let stream = format!(
        r#"
            model = {{ kind = "mlp", hidden = [64, 32] }}
            optimiser = {{ kind = "adam", rate = 0.01 }}
            stream = {{ scenario = "{scenario}", reveals = {reveals}, {tasks} }}
            budget = {{ updates_per_task = {updates}, batch = 8 }}
        "#
    );
    benchmark.body.extend(stream.parse::<toml::Table>().expect("toml"));
    // Its plainest preset is called as the kind is.
    let preset = shipped().method("incremental", kind).expect("a preset of the kind's name");
    let of = protocol("incremental").expect("registered");
    let mut settings = of.resolve(&benchmark, preset)?;
    if let Some(samples) = settings.pointer_mut("/method/parameters/memory/samples") {
        *samples = memory.into();
    }
    let spec = RunSpec {
        benchmark: benchmark.header.id.clone(),
        version: 1,
        paradigm: "incremental".into(),
        method: kind.into(),
        seed: 3,
        settings,
        replays: None,
    };
    let data = Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" });
    of.run(&spec, &data, &mut Unwatched)
}

/// All kinds but the one that belongs to the transfer paradigm alone.
fn kinds() -> Vec<&'static str> {
    METHODS.iter().map(|entry| entry.info.kind).filter(|kind| *kind != "l2-sp").collect()
}

/// Where a kind may run: where all is told, and iCaRL where tasks add classes.
fn place(kind: &str) -> (&'static str, &'static str) {
    if kind == "icarl" { CLASSES } else { TOLD }
}

const PAIRS: &str = "tasks = { kind = \"split\", classes_per_task = 2 }";

#[test]
fn every_method_learns_one_task() {
    for kind in kinds() {
        // Where biases alone learn it takes longer.
        let updates = if kind == "learned-biases" { 800 } else { 80 };
        let log =
            run_for(updates, kind, place(kind), PAIRS, 60).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let first = log.matrix.expect("a matrix").rows[0][0];
        assert!(first > 0.7, "{kind}: {first} of two classes of digits, where chance is a half");
    }
}

#[test]
fn tasks_of_one_sample_are_survived() {
    for kind in kinds() {
        // iCaRL's memory holds one sample per class at least, so its tasks have one of each of their two.
        let (samples, memory) = if kind == "icarl" { (2, 10) } else { (1, 3) };
        let few = format!("{PAIRS}, samples_per_task = {samples}");
        let log = run(kind, place(kind), &few, memory).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let rows = log.matrix.expect("a matrix").rows;
        assert!(rows.len() == 5 && rows.iter().flatten().all(|value| value.is_finite()), "{kind}");
    }
}

#[test]
fn classes_that_come_again_are_survived_and_every_method_is_another_one_than_plain_training() {
    let again = format!("{PAIRS}, repeats = 2, samples_per_task = 30");
    let mut plain = BTreeMap::new();
    for kind in kinds() {
        let place = place(kind);
        let log = run(kind, place, &again, 20).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let naive = plain.entry(place).or_insert_with(|| run("naive", place, &again, 20).expect("runs"));
        assert_eq!(log.matrix.as_ref().map(|matrix| matrix.rows.len()), Some(10), "{kind}");
        // Ten short tasks may leave a small network's answers as they were; its losses they do not.
        let differs = log.curves != naive.curves || log.matrix != naive.matrix || log.probes != naive.probes;
        assert_eq!(differs, kind != "naive", "{kind} does as plain training does");
    }
}

#[test]
fn a_task_of_one_class_is_survived_or_refused_for_what_it_hides() {
    let unequal = "tasks = { kind = \"split\", sizes = [5, 4, 1] }";
    let mut ran = Vec::new();
    for kind in kinds() {
        match run(kind, CLASSES, unequal, 20) {
            Ok(log) => {
                assert_eq!(log.matrix.expect("a matrix").rows.len(), 3, "{kind}");
                ran.push(kind);
            }
            Err(error) => assert!(error.to_string().contains("which this stream hides"), "{kind}: {error}"),
        }
    }
    assert!(ran.len() > 20 && ran.contains(&"icarl") && ran.contains(&"ewc"), "{ran:?}");
}

#[test]
fn a_memory_never_holds_more_than_its_budget() {
    let mut found = 0;
    for kind in kinds() {
        let small =
            |samples: usize| composition(kind, serde_json::json!({ "memory": { "samples": samples } }));
        if composition(kind, serde_json::json!({})).iter().all(|term| term.term.memory().is_none()) {
            continue;
        }
        found += 1;
        let (mut learner, stream) = learner(MODELS[0], Kind::Adam, small(7));
        // Inputs, label, task, mask and scores.
        let most = 7 * (64 * 4 + 4 + 4 + 10 + 10 * 4);
        let held = |objective: &Objective| objective.replay_bytes();
        for task in 0..3 {
            let data = stream.training(task);
            learner.event(Event::TaskStart { index: task }, &data).expect("event");
            let mut loader = data.loader(8, neuromod_bench::base::rng::Streams::new(1).get("order"));
            for _ in 0..5 {
                learner.step(&loader.next_batch().expect("batch")).expect("step");
                assert!(held(&learner.objective) <= most, "{kind}: {} bytes", held(&learner.objective));
            }
            learner.event(Event::TaskEnd { index: task }, &data).expect("event");
            let bytes = held(&learner.objective);
            assert!(bytes > 0 && bytes <= most, "{kind}: {bytes} bytes after task {task}");
        }
    }
    assert!(found >= 6, "er, der, a-gem, gem, gdumb and icarl: {found}");
}

#[test]
fn an_empty_memory_leaves_the_first_update_as_it_is() {
    for kind in ["er", "der", "a-gem", "gem"] {
        let first = |terms| {
            let (mut learner, stream) = learner(MODELS[0], Kind::Adam, terms);
            let data = stream.training(0);
            learner.event(Event::TaskStart { index: 0 }, &data).expect("event");
            let random = neuromod_bench::base::rng::Streams::new(1).get("order");
            learner.step(&data.loader(8, random).next_batch().expect("batch")).expect("step");
            learner.model.parameters().snapshot().expect("snapshot")
        };
        assert_eq!(first(composition(kind, serde_json::json!({}))), first(vec![]), "{kind}");
    }
}

#[test]
fn a_learner_saved_within_a_task_goes_on_as_if_nothing_happened() {
    for kind in kinds() {
        let terms = || composition(kind, serde_json::json!({}));
        if terms().is_empty() {
            continue;
        }
        let (mut whole, stream) = learner(MODELS[0], Kind::Adam, terms());
        train(&mut whole, &stream, 0..1);
        let data = stream.training(1);
        let mut loader = data.loader(8, neuromod_bench::base::rng::Streams::new(2).get("order"));
        let batches: Vec<_> = (0..6).map(|_| loader.next_batch().expect("batch")).collect();
        whole.event(Event::TaskStart { index: 1 }, &data).expect("event");
        batches[..3].iter().for_each(|batch| {
            whole.step(batch).expect("step");
        });
        let saved = serde_json::to_string(&whole.save().expect("save")).expect("serialises");
        let (mut resumed, _) = learner(MODELS[0], Kind::Adam, terms());
        resumed.load(&serde_json::from_str(&saved).expect("parses")).expect("load");
        for learner in [&mut whole, &mut resumed] {
            batches[3..].iter().for_each(|batch| {
                learner.step(batch).expect("step");
            });
            learner.event(Event::TaskEnd { index: 1 }, &data).expect("event");
        }
        assert_eq!(train(&mut resumed, &stream, 2..3), train(&mut whole, &stream, 2..3), "{kind}");
    }
}
