//! How rates on the sinusoids are to be chosen: the adaptation rate of the baselines, and the outer rate of NMN and its
//! controls; the same grid for every method, scored on seeds (so tasks and initial weights) that no benchmark uses.
//!
//! `cargo run --release --example search_adaptation`: the baselines, on the quick benchmarks.
//! `cargo run --release --example search_adaptation -- nmn BENCHMARK`: NMN and its controls.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod search;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::spec::Library;

const BENCHMARKS: [&str; 2] = ["sinusoid-5shot-quick", "sinusoid-10shot-quick"];
const METHODS: [&str; 3] = ["scratch", "pretrained", "reptile"];
const RATES: [f64; 6] = [0.001, 0.003, 0.01, 0.02, 0.05, 0.1];
const FORMS: [&str; 8] =
    ["nmn", "nmn-slope", "nmn-bias", "nmn-input", "nmn-input-wide", "nmn-constant", "nmn-none", "maml"];
const OUTER_RATES: [f64; 4] = [0.0003, 0.001, 0.003, 0.01];
const SEEDS: u64 = 3;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    search::announce(SEEDS);
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [which, id] = asked.as_slice()
        && which == "nmn"
    {
        for method in FORMS {
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
