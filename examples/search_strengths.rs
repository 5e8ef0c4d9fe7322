//! How the strengths of the regularisation presets on the digits were chosen: the same grid and budget for every
//! method, scored on the validation split, on seeds (so class orders and permutations) that no benchmark uses.
//!
//! `cargo run --release --example search_strengths -- [incremental|transfer]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::metric;
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::spec::Library;

/// Methods with the key of their strength.
type Methods = &'static [(&'static str, &'static str)];

const SEARCHES: [(&[&str], Methods); 2] = [
    (
        &[
            "split-digits-task",
            "split-digits-domain",
            "split-digits-class",
            "permuted-digits-domain",
            "rotated-digits-domain",
        ],
        &[("l2", "lambda"), ("ewc", "lambda"), ("online-ewc", "lambda"), ("si", "c"), ("mas", "lambda")],
    ),
    (&["digits-even-to-odd", "sinusoid-phase"], &[("l2-sp", "lambda"), ("l2-zero", "lambda")]),
];
const STRENGTHS: [f64; 10] = [1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5];
const FIRST_SEED: u64 = 100_000;
const SEEDS: u64 = 5;

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    println!("mean validation score over seeds {FIRST_SEED} to {}", FIRST_SEED + SEEDS - 1);
    let wanted = std::env::args().nth(1);
    for (id, methods) in SEARCHES.iter().flat_map(|(ids, methods)| ids.iter().map(move |id| (*id, *methods)))
    {
        let mut benchmark = library.benchmark(id)?.clone();
        benchmark.body.insert("evaluate".into(), "validation".into());
        let paradigm = &benchmark.header.paradigm;
        if wanted.as_ref().is_some_and(|wanted| wanted != paradigm) {
            continue;
        }
        let protocol = protocol(paradigm)?;
        let higher =
            metric::find(&benchmark.header.score.metric).is_none_or(|metric| metric.higher_is_better);
        for (method, key) in methods {
            let mut preset = library.method(paradigm, method)?.clone();
            preset.header.on.clear();
            let mut scores = Vec::new();
            for strength in STRENGTHS {
                preset.header.parameters.insert((*key).into(), strength.into());
                let settings = protocol.resolve(&benchmark, &preset)?;
                let mut sum = 0.0;
                for seed in FIRST_SEED..FIRST_SEED + SEEDS {
                    let spec = RunSpec {
                        replays: None,
                        benchmark: id.into(),
                        version: benchmark.header.version,
                        paradigm: paradigm.clone(),
                        method: (*method).into(),
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
            let better = |a: f64, b: f64| if higher { a.max(b) } else { a.min(b) };
            let best = scores.iter().copied().reduce(better).unwrap_or(0.0);
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
