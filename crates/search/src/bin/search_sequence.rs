//! How the learning rates of the sequence presets (and the first eta of `plastic`) were chosen: the same rates and seeds for every network, on seeds
//! that no benchmark uses, judged by the benchmark's own score.
//!
//! `cargo run --release -p neuromod-search --bin search_sequence [BENCHMARK [METHOD…]]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::contract::definition::{Benchmark, MethodPreset};
use neuromod_bench::contract::{RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use neuromod_bench::report::metric;

const FIRST_SEED: u64 = 100_000;
/// Seeds on which every rate is judged.
const SEEDS: u64 = 3;
const RATES: [f64; 5] = [0.002, 0.005, 0.01, 0.02, 0.05];

/// Mean score over the search's seeds; a run that fails or diverges scores as chance.
fn judge(benchmark: &Benchmark, preset: &MethodPreset, data: &Data) -> anyhow::Result<f64> {
    let paradigm = &benchmark.header.paradigm;
    let protocol = protocol(paradigm)?;
    let settings = protocol.resolve(benchmark, preset)?;
    let mut sum = 0.0;
    for seed in FIRST_SEED..FIRST_SEED + SEEDS {
        let spec = RunSpec {
            benchmark: benchmark.header.id.clone(),
            version: benchmark.header.version,
            paradigm: paradigm.clone(),
            method: preset.header.id.clone(),
            seed,
            settings: settings.clone(),
            replays: None,
        };
        let score = &benchmark.header.score;
        sum += protocol
            .run(&spec, data, &mut Unwatched)
            .ok()
            .and_then(|log| metric::score_all(paradigm, &log).get(&score.metric)?.value())
            .unwrap_or(score.chance);
    }
    Ok(sum / SEEDS as f64)
}

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(None));
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "sequence") {
        let id = &benchmark.header.id;
        if asked.first().is_some_and(|only| only != id) {
            continue;
        }
        for method in &benchmark.header.methods {
            let preset = library.method("sequence", method)?;
            // A control that replaces a signal at test has the rate of the network that it tests.
            let named = asked.len() < 2 || asked[1..].contains(method);
            if preset.header.parameters.contains_key("control") || !named {
                continue;
            }
            let mut preset = preset.clone();
            preset.header.on.clear();
            let judged = |preset: &mut MethodPreset, rate: f64, eta: Option<f64>| -> anyhow::Result<f64> {
                preset.header.optimiser.insert("rate".into(), rate.into());
                if let Some(eta) = eta {
                    preset.header.parameters.insert("initial_rate".into(), eta.into());
                }
                let score = judge(benchmark, preset, &data)?;
                let eta = eta.map_or_else(String::new, |eta| format!(" initial eta {eta}"));
                println!("{id} {method} rate {rate}{eta}: {} {score:.4}", benchmark.header.score.metric);
                Ok(score)
            };
            // Without a gate the first eta decides how fast memories decay: searched at the best rate.
            let decays = preset.header.parameters.get("modulation").and_then(|m| m.as_str()) == Some("decay");
            let mut best: Option<(f64, f64)> = None;
            for rate in RATES {
                let score = judged(&mut preset, rate, decays.then_some(0.5))?;
                if best.is_none_or(|(other, _)| score > other) {
                    best = Some((score, rate));
                }
            }
            if let Some((_, rate)) = best.filter(|_| decays) {
                for eta in [0.1, 0.02] {
                    judged(&mut preset, rate, Some(eta))?;
                }
            }
        }
    }
    Ok(())
}
