//! `bench export stream`: what a learner outside gets, and that it can follow the native one update by update.

use candle_core::Tensor;
use neuromod_bench::contract::exported::{Array, Numbers};
use neuromod_bench::contract::{Protocol, RunLog, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::export::stream;
use neuromod_bench::registry::protocol;
use neuromod_bench::run::{Plan, Selection};

use crate::common::{TINY_DOMAIN, bench, definitions as folder_of, folder, text};

/// The tiny benchmark with everything hidden, and its stream.
fn hidden_stream(answers: bool) -> stream::Found {
    let text = TINY_DOMAIN
        .replace("[\"boundary\"]", "[]")
        .replace("batch = 8 }", "batch = 8, reset_optimiser = false }")
        .replace("updates_per_task = 20", "updates_per_task = 17");
    let mut library = crate::common::shipped().clone();
    library
        .add_folder(folder_of(&[("tiny.toml", &text.replace("\"two\"", "\"ewc\""))]).path())
        .expect("valid");
    let asked = stream::Asked { benchmark: "tiny", method: None, seed: 3, answers, validation: false };
    stream::of(&library, &embedded(), &asked).expect("a stream")
}

fn embedded() -> Data {
    Data::new(DataFolder { path: "/nowhere".into(), chosen_by: "the test" })
}

#[test]
fn a_stream_holds_nothing_that_the_benchmark_hides_unless_answers_are_asked_for() {
    let found = hidden_stream(false);
    let names: Vec<&str> = found.exported.stream.iter().map(|array| array.name.as_str()).collect();
    assert_eq!(names, ["inputs", "labels", "order", "masks", "mask"]);
    // Samples are numbered as they are met, so their numbers tell no task.
    let order = whole(&found.exported.stream, "order");
    let mut next = 0;
    for number in order {
        assert!(number <= next);
        next = next.max(number + 1);
    }
    assert_eq!(
        whole(&found.exported.stream, "mask").iter().max(),
        Some(&0),
        "one set of outputs competes throughout"
    );
    let dir = folder();
    let [npz, json] = stream::write(&found, dir.path()).expect("written");
    let about = text(&json);
    // Seventeen updates a task, five tasks: neither number stands anywhere.
    assert!(!about.contains("17") && !about.contains("updates_per_task"), "{about}");
    assert!(
        !about.contains("answers_") && about.contains("holds nothing that the benchmark hides"),
        "{about}"
    );
    let bytes = std::fs::read(npz).expect("readable");
    for word in ["answers", "boundaries", "task"] {
        assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{word}");
    }
    let told = hidden_stream(true);
    assert_eq!(told.stream_sha256, found.stream_sha256, "answers are not part of the stream");
    let [_, json] = stream::write(&told, dir.path()).expect("written");
    assert!(text(&json).contains("for scoring alone") && text(&json).contains("answers_labels"));
}

#[test]
fn other_programs_read_the_archive_and_what_is_revealed_stands_in_it() {
    let dir = folder();
    let export = |more: &[&str]| {
        let mut command = bench();
        command
            .args(["export", "stream", "split-digits-task", "--seed", "1", "--out"])
            .arg(dir.path())
            .args(more);
        let output = command.assert().success().get_output().stdout.clone();
        String::from_utf8(output).expect("text")
    };
    let told = export(&[]);
    let path = dir.path().join("split-digits-task-seed1.npz");
    let before = std::fs::read(&path).expect("written");
    assert_eq!(export(&[]), told);
    assert_eq!(std::fs::read(&path).expect("written"), before, "the same bytes");
    let arrays =
        Tensor::read_npz_by_name(&path, &["inputs", "order", "task", "layer0_weight"]).expect("an archive");
    assert_eq!(arrays[0].dims()[1], 64);
    assert_eq!((arrays[1].dims(), arrays[2].dims()), ([1000, 32].as_slice(), [1000].as_slice()));
    assert_eq!(arrays[3].dims(), [100, 64]);
    let json: serde_json::Value = serde_json::from_str(&text(&path.with_extension("json"))).expect("JSON");
    assert!(told.contains(json["stream"].as_str().expect("a name")), "{told}");
    assert_eq!(json["learner"]["model"]["sizes"], serde_json::json!([64, 100, 100, 10]));
    export(&["--validation"]);
    let search = text(&dir.path().join("split-digits-task-validation-seed1.json"));
    assert!(search.contains("searching settings"), "{search}");
}

#[test]
fn what_is_not_written_out_is_refused_by_name() {
    for (arguments, words) in [
        (&["sinusoid-10shot"][..], &["paradigm meta", "incremental and online"][..]),
        (&["split-mnist-cnn-no"], &["unknown benchmark"]),
        (&["split-digits-domain", "--method", "joint"], &["joint", "one after another"]),
        (&["split-digits-domain", "--method", "naive@model.kind=cnn"], &["model.kind", "cnn", "mlp"]),
    ] {
        let dir = folder();
        let mut command = bench();
        command.args(["export", "stream"]).args(arguments).arg("--out").arg(dir.path());
        let error = command.assert().code(2).get_output().stderr.clone();
        let error = String::from_utf8(error).expect("text");
        assert!(words.iter().all(|word| error.contains(word)), "{arguments:?}: {error}");
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
    }
}

fn array<'a>(arrays: &'a [Array], name: &str) -> &'a Array {
    arrays.iter().find(|array| array.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn whole(arrays: &[Array], name: &str) -> Vec<i64> {
    let Numbers::I64(values) = &array(arrays, name).numbers else { panic!("{name}") };
    values.clone()
}

fn floats(arrays: &[Array], name: &str) -> Vec<f64> {
    let Numbers::F32(values) = &array(arrays, name).numbers else { panic!("{name}") };
    values.iter().map(|value| f64::from(*value)).collect()
}

/// A perceptron with one hidden layer that learns by plain gradient descent, written from the JSON file alone, in double precision.
struct Outside {
    sizes: [usize; 3],
    /// W₁, b₁, W₂, b₂.
    theta: [Vec<f64>; 4],
}

impl Outside {
    fn new(weights: &[Array]) -> Self {
        let names = ["layer0_weight", "layer0_bias", "layer1_weight", "layer1_bias"];
        let shape = &array(weights, "layer0_weight").shape;
        let outputs = array(weights, "layer1_bias").shape[0];
        Self { sizes: [shape[1], shape[0], outputs], theta: names.map(|name| floats(weights, name)) }
    }

    fn dense(weight: &[f64], bias: &[f64], x: &[f64]) -> Vec<f64> {
        let row = |(row, bias): (&[f64], &f64)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>() + bias;
        weight.chunks_exact(x.len()).zip(bias).map(row).collect()
    }

    /// Hidden activities and logits.
    fn forward(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let [w1, b1, w2, b2] = &self.theta;
        let hidden: Vec<f64> = Self::dense(w1, b1, x).into_iter().map(|z| z.max(0.0)).collect();
        let logits = Self::dense(w2, b2, &hidden);
        (hidden, logits)
    }

    /// One update; returns the mean loss before it.
    fn learn(&mut self, batch: &[(&[f64], usize)], rate: f64) -> f64 {
        let [inputs, hidden, outputs] = self.sizes;
        let mut gradient = [inputs * hidden, hidden, hidden * outputs, outputs].map(|size| vec![0.0; size]);
        let mut loss = 0.0;
        for (x, label) in batch {
            let (seen, logits) = self.forward(x);
            let most = logits.iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = logits.iter().map(|z| (z - most).exp()).sum();
            loss += most + sum.ln() - logits[*label];
            let mut back = vec![0.0; hidden];
            for (o, z) in logits.iter().enumerate() {
                let delta = (z - most).exp() / sum - f64::from(u8::from(o == *label));
                gradient[3][o] += delta;
                for h in 0..hidden {
                    gradient[2][o * hidden + h] += delta * seen[h];
                    back[h] += delta * self.theta[2][o * hidden + h];
                }
            }
            for h in (0..hidden).filter(|h| seen[*h] > 0.0) {
                gradient[1][h] += back[h];
                x.iter().enumerate().for_each(|(i, x)| gradient[0][h * inputs + i] += back[h] * x);
            }
        }
        let scale = rate / batch.len() as f64;
        for (theta, gradient) in self.theta.iter_mut().zip(gradient) {
            theta.iter_mut().zip(gradient).for_each(|(theta, g)| *theta -= scale * g);
        }
        loss / batch.len() as f64
    }

    fn answer(&self, x: &[f64]) -> usize {
        let logits = self.forward(x).1;
        (0..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).expect("outputs")
    }
}

/// A definition of a folder of its own, its native run with the plain method, and its stream with answers.
fn native_and_stream(id: &str, definition: &str) -> (RunLog, stream::Found) {
    let mut library = crate::common::shipped().clone();
    library.add_folder(folder_of(&[("own.toml", definition)]).path()).expect("valid");
    let asked = stream::Asked { benchmark: id, method: None, seed: 5, answers: true, validation: false };
    let found = stream::of(&library, &embedded(), &asked).expect("a stream");
    let paradigm = library.benchmark(id).expect("there").header.paradigm.clone();
    let method = neuromod_bench::registry::plain_method(&paradigm).expect("a plain method");
    let selection = Selection {
        targets: vec![id.into()],
        methods: vec![method.into()],
        seeds: Some(6),
        ..Selection::default()
    };
    let spec = Plan::new(&library, &selection).expect("a plan").runs.pop().expect("seed 5").spec;
    let protocol: &dyn Protocol = protocol(&paradigm).expect("registered");
    (protocol.run(&spec, &embedded(), &mut Unwatched).expect("runs"), found)
}

#[test]
fn a_learner_outside_follows_the_native_one_update_by_update() {
    let definition = TINY_DOMAIN
        .replace("\"two\"", "\"ewc\"")
        .replace("every = 10", "every = 1")
        .replace("budget =", "optimiser = { kind = \"sgd\", rate = 0.1 }\nbudget =");
    let (log, found) = native_and_stream("tiny", &definition);
    let (arrays, answers) = (&found.exported.stream, &found.exported.answers);
    let (inputs, labels, order) = (floats(arrays, "inputs"), whole(arrays, "labels"), whole(arrays, "order"));
    let mut outside = Outside::new(&found.exported.weights);
    let features = outside.sizes[0];
    let sample = |at: i64| {
        let at = usize::try_from(at).expect("a sample");
        (&inputs[at * features..(at + 1) * features], usize::try_from(labels[at]).expect("a label"))
    };
    let native = &log.curves.iter().find(|curve| curve.name == "loss").expect("a loss a update").y;
    assert_eq!(native.len(), order.len() / 8);
    for (update, (picked, native)) in order.chunks_exact(8).zip(native).enumerate() {
        let batch: Vec<_> = picked.iter().map(|at| sample(*at)).collect();
        let loss = outside.learn(&batch, f64::from(0.1_f32));
        let native = native.expect("defined");
        if update < 50 {
            assert!((loss - native).abs() < 1e-4, "update {update}: {loss} and {native}");
        }
    }
    // At the end the same tests, to within a few samples.
    let (test, task) = (floats(answers, "answers_inputs"), whole(answers, "answers_task"));
    let truth = whole(answers, "answers_labels");
    let rows = &log.matrix.as_ref().expect("a matrix").rows;
    for (tested, native) in rows.last().expect("rows").iter().enumerate() {
        let own: Vec<usize> = (0..task.len()).filter(|at| task[*at] == tested as i64).collect();
        let right =
            |at: &&usize| outside.answer(&test[**at * features..(**at + 1) * features]) as i64 == truth[**at];
        let accuracy = own.iter().filter(right).count() as f64 / own.len() as f64;
        assert!((accuracy - native).abs() < 0.03, "task {tested}: {accuracy} and {native}");
    }
}

#[test]
fn a_learner_outside_answers_an_online_stream_as_the_native_one_does() {
    let definition = "schema = 1\nid = \"own\"\nversion = 1\ntitle = \"Own\"\nparadigm = \"online\"\nsummary = \"For tests.\"\n\
        score = { metric = \"prequential_accuracy\", chance = 0.5, ceiling = 1.0 }\nmethods = [\"latest\"]\n\
        stream = { source = { kind = \"sine\" }, samples = 600, segments = 2, delay = 3 }\nbatch = 2\n\
        model = { kind = \"mlp\", hidden = [8] }\noptimiser = { kind = \"sgd\", rate = 0.1 }\n";
    let (log, found) = native_and_stream("own", definition);
    let arrays = &found.exported.stream;
    let (inputs, labels) = (floats(arrays, "inputs"), whole(arrays, "labels"));
    let about = &found.exported.about;
    let (rate, delay) = (
        about["optimiser"]["rate"].as_f64().expect("a rate"),
        about["delay"].as_u64().expect("a delay") as usize,
    );
    let mut outside = Outside::new(&found.exported.weights);
    let features = outside.sizes[0];
    let sample = |at: usize| (&inputs[at * features..(at + 1) * features], labels[at] as usize);
    let (mut right, mut open) = (0, std::collections::VecDeque::new());
    for first in (0..labels.len()).step_by(2) {
        right += (first..first + 2).filter(|at| outside.answer(sample(*at).0) == sample(*at).1).count();
        open.push_back(first);
        while open.front().is_some_and(|old| old + 2 + delay <= first + 2) {
            let old = open.pop_front().expect("open");
            outside.learn(&[sample(old), sample(old + 1)], rate);
        }
    }
    let accuracy = right as f64 / labels.len() as f64;
    let native = log.scalars["prequential_accuracy"];
    assert!((accuracy - native).abs() < 0.005, "{accuracy} and {native}");
    assert_eq!(array(&found.exported.answers, "answers_changes").shape, [1, 3]);
}
