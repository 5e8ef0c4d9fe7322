//! How the constants of the switching presets were chosen: the same search for every arm, the mechanisms included, on
//! seeds that no benchmark uses, judged by the benchmark's own score.
//!
//! Four restarts, each of 240 settings: 120 drawn from the ranges, 120 in ever smaller steps from one of the restart's five
//! best. Each setting meets the same 48 seeds. The five best of every restart are judged again on 200 further seeds, which
//! alone decide. Of a mechanism the best of all is kept; of constants the best of every restart, because a mechanism that
//! helps must beat each of them.
//!
//! `cargo run --release -p neuromod-search --bin search_switching -- [BENCHMARK… [ARM… [FACTOR]]]`, FACTOR times as many settings: how far
//! the search is from its end.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod arms;

use arms::{ARMS, Arm};
use neuromod_bench::base::rng::{StreamRng, Streams};
use neuromod_bench::contract::definition::{Benchmark, MethodPreset};
use neuromod_bench::contract::{RunSpec, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use neuromod_bench::report::metric;
use neuromod_bench::tune::FIRST_SEED;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use std::ops::Range;

/// Searches of an arm that know nothing of each other.
const RESTARTS: u64 = 4;
/// Settings per restart that are drawn, and as many that are stepped to.
const DRAWN: usize = 120;
/// Seeds on which every setting is judged.
const SEEDS: Range<u64> = FIRST_SEED..FIRST_SEED + 48;
/// Settings of a restart that are judged again.
const FINALISTS: usize = 5;
/// Seeds on which they are.
const FINAL_SEEDS: Range<u64> = FIRST_SEED + 48..FIRST_SEED + 248;
/// Standard deviation of a step's first and last coordinates, in shares of a range.
const STEPS: [f64; 2] = [0.15, 0.02];

/// A point of the unit cube with its score, larger is better.
type Judged = (f64, Vec<f64>);

fn insert(table: &mut toml::Table, key: &str, value: toml::Value) {
    match key.split_once('.') {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let below = table.entry(outer).or_insert_with(|| toml::Table::new().into());
            if let toml::Value::Table(below) = below {
                below.insert(inner.to_owned(), value);
            }
        }
    }
}

/// An arm on a benchmark.
struct Search<'a> {
    benchmark: &'a Benchmark,
    preset: MethodPreset,
    arm: &'static Arm,
    data: &'a Data,
    /// −1 where lower is better.
    sign: f64,
    /// Settings per restart that are drawn.
    drawn: usize,
}

impl Search<'_> {
    fn parameters(&self, point: &[f64]) -> toml::Table {
        let mut table = toml::Table::new();
        for ((key, range), u) in self.arm.parameters.iter().zip(point) {
            insert(&mut table, key, range.at(*u));
        }
        table
    }

    /// Mean score, times the sign.
    fn judge(&self, point: &[f64], seeds: Range<u64>) -> anyhow::Result<f64> {
        let header = &self.benchmark.header;
        let protocol = protocol(&header.paradigm)?;
        let mut preset = self.preset.clone();
        preset.header.parameters = self.parameters(point);
        let settings = protocol.resolve(self.benchmark, &preset)?;
        let count = (seeds.end - seeds.start) as f64;
        let mut sum = 0.0;
        for seed in seeds {
            let spec = RunSpec {
                benchmark: header.id.clone(),
                version: header.version,
                paradigm: header.paradigm.clone(),
                method: preset.header.id.clone(),
                seed,
                settings: settings.clone(),
                replays: None,
            };
            let log = protocol.run(&spec, self.data, &mut Unwatched)?;
            sum += metric::score_all(&header.paradigm, &log)
                .get(&header.score.metric)
                .and_then(neuromod_bench::contract::MetricValue::value)
                .unwrap_or(header.score.chance);
        }
        Ok(self.sign * sum / count)
    }

    /// The finalists of a restart, the best first.
    fn restart(&self, rng: &mut StreamRng) -> anyhow::Result<Vec<Judged>> {
        let mut best: Vec<Judged> = Vec::new();
        for trial in 0..2 * self.drawn {
            let point: Vec<f64> = if trial < self.drawn {
                self.arm.parameters.iter().map(|_| rng.random()).collect()
            } else {
                let done = (trial - self.drawn) as f64 / self.drawn as f64;
                let size = STEPS[0] * (STEPS[1] / STEPS[0]).powf(done);
                let from = &best[rng.random_range(0..best.len())].1;
                from.iter().map(|u| step(*u, size, rng)).collect()
            };
            let score = self.judge(&point, SEEDS)?;
            best.push((score, point));
            best.sort_by(|a, b| b.0.total_cmp(&a.0));
            best.truncate(FINALISTS);
        }
        for (score, point) in &mut best {
            *score = self.judge(point, FINAL_SEEDS)?;
        }
        best.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(best)
    }

    /// Prints the best of every restart, the best first.
    fn run(&self) -> anyhow::Result<()> {
        let streams = Streams::new(FIRST_SEED).within(self.arm.preset);
        let mut restarts = Vec::new();
        for restart in 0..RESTARTS {
            restarts.extend(self.restart(&mut streams.get(&format!("restart{restart}")))?.into_iter().next());
        }
        restarts.sort_by(|a, b| b.0.total_cmp(&a.0));
        let header = &self.benchmark.header;
        for (rank, (score, point)) in restarts.iter().enumerate() {
            let parameters = serde_json::to_string(&self.parameters(point))?;
            let (id, preset, metric) = (&header.id, self.arm.preset, &header.score.metric);
            println!("{id} {preset} {}: {metric} {:.5} {parameters}", rank + 1, self.sign * score);
        }
        Ok(())
    }
}

/// A step of a coordinate, reflected at the ends.
fn step(u: f64, size: f64, rng: &mut StreamRng) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    let moved = (u + size * normal).rem_euclid(2.0);
    if moved > 1.0 { 2.0 - moved } else { moved }
}

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = neuromod_bench::definitions::shipped()?;
    let data = Data::new(DataFolder::choose(None));
    let mut asked: Vec<String> = std::env::args().skip(1).collect();
    let factor = asked.last().and_then(|last| last.parse::<usize>().ok());
    asked.truncate(asked.len() - usize::from(factor.is_some()));
    let drawn = DRAWN * factor.unwrap_or(1);
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "switching") {
        let header = &benchmark.header;
        let (ids, arms): (Vec<&String>, Vec<&String>) =
            asked.iter().partition(|name| library.benchmarks.contains_key(*name));
        if !ids.is_empty() && !ids.contains(&&header.id) {
            continue;
        }
        let higher = metric::higher_is_better(&header.score.metric);
        let listed = ARMS.iter().filter(|arm| header.methods.iter().any(|m| m == arm.preset));
        for arm in listed.filter(|arm| arms.is_empty() || arms.iter().any(|name| *name == arm.preset)) {
            let mut preset = library.method("switching", arm.preset)?.clone();
            preset.header.on.clear();
            let sign = if higher { 1.0 } else { -1.0 };
            Search { benchmark, preset, arm, data: &data, sign, drawn }.run()?;
        }
    }
    Ok(())
}
