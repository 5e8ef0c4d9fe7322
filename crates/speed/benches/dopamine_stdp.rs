//! The standard dopamine-STDP network, one step of 1 ms: the network that the peers' script also runs, and its cost over
//! sizes from 100 to 10,000 neurons with 100 synapses each (linear in neurons and synapses).
//!
//! `cargo bench -p neuromod-speed --bench dopamine_stdp`; the same network in Brian2: `peers/dopamine_stdp.py` beside this file.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use neuromod_bench::cases::spiking::dopamine_stdp::{DopamineStdpNetwork, DopamineStdpSettings};

fn step(c: &mut Criterion) {
    let mut group = c.benchmark_group("dopamine_stdp_step");
    for neurons in [100, 300, 1000, 3000, 10_000] {
        let settings = DopamineStdpSettings::with_neurons(neurons);
        let mut network = DopamineStdpNetwork::new(settings, 1).expect("allowed settings");
        // Past the transient of the first second.
        for _ in 0..1000 {
            network.step();
        }
        group.throughput(Throughput::Elements(neurons as u64));
        group.bench_function(BenchmarkId::from_parameter(neurons), |b| b.iter(|| network.step()));
        let seconds = network.time() as f64 / 1000.0;
        eprintln!("{neurons} neurons: {:.2} Hz", network.spikes as f64 / neurons as f64 / seconds);
    }
    group.finish();
}

criterion_group!(benches, step);
criterion_main!(benches);
