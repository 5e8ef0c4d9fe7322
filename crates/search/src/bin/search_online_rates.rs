//! How the learning rates of the online presets were chosen, by the loop in `search`: the same grid and budget for every
//! method, on seeds that no benchmark uses and, where the stream is made from images, on other images.
//!
//! `cargo run --release -p neuromod-search --bin search_online_rates [BENCHMARK…]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};

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
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(None));
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let ids: Vec<&str> =
        if asked.is_empty() { BENCHMARKS.to_vec() } else { asked.iter().map(String::as_str).collect() };
    search::announce(SEEDS);
    for id in ids {
        for method in METHODS {
            if library.benchmark(id)?.header.methods.iter().any(|listed| listed == method) {
                search::search(&library, &data, id, method, &search::grid("rate", &RATES), SEEDS)?;
            }
        }
    }
    Ok(())
}
