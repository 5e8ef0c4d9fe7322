//! Deterministic records that look like those of real runs, for tests of the report. Nothing here was measured.

use rand::RngExt;

use crate::metric::score_all;
use base::rng::{FastRng, Streams};
use contract::definition::{Ceiling, Score};
use contract::{
    AccuracyMatrix, Curve, Env, Footprint, Mark, MetricValue, RECORD_SCHEMA, Record, RunLog, RunSpec, Status,
    Time, Titles,
};

const TASKS: usize = 5;
const UPDATES: f64 = 200.0;

/// id, title, learning ability, share of a task that is lost with each later one.
pub(super) const METHODS: [(&str, &str, f64, f64); 5] = [
    ("naive", "Fine-tuning", 0.985, 0.33),
    ("ewc", "EWC", 0.96, 0.10),
    ("si", "Synaptic intelligence", 0.965, 0.08),
    ("frozen", "Frozen features", 0.74, 0.02),
    ("joint", "Joint training", 0.975, 0.0),
];

/// Two benchmarks × five methods × `seeds`, all finished.
pub(super) fn records(seeds: u64) -> Vec<Record> {
    let mut records = Vec::new();
    for (benchmark, title, hardness) in [
        ("split-digits-task", "Split digits, task-incremental", 1.0),
        ("permuted-digits", "Permuted digits, domain-incremental", 1.25),
    ] {
        for method in METHODS {
            records.extend((0..seeds).map(|seed| record(benchmark, title, hardness, method, seed)));
        }
    }
    records
}

/// The same record, as if it had not finished.
pub(super) fn spoilt(mut record: Record, status: Status, why: &str) -> Record {
    record.status = status;
    record.error = Some(why.to_owned());
    record.log = RunLog::default();
    record.metrics = Default::default();
    record
}

fn record(benchmark: &str, title: &str, hardness: f64, method: (&str, &str, f64, f64), seed: u64) -> Record {
    let (id, name, ability, loss) = method;
    let mut rng = Streams::new(seed).within(benchmark).fast(id);
    let log = log(&mut rng, ability, loss * hardness);
    let metrics = score_all("incremental", &log);
    Record {
        schema: RECORD_SCHEMA,
        key: format!("{benchmark}-{id}-{seed}"),
        suite: "synthetic".into(),
        titles: Titles {
            benchmark: title.into(),
            benchmark_summary:
                "Five tasks, one after another. Synthetic records for tests: nothing was measured.".into(),
            method: name.into(),
            formula: "L = L_task + λ/2 · Σ_i Ω_i (θ_i − θ*_i)²".into(),
            provenance: "made up <for tests> & nothing else".into(),
            role: None,
            search: None,
        },
        score: Score {
            metric: "average_accuracy".into(),
            chance: 0.5,
            ceiling: Ceiling::Method("joint".into()),
            reference: Some("naive".into()),
            negative_of: None,
        },
        spec: RunSpec {
            replays: None,
            benchmark: benchmark.into(),
            version: 1,
            paradigm: "incremental".into(),
            method: id.into(),
            seed,
            settings: serde_json::json!({"model": {"kind": "mlp", "hidden": [100, 100]}, "lambda": 100.0}),
        },
        data: [("digits".to_owned(), "ab".repeat(32))].into(),
        base: Default::default(),
        status: Status::Ok,
        error: None,
        log,
        metrics,
        time: Time { wall_s: 1.5, started_unix: 0 },
        env: Env {
            version: "0.1.0".into(),
            git: "0123456789ab".into(),
            rustc: "rustc 1.89.0".into(),
            profile: "release".into(),
            target: "x86_64-unknown-linux-gnu".into(),
            candle: "0.11.1".into(),
            cpu: "Test CPU".into(),
            features: vec!["avx2".into(), "fma".into()],
            cores: 2,
            jobs: 2,
            threads_per_run: 1,
        },
        judged: None,
        result_sha256: String::new(),
    }
}

/// Each task is learned exponentially and decays towards chance while later ones train.
fn log(rng: &mut FastRng, ability: f64, loss: f64) -> RunLog {
    let abilities: Vec<f64> =
        (0..TASKS).map(|_| (ability + rng.random_range(-0.04..0.04_f64)).min(1.0)).collect();
    let loss = loss * rng.random_range(0.6..1.4);
    let speed = rng.random_range(0.8..1.2);
    let accuracy = |task: usize, x: f64| {
        let begin = task as f64 * UPDATES;
        if x <= begin {
            return 0.5;
        }
        let trained = (x - begin).min(UPDATES);
        let since = (x - begin - UPDATES).max(0.0) / UPDATES;
        let learned = (abilities[task] - 0.5) * (1.0 - (-trained / 25.0 * speed).exp());
        let dip = if since > 0.0 { 0.4 * loss * (-(since % 1.0) * 8.0).exp() } else { 0.0 };
        0.5 + learned * ((1.0 - loss).powf(since) - dip).max(0.0)
    };
    let mut curves: Vec<Curve> = (0..TASKS).map(|j| Curve::new(format!("accuracy/task{j}"))).collect();
    let mut seen = Curve::new("accuracy/seen");
    for step in 0..=100 {
        let x = f64::from(step) * 10.0;
        for (j, curve) in curves.iter_mut().enumerate() {
            curve.push(x, accuracy(j, x));
        }
        let known = ((x / UPDATES).ceil() as usize).clamp(1, TASKS);
        seen.push(x, (0..known).map(|j| accuracy(j, x)).sum::<f64>() / known as f64);
    }
    curves.push(seen);
    let rows =
        (0..TASKS).map(|i| (0..TASKS).map(|j| accuracy(j, (i + 1) as f64 * UPDATES)).collect()).collect();
    RunLog {
        matrix: Some(AccuracyMatrix {
            tasks: (0..TASKS).map(|j| format!("{}|{}", 2 * j, 2 * j + 1)).collect(),
            rows,
            baseline: Some(vec![0.5; TASKS]),
            ..AccuracyMatrix::default()
        }),
        curves,
        marks: (0..TASKS).map(|j| Mark { x: j as f64 * UPDATES, label: format!("task {j}") }).collect(),
        footprint: Footprint {
            parameters: 17_510,
            state_bytes: 140_080,
            updates: 1000,
            multiply_adds: 1_234_567_890,
            ..Footprint::default()
        },
        ..RunLog::default()
    }
}

/// A metric without a value.
pub(super) fn without(mut record: Record, metric: &str) -> Record {
    record.metrics.insert(metric.to_owned(), MetricValue::undefined("taken away by the test"));
    record
}
