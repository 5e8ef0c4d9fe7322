//! How the learning rates of the online presets were chosen: the same grid and budget for every method, on seeds that
//! no benchmark uses and, where the stream is made from images, on other images.
//!
//! `cargo run --release --example search_online_rates [BENCHMARK…]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::metric;
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::spec::Library;

const BENCHMARKS: [&str; 8] = [
    "sea",
    "sea-gradual",
    "sine",
    "stagger",
    "hyperplane",
    "digits-drift",
    "digits-drift-gradual",
    "digits-drift-delayed",
];
const METHODS: [&str; 7] = ["decayed", "adam", "window", "replay", "oracle-reset", "adwin", "page-hinkley"];
const RATES: [f64; 7] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];
const FIRST_SEED: u64 = 100_000;
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let ids: Vec<&str> =
        if asked.is_empty() { BENCHMARKS.to_vec() } else { asked.iter().map(String::as_str).collect() };
    println!("mean prequential accuracy over seeds {FIRST_SEED} to {}", FIRST_SEED + SEEDS - 1);
    for id in ids {
        let mut benchmark = library.benchmark(id)?.clone();
        benchmark.body.insert("evaluate".into(), "validation".into());
        let paradigm = &benchmark.header.paradigm;
        let protocol = protocol(paradigm)?;
        for method in METHODS {
            if !benchmark.header.methods.iter().any(|listed| listed == method) {
                continue;
            }
            let mut preset = library.method(paradigm, method)?.clone();
            preset.header.on.clear();
            let mut scores = Vec::new();
            for rate in RATES {
                preset.header.parameters.insert("rate".into(), rate.into());
                let settings = protocol.resolve(&benchmark, &preset)?;
                let mut sum = 0.0;
                for seed in FIRST_SEED..FIRST_SEED + SEEDS {
                    let spec = RunSpec {
                        replays: None,
                        benchmark: id.into(),
                        version: benchmark.header.version,
                        paradigm: paradigm.clone(),
                        method: method.into(),
                        seed,
                        settings: settings.clone(),
                    };
                    // A diverged run counts as chance; any other failure must not pass for one.
                    sum += match protocol.run(&spec, &data, &mut Unwatched) {
                        Ok(log) => metric::score_all(paradigm, &log)
                            .get(&benchmark.header.score.metric)
                            .and_then(neuromod_bench::run::MetricValue::value)
                            .unwrap_or(benchmark.header.score.chance),
                        Err(neuromod_bench::Error::Diverged { .. }) => benchmark.header.score.chance,
                        Err(error) => return Err(error.into()),
                    };
                }
                #[allow(clippy::cast_precision_loss)]
                scores.push(sum / SEEDS as f64);
            }
            // The first of equals: the smallest rate that does as well.
            let best = scores.iter().copied().fold(f64::MIN, f64::max);
            let chosen = RATES[scores.iter().position(|score| *score == best).unwrap_or(0)];
            let row: Vec<String> =
                RATES.iter().zip(&scores).map(|(rate, score)| format!("{rate}: {score:.4}")).collect();
            println!("{id} {method}: rate = {chosen}   ({})", row.join(", "));
        }
    }
    Ok(())
}
