//! How the rates of the baselines on the sinusoids are to be chosen: the same grid for every method, scored on seeds (so
//! tasks and initial weights) that no benchmark uses.
//!
//! `cargo run --release --example search_adaptation`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod search;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::spec::Library;

const BENCHMARKS: [&str; 2] = ["sinusoid-5shot-quick", "sinusoid-10shot-quick"];
const METHODS: [&str; 3] = ["scratch", "pretrained", "reptile"];
const RATES: [f64; 6] = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1];
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    search::announce(SEEDS);
    for id in BENCHMARKS {
        for method in METHODS {
            search::search(&library, &data, id, method, &search::grid("rate", &RATES), SEEDS)?;
        }
    }
    Ok(())
}
