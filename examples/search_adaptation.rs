//! How the rates of the baselines on the sinusoids are to be chosen: the same grid for every method, scored on seeds (so
//! tasks and initial weights) that no benchmark uses.
//!
//! `cargo run --release --example search_adaptation`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::spec::Library;

const BENCHMARKS: [&str; 2] = ["sinusoid-5shot-quick", "sinusoid-10shot-quick"];
const METHODS: [&str; 3] = ["scratch", "pretrained", "reptile"];
const RATES: [f64; 6] = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1];
const FIRST_SEED: u64 = 100_000;
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    println!("mean query loss after 10 steps, seeds {FIRST_SEED} to {}", FIRST_SEED + SEEDS - 1);
    for id in BENCHMARKS {
        let benchmark = library.benchmark(id)?;
        let paradigm = &benchmark.header.paradigm;
        let protocol = protocol(paradigm)?;
        for method in METHODS {
            let mut preset = library.method(paradigm, method)?.clone();
            let mut row = Vec::new();
            for rate in RATES {
                preset.header.parameters.insert("rate".into(), rate.into());
                let settings = protocol.resolve(benchmark, &preset)?;
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
                    // A diverged run counts as infinitely bad.
                    let log = protocol.run(&spec, &data, &mut Unwatched).ok();
                    sum +=
                        log.and_then(|log| log.scalars.get("query_loss").copied()).unwrap_or(f64::INFINITY);
                }
                #[allow(clippy::cast_precision_loss)]
                row.push((rate, sum / SEEDS as f64));
            }
            let best = row.iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |best| best.0);
            let row: Vec<String> = row.iter().map(|(rate, loss)| format!("{rate}: {loss:.3}")).collect();
            println!("{id} {method}: rate = {best}   ({})", row.join(", "));
        }
    }
    Ok(())
}
