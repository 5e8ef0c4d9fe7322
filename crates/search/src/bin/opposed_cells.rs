//! Runs cells of the case study "opposed behaviours", one JSON line per run, and prints the tables of
//! `docs/opposed-behaviours.md` from such a file.
//!
//! cargo run --release -p neuromod-search --bin opposed_cells -- run OUT.jsonl BENCHMARK METHOD[,METHOD…] FIRST_SEED SEEDS
//! cargo run --release -p neuromod-search --bin opposed_cells -- table OUT.jsonl

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::time::Instant;

use neuromod_bench::cases::opposed::OpposedBehaviours;
use neuromod_bench::contract::{Protocol, RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Line {
    benchmark: String,
    method: String,
    seed: u64,
    seconds: f64,
    /// What went wrong, if anything.
    error: Option<String>,
    log: neuromod_bench::contract::RunLog,
}

fn read(path: &str) -> anyhow::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Ok(text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", out, benchmark, methods, first, seeds] => {
            let first: u64 = first.parse()?;
            for seed in first..first + seeds.parse::<u64>()? {
                for method in methods.split(',') {
                    run(out, benchmark, method, seed)?;
                }
            }
            Ok(())
        }
        ["table", out] => {
            table(&read(out)?);
            Ok(())
        }
        _ => anyhow::bail!("usage: opposed_cells run OUT BENCHMARK METHODS FIRST_SEED SEEDS | table OUT"),
    }
}

fn run(out: &str, benchmark: &str, method: &str, seed: u64) -> anyhow::Result<()> {
    let done = read(out)?;
    if done
        .iter()
        .any(|line| (line.benchmark.as_str(), line.method.as_str(), line.seed) == (benchmark, method, seed))
    {
        return Ok(());
    }
    let library = neuromod_bench::definitions::shipped()?;
    let definition = library.benchmark(benchmark)?;
    let preset = library.method("opposed-behaviours", method)?;
    let spec = RunSpec {
        replays: None,
        benchmark: benchmark.to_owned(),
        version: definition.header.version,
        paradigm: definition.header.paradigm.clone(),
        method: method.to_owned(),
        seed,
        settings: OpposedBehaviours.resolve(definition, preset)?,
    };
    let start = Instant::now();
    let outcome = OpposedBehaviours.run(&spec, &Data::new(DataFolder::choose(None)), &mut Unwatched);
    let (log, error) = match outcome {
        Ok(log) => (log, None),
        Err(error) => (Default::default(), Some(error.to_string())),
    };
    let line = Line {
        benchmark: benchmark.to_owned(),
        method: method.to_owned(),
        seed,
        seconds: start.elapsed().as_secs_f64(),
        error,
        log,
    };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(out)?;
    writeln!(file, "{}", serde_json::to_string(&line)?)?;
    Ok(())
}

fn table(lines: &[Line]) {
    let cells: BTreeSet<(&str, &str)> =
        lines.iter().map(|line| (line.benchmark.as_str(), line.method.as_str())).collect();
    for (benchmark, method) in cells {
        let of = |line: &&Line| line.benchmark == benchmark && line.method == method;
        let runs: Vec<&Line> = lines.iter().filter(of).collect();
        let failed = runs.iter().filter(|line| line.error.is_some()).count();
        println!("\n{benchmark} · {method}: {} runs, {failed} failed", runs.len());
        let mut values: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for line in &runs {
            for (name, value) in &line.log.scalars {
                values.entry(name).or_default().push(*value);
            }
        }
        for (name, values) in &mut values {
            values.sort_by(f64::total_cmp);
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let sd = (values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
            let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
            println!(
                "  {name:32} n {:2}  mean {mean:9.3}  sd {sd:8.3}  median {median:9.3}  min {:9.3}  max {:9.3}",
                values.len(),
                values[0],
                values[values.len() - 1]
            );
        }
        for ec50 in ["dose/ec50", "dose/output/ec50"] {
            for other in ["weight_skewness", "geometry/angle", "geometry/angle/plus", "geometry/angle/null"] {
                let pairs: Vec<(f64, f64)> = runs
                    .iter()
                    .filter_map(|line| Some((*line.log.scalars.get(ec50)?, *line.log.scalars.get(other)?)))
                    .collect();
                if pairs.len() > 2 {
                    println!(
                        "  r({ec50}, {other}) = {:.3} over {} networks",
                        correlation(&pairs),
                        pairs.len()
                    );
                }
            }
        }
    }
}

fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = pairs.len() as f64;
    let (mx, my) = (pairs.iter().map(|p| p.0).sum::<f64>() / n, pairs.iter().map(|p| p.1).sum::<f64>() / n);
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - mx) * (y - my);
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
    }
    xy / (xx * yy).sqrt()
}
