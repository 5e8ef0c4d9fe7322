//! How the step sizes of sequential Omniglot were chosen: one meta-training per method, inner rate and seed, then the same
//! grid of step sizes at test for every method, scored on validation characters (which meta-training leaves out) and on
//! seeds that no benchmark reports.
//!
//! `cargo run --release -p neuromod-search --bin search_sequential_rates -- DATA_DIR METHOD=INNER_RATE,INNER_RATE… …`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use std::path::PathBuf;

use neuromod_bench::contract::RunSpec;
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::paradigms::sequential::{Rates, accuracy_by_rate};
use neuromod_bench::registry::protocol;

const BENCHMARK: &str = "omniglot-sequential";
const RATES: [f32; 12] = [1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3];
const SEQUENCES: i64 = 10;
const FIRST_SEED: u64 = 100_000;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map(PathBuf::from);
    // `NAME=VALUE` in the environment of a quick look: `SEEDS`, `OUTER_STEPS`.
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = number("SEEDS").unwrap_or(2);
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(folder));
    let mut benchmark = library.benchmark(BENCHMARK)?.clone();
    benchmark.body.insert("evaluate".into(), "validation".into());
    let mut set = |table: &str, key: &str, value: i64| {
        let table = benchmark.body.get_mut(table).and_then(toml::Value::as_table_mut);
        table.map(|table| table.insert(key.into(), value.into()));
    };
    set("sequence", "sequences", SEQUENCES);
    if let Some(steps) = number("OUTER_STEPS") {
        set("budget", "outer_steps", i64::try_from(steps)?);
    }
    let paradigm = &benchmark.header.paradigm;
    let protocol = protocol(paradigm)?;
    let pairs = RATES.map(|rate| Rates { sequential: rate, mixed: rate });
    println!("accuracy on held-out drawings, {seeds} seeds from {FIRST_SEED}");
    for argument in arguments {
        let (method, inner) = argument.split_once('=').unwrap_or((&argument, ""));
        for inner in inner.split(',') {
            let mut preset = library.method(paradigm, method)?.clone();
            if let Ok(rate) = inner.parse::<f64>() {
                preset.header.parameters.insert("inner_rate".into(), rate.into());
            }
            let settings = protocol.resolve(&benchmark, &preset)?;
            let mut sums = [[0.0; 2]; RATES.len()];
            for seed in FIRST_SEED..FIRST_SEED + seeds {
                let spec = RunSpec {
                    replays: None,
                    benchmark: BENCHMARK.into(),
                    version: benchmark.header.version,
                    paradigm: paradigm.clone(),
                    method: method.into(),
                    seed,
                    settings: settings.clone(),
                };
                for (sum, score) in sums.iter_mut().zip(accuracy_by_rate(&spec, &data, &pairs)?) {
                    sum.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
                }
            }
            print_scores(&format!("{method} inner {inner:5}"), &sums, seeds);
        }
    }
    Ok(())
}

/// The best rate for each order, and all of them.
fn print_scores(name: &str, sums: &[[f64; 2]], seeds: u64) {
    for (place, order) in ["one after another", "mixed"].into_iter().enumerate() {
        let means: Vec<(f32, f64)> =
            RATES.iter().zip(sums).map(|(rate, sum)| (*rate, sum[place] / seeds as f64)).collect();
        let best = means.iter().max_by(|a, b| a.1.total_cmp(&b.1)).copied().unwrap_or_default();
        let all: Vec<String> = means.iter().map(|(rate, score)| format!("{rate}: {score:.3}")).collect();
        println!("{name} {order}: {} gives {:.3}   ({})", best.0, best.1, all.join(", "));
    }
}
