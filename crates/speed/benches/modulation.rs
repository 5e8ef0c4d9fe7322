//! What neuromodulation costs: one update of the learner with a source, a level, a receptor and a gain on each kind of
//! target, against the same update without modulation.
//!
//! `cargo bench -p neuromod-speed --bench modulation`: every pair is measured turn by turn in one sitting, and the last lines give the
//! overhead in per cent (the ratio of the medians).

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::learn::Learner;
use neuromod_bench::learn::context::Event;
use neuromod_bench::learn::modulation::{Anatomy, ModulationSpec};
use neuromod_bench::learn::nn::ModelSpec;
use neuromod_bench::learn::objective::Objective;
use neuromod_bench::learn::optim::{Kind, OptimiserSpec};
use neuromod_bench::learn::stream::{Batch, EvaluateOn, TaskStream};
use neuromod_bench::paradigms::method;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const STREAM: &str = r#"{"tasks": {"kind": "split"}, "scenario": "domain", "reveals": ["boundary"]}"#;

/// Name, receptors.
const TARGETS: [(&str, &str); 6] = [
    ("learning-rate", r#"{ target = "learning-rate", sensitivity = 0.1 }"#),
    ("loss-weight", r#"{ target = "loss-weight", term = "l2", sensitivity = 0.1 }"#),
    ("slope-layer", r#"{ target = "slope", sensitivity = 0.1 }"#),
    ("slope-unit", r#"{ target = "slope", scope = "unit", heterogeneity = 0.2, sensitivity = 0.1 }"#),
    ("bias-layer", r#"{ target = "bias", sensitivity = 0.01 }"#),
    ("bias-unit", r#"{ target = "bias", scope = "unit", heterogeneity = 0.2, sensitivity = 0.01 }"#),
];

/// A learner with an L2 anchor at the end of a first task, and the batches that it goes round.
struct Step {
    learner: Learner,
    batches: Vec<Batch>,
    next: usize,
}

impl Step {
    fn new(hidden: usize, batch: usize, receptors: Option<&str>) -> Self {
        let digits = Data::new(DataFolder::choose(None)).get("digits").expect("embedded");
        let streams = Streams::new(1);
        let stream = serde_json::from_str(STREAM).expect("a stream");
        let stream = TaskStream::new(&stream, &digits, EvaluateOn::Test, &streams).expect("a stream");
        let model = format!(r#"{{"kind": "mlp", "hidden": [{hidden}, {hidden}]}}"#);
        let model: ModelSpec = serde_json::from_str(&model).expect("a model");
        let model = model.build(digits.shape, stream.outputs(), &streams).expect("a model");
        let l2 = method::method("l2").expect("known").compose(&serde_json::json!({ "lambda": 0.01 }));
        let modulation = receptors.map(|receptors| {
            let text =
                format!("[modulators.na]\nsource = {{ kind = \"surprise\" }}\nreceptors = [{receptors}]\n");
            let mut spec: ModulationSpec = toml::from_str(&text).expect("a mechanism");
            let anatomy = Anatomy {
                layers: model.layer_units(),
                terms: vec!["task".into(), "l2".into()],
                distribution: true,
                ..Anatomy::default()
            };
            spec.resolve(&anatomy).expect("fits");
            spec
        });
        let optimiser = OptimiserSpec { kind: Kind::Sgd, rate: 1e-4, ..OptimiserSpec::default() };
        let objective = Objective::new(l2.expect("composes").terms);
        let mut learner = Learner::new(model, objective, optimiser.build(), &streams)
            .modulated(modulation.as_ref(), None)
            .expect("starts");
        let data = stream.training(0);
        learner.event(Event::TaskStart { index: 0 }, &data).expect("starts");
        learner.event(Event::TaskEnd { index: 0 }, &data).expect("ends");
        let mut loader = data.loader(batch, streams.get("order"));
        let batches = (0..8).map(|_| loader.next_batch().expect("a batch")).collect();
        Self { learner, batches, next: 0 }
    }

    fn run(&mut self) -> f64 {
        self.next = (self.next + 1) % self.batches.len();
        self.learner.step(&self.batches[self.next]).expect("a step").loss
    }

    /// Seconds per update over `count` updates.
    fn time(&mut self, count: usize) -> f64 {
        let start = Instant::now();
        for _ in 0..count {
            black_box(self.run());
        }
        start.elapsed().as_secs_f64() / count as f64
    }
}

fn modulation(criterion: &mut Criterion) {
    let sizes = [("mlp100-batch16", 100, 16), ("mlp400-batch128", 400, 128)];
    let mut group = criterion.benchmark_group("modulation");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (size, hidden, batch) in sizes {
        let cases = std::iter::once(("none", None)).chain(TARGETS.map(|(name, text)| (name, Some(text))));
        for (name, receptors) in cases {
            let mut step = Step::new(hidden, batch, receptors);
            group.bench_function(format!("{size}/{name}"), |b| b.iter(|| black_box(step.run())));
        }
    }
    group.finish();
    for (size, hidden, batch) in sizes {
        for (name, receptors) in TARGETS {
            println!("{size}/{name}: {:+.1} %", 100.0 * (overhead(hidden, batch, receptors) - 1.0));
        }
    }
}

/// Median over turns of the ratio of two stretches of updates, modulated against not, one right after the other.
fn overhead(hidden: usize, batch: usize, receptors: &str) -> f64 {
    let (mut plain, mut modulated) =
        (Step::new(hidden, batch, None), Step::new(hidden, batch, Some(receptors)));
    let count = 4_000_000 / (hidden * batch);
    let (_, _) = (plain.time(count), modulated.time(count));
    let mut ratios: Vec<f64> = (0..41).map(|_| modulated.time(count) / plain.time(count)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

criterion_group!(benches, modulation);
criterion_main!(benches);
