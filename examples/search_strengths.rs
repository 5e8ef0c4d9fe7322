//! How the strengths of the regularisation presets on the digits were chosen: the same grid and budget for every
//! method, scored on the validation split, on seeds (so class orders and permutations) that no benchmark uses.
//!
//! `cargo run --release --example search_strengths`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::metric;
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::spec::Library;

const BENCHMARKS: [&str; 5] = [
    "split-digits-task",
    "split-digits-domain",
    "split-digits-class",
    "permuted-digits-domain",
    "rotated-digits-domain",
];
const METHODS: [(&str, &str); 5] =
    [("l2", "lambda"), ("ewc", "lambda"), ("online-ewc", "lambda"), ("si", "c"), ("mas", "lambda")];
const STRENGTHS: [f64; 10] = [1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5];
const FIRST_SEED: u64 = 100_000;
const SEEDS: u64 = 5;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    println!("mean validation accuracy over seeds {FIRST_SEED} to {}", FIRST_SEED + SEEDS - 1);
    for id in BENCHMARKS {
        let mut benchmark = library.benchmark(id)?.clone();
        benchmark.body.insert("evaluate".into(), "validation".into());
        let paradigm = &benchmark.header.paradigm;
        let protocol = protocol(paradigm)?;
        for (method, key) in METHODS {
            let mut preset = library.method(paradigm, method)?.clone();
            preset.header.on.clear();
            let mut scores = Vec::new();
            for strength in STRENGTHS {
                preset.header.parameters.insert(key.into(), strength.into());
                let settings = protocol.resolve(&benchmark, &preset)?;
                let mut sum = 0.0;
                for seed in FIRST_SEED..FIRST_SEED + SEEDS {
                    let spec = RunSpec {
                        benchmark: id.into(),
                        version: benchmark.header.version,
                        paradigm: paradigm.clone(),
                        method: method.into(),
                        seed,
                        settings: settings.clone(),
                    };
                    // A diverged run counts as chance.
                    let log = protocol.run(&spec, &data, &mut Unwatched);
                    let score = log.ok().and_then(|log| {
                        metric::score_all(paradigm, &log).get(&benchmark.header.score.metric)?.value()
                    });
                    sum += score.unwrap_or(benchmark.header.score.chance);
                }
                #[allow(clippy::cast_precision_loss)]
                scores.push(sum / SEEDS as f64);
            }
            // The first of equals: the weakest strength that does as well.
            let best = scores.iter().copied().fold(f64::MIN, f64::max);
            let chosen = STRENGTHS[scores.iter().position(|score| *score == best).unwrap_or(0)];
            let row: Vec<String> = STRENGTHS
                .iter()
                .zip(&scores)
                .map(|(strength, score)| format!("{strength}: {score:.3}"))
                .collect();
            println!("{id} {method}: {key} = {chosen}   ({})", row.join(", "));
        }
    }
    Ok(())
}
