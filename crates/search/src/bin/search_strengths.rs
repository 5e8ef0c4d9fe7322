//! How the strengths of the regularisation presets and the parameters of the multi-task weightings were chosen, by the
//! loop in `search`: the same number of candidates for every method of a paradigm.
//!
//! `cargo run --release -p neuromod-search --bin search_strengths -- [incremental|transfer|multi-task]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use search::{Candidate, grid};

const SEEDS: u64 = 5;
const STRENGTHS: [f64; 10] = [1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3, 1e4, 1e5];

/// Benchmarks, and methods with their candidates.
type Search = (&'static [&'static str], Vec<(&'static str, Vec<Candidate>)>);

fn incremental() -> Search {
    let strengths =
        [("l2", "lambda"), ("ewc", "lambda"), ("online-ewc", "lambda"), ("si", "c"), ("mas", "lambda")];
    let benchmarks = &[
        "split-digits-task",
        "split-digits-domain",
        "split-digits-class",
        "permuted-digits-domain",
        "rotated-digits-domain",
    ];
    (benchmarks, strengths.map(|(method, key)| (method, grid(key, &STRENGTHS))).to_vec())
}

fn transfer() -> Search {
    // Ten decades, weak pulls first.
    let pulls = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 100.0, 1e3];
    let methods = ["l2-sp", "l2-zero"].map(|method| (method, grid("lambda", &pulls)));
    (&["digits-even-to-odd", "sinusoid-phase"], methods.to_vec())
}

/// Nine candidates per weighting.
fn multi_task() -> Search {
    let rates = [1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
    let both = |a: &'static str, of_a: [f64; 3], b: &'static str, of_b: [toml::Value; 3]| {
        let pairs = of_a.into_iter().flat_map(|x| of_b.iter().map(move |y| (x, y.clone())));
        pairs.map(|(x, y)| vec![(a, x.into()), (b, y)]).collect::<Vec<Candidate>>()
    };
    let windows = [10, 50, 130].map(toml::Value::Integer);
    let steps = [0.0025, 0.025, 0.25].map(toml::Value::Float);
    let methods = vec![
        ("uncertainty", grid("rate", &rates)),
        ("weight-average", both("temperature", [0.5, 2.0, 8.0], "window", windows)),
        ("grad-norm", both("alpha", [0.12, 0.5, 1.5], "rate", steps)),
    ];
    (&["digits-attributes"], methods)
}

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(None));
    let wanted = std::env::args().nth(1);
    search::announce(SEEDS);
    for (paradigm, (benchmarks, methods)) in
        [("incremental", incremental()), ("transfer", transfer()), ("multi-task", multi_task())]
    {
        if wanted.as_ref().is_some_and(|wanted| wanted != paradigm) {
            continue;
        }
        for id in benchmarks {
            for (method, candidates) in &methods {
                search::search(&library, &data, id, method, candidates, SEEDS)?;
            }
        }
    }
    Ok(())
}
