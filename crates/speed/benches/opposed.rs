//! Training of the N = 200 network of the case study "opposed behaviours": forward and backward through 200 steps
//! and Adam, on one thread.
//!
//! `cargo bench -p neuromod-speed --bench opposed`; the same updates in PyTorch: `peers/opposed_rnn.py` beside this file. Each
//! measurement is 20 updates from a fresh network and one evaluation of 4 trials.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use neuromod_bench::base::rng::Streams;
use neuromod_bench::cases::opposed::settings::Settings;
use neuromod_bench::cases::opposed::setup::prepare;
use neuromod_bench::contract::{Pace, Unwatched};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const UPDATES: usize = 20;

fn updates(criterion: &mut Criterion) {
    let library = neuromod_bench::definitions::shipped().expect("embedded definitions are valid");
    let mut group = criterion.benchmark_group("opposed");
    group
        .sample_size(20)
        .measurement_time(Duration::from_secs(8))
        .throughput(Throughput::Elements(UPDATES as u64));
    for (benchmark, method, trials) in [
        ("opposed-go-nogo", "gain-100", 1),
        ("opposed-go-nogo", "gain-100", 4),
        ("opposed-go-nogo", "gain-10-both-ends", 4),
        ("nine-behaviours", "nine-populations", 9),
        ("opposed-light", "gain-100", 4),
    ] {
        let definition = library.benchmark(benchmark).expect("known");
        let preset = library.method("opposed-behaviours", method).expect("known");
        let mut settings = Settings::resolve(definition, preset).expect("resolves");
        let training = &mut settings.task.training;
        training.trials_per_update = trials;
        training.max_updates = UPDATES;
        training.evaluation_trials = 1;
        let streams = Streams::new(1);
        let (network, _, problem) =
            prepare(&settings, &streams, &mut Pace::new(&mut Unwatched, 0.0)).expect("never stopped");
        group.bench_function(format!("{benchmark}/{method}/{trials}"), |bencher| {
            bencher.iter_batched(
                || network.clone(),
                |mut network| problem.train(&mut network, &streams, &mut Unwatched).expect("trains"),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, updates);
criterion_main!(benches);
