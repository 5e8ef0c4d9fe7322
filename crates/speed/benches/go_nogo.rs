//! A session of the spiking Go/No-Go: 600 trials of the full model (120 neurons and the predictive network, dt 1 ms).
//!
//! `cargo bench -p neuromod-speed --bench go_nogo`

use criterion::{Criterion, criterion_group, criterion_main};
use neuromod_bench::cases::go_nogo::{ModelSettings, TaskSettings, run_session};
use neuromod_bench::contract::Unwatched;

fn session(c: &mut Criterion) {
    let (task, model) = (TaskSettings::default(), ModelSettings::default());
    let mut group = c.benchmark_group("go_nogo");
    group.sample_size(10);
    group.bench_function("session_of_600_trials", |b| {
        b.iter(|| run_session(&task, &model, 1, &mut Unwatched).expect("allowed settings").spikes);
    });
    group.finish();
}

criterion_group!(benches, session);
criterion_main!(benches);
