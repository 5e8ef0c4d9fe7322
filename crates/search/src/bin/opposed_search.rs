//! Trains networks of the case study "opposed behaviours" and prints one line per run: how the training settings of
//! `benchmarks/opposed-behaviours` were chosen (on seeds ≥ 1000, which no benchmark uses).
//!
//! cargo run --release -p neuromod-search --bin opposed_search -- BENCHMARK METHOD FIRST_SEED SEEDS [key.path=value …]
//!
//! BENCHMARK is an id, or a `.toml` file that states everything (`bench show ID` prints such a text). Keys are
//! those of the benchmark's file; `method.` in front changes a parameter of the method.

use std::time::Instant;

use neuromod_bench::base::rng::Streams;
use neuromod_bench::base::source::Source;
use neuromod_bench::cases::opposed::settings::Settings;
use neuromod_bench::cases::opposed::setup::prepare;
use neuromod_bench::contract::definition::Benchmark;
use neuromod_bench::contract::{Curve, Pace, Unwatched};

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [benchmark, method, first, seeds, changes @ ..] = arguments.as_slice() else {
        anyhow::bail!("usage: opposed_search BENCHMARK METHOD FIRST_SEED SEEDS [key.path=value …]");
    };
    let library = neuromod_bench::definitions::shipped()?;
    let mut benchmark = match benchmark.strip_suffix(".toml") {
        Some(_) => {
            Benchmark::parse(Source { name: benchmark.clone(), text: std::fs::read_to_string(benchmark)? })?
        }
        None => library.benchmark(benchmark)?.clone(),
    };
    let mut method = library.method("opposed-behaviours", method)?.clone();
    for change in changes {
        let (path, value) = change.split_once('=').ok_or_else(|| anyhow::anyhow!("no = in {change}"))?;
        let value: toml::Table = format!("value = {value}").parse()?;
        let (mut table, path) = match path.strip_prefix("method.") {
            Some(path) => (&mut method.header.parameters, path),
            None => (&mut benchmark.body, path),
        };
        let mut keys: Vec<&str> = path.split('.').collect();
        let last = keys.pop().unwrap_or_default();
        for key in keys {
            let inner = table.entry(key).or_insert_with(|| toml::Table::new().into());
            table = inner.as_table_mut().ok_or_else(|| anyhow::anyhow!("{key} is not a table"))?;
        }
        table.insert(last.to_owned(), value["value"].clone());
    }
    let settings = Settings::resolve(&benchmark, &method)?;
    let first: u64 = first.parse()?;
    for seed in first..first + seeds.parse::<u64>()? {
        let streams = Streams::new(seed);
        let (mut network, _, problem) = prepare(&settings, &streams, &mut Pace::new(&mut Unwatched, 0.0))?;
        let start = Instant::now();
        let outcome = problem.train(&mut network, &streams, &mut Unwatched);
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Err(error) => println!("seed {seed}: {error} after {seconds:.1} s"),
            Ok(trained) => {
                let (streams, mut watch) = (streams.within("test"), Unwatched);
                let scores = problem.evaluate(&network, 100, &streams, &mut Pace::new(&mut watch, 0.0))?;
                let accuracies = problem.by_behaviour(&scores.right);
                let mean = accuracies.iter().sum::<f64>() / accuracies.len() as f64;
                let last = |curve: &Curve| curve.y.last().copied().flatten().unwrap_or(-1.0);
                let last: Vec<f64> = trained.curves.iter().map(last).collect();
                println!(
                    "seed {seed}: updates {} criterion {:?} test mean {mean:.3} by behaviour {accuracies:.3?} \
                     loss {:.2} last {last:.2?} in {seconds:.2} s",
                    trained.updates, trained.criterion, scores.loss
                );
            }
        }
    }
    Ok(())
}
