//! What replay adds to an update, and that it does not grow with the tasks behind it.
//!
//! `cargo bench -p neuromod-speed --bench replay`

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use candle_core::{Device, Tensor};
use criterion::{Criterion, criterion_group, criterion_main};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::learn::Learner;
use neuromod_bench::learn::error::Result;
use neuromod_bench::learn::nn::{Active, ModelSpec};
use neuromod_bench::learn::objective::Objective;
use neuromod_bench::learn::optim::OptimiserSpec;
use neuromod_bench::learn::stream::{Batch, Extra};
use neuromod_bench::paradigms::method;
use rand::RngExt;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 128;
const FEATURES: usize = 784;
const PER_TASK: u32 = 10;

/// A batch of task `task`: ten labels of its own among those of all tasks.
fn batch(task: u32, tasks: u32, seed: u64) -> Result<Batch> {
    let mut random = Streams::new(seed).fast("batch");
    let inputs: Vec<f32> = (0..BATCH * FEATURES).map(|_| random.random_range(0.0..1.0)).collect();
    let first = task * PER_TASK;
    let mask: Arc<[bool]> =
        (0..tasks * PER_TASK).map(|output| (first..first + PER_TASK).contains(&output)).collect();
    Ok(Batch {
        inputs: Tensor::from_vec(inputs, (BATCH, FEATURES), &Device::Cpu)?,
        targets: (0..BATCH).map(|_| random.random_range(first..first + PER_TASK)).collect(),
        active: Active::Same(mask),
        task: Some(task as usize),
        extra: Extra::None,
    })
}

/// A learner that has met `met` of 100 tasks.
fn learner(kind: &str, memory: &serde_json::Value, met: u32) -> Result<Learner> {
    let spec: ModelSpec = serde_json::from_str(r#"{"kind": "mlp", "hidden": [400, 400]}"#).expect("a model");
    let streams = Streams::new(1);
    let model = spec.build([1, 28, 28], 1000, &streams)?;
    let parameters =
        if kind == "naive" { serde_json::json!({}) } else { serde_json::json!({ "memory": memory }) };
    let composed = method::method(kind)?.compose(&parameters)?;
    let objective = Objective::new(composed.terms);
    let mut learner = Learner::new(model, objective, OptimiserSpec::default().build(), &streams);
    for task in 0..met {
        for seed in 0..10 {
            learner.objective.after_batch(&batch(task, 100, seed)?)?;
        }
    }
    Ok(learner)
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (name, kind, policy, met) in [
        ("naive", "naive", "reservoir", 0),
        ("er-5-tasks", "er", "reservoir", 5),
        ("er-100-tasks", "er", "reservoir", 100),
        ("er-balanced-5-tasks", "er", "class-balanced", 5),
        ("er-balanced-100-tasks", "er", "class-balanced", 100),
    ] {
        let memory = serde_json::json!({ "samples": 1000, "policy": policy });
        let mut learner = learner(kind, &memory, met).expect("a learner");
        let batch = batch(met.saturating_sub(1), 100, 99).expect("a batch");
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(learner.step(&batch).expect("a step")))
        });
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
