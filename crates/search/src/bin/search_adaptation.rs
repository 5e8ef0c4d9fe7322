//! How rates on the sinusoids are to be chosen: the rate of adaptation of the baselines, and the outer rate of what is
//! meta-trained; the same grid for every method, scored on seeds (so tasks and initial weights) that no benchmark uses.
//!
//! `cargo run --release -p neuromod-search --bin search_adaptation`: the baselines' rate of adaptation, on the quick benchmarks.
//! `cargo run --release -p neuromod-search --bin search_adaptation -- BENCHMARK [METHOD…]`: the outer rate of what is meta-trained.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};

const BENCHMARKS: [&str; 2] = ["sinusoid-5shot-quick", "sinusoid-10shot-quick"];
const METHODS: [&str; 3] = ["scratch", "pretrained", "reptile"];
const RATES: [f64; 6] = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1];
const LEARNED: [&str; 14] = [
    "nmn",
    "nmn-slope",
    "nmn-bias",
    "nmn-input",
    "nmn-input-wide",
    "nmn-constant",
    "nmn-none",
    "maml",
    "fomaml",
    "maml-5step",
    "fomaml-5step",
    "anil",
    "meta-sgd",
    "reptile",
];
const OUTER_RATES: [f64; 5] = [0.0003, 0.001, 0.003, 0.01, 0.03];
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(None));
    search::announce(SEEDS);
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [id, methods @ ..] = asked.as_slice() {
        for method in LEARNED.into_iter().filter(|id| methods.is_empty() || methods.iter().any(|m| m == id)) {
            search::search(
                &library,
                &data,
                id,
                method,
                &search::grid("optimiser.rate", &OUTER_RATES),
                SEEDS,
            )?;
        }
        return Ok(());
    }
    for id in BENCHMARKS {
        for method in METHODS {
            search::search(&library, &data, id, method, &search::grid("rate", &RATES), SEEDS)?;
        }
    }
    Ok(())
}
