//! The one loop behind the searches for settings: every candidate of a method is scored on validation data, on seeds
//! (so class orders, permutations and functions) that no benchmark uses, with the same budget.

use anyhow::Result;
use neuromod_bench::data::Data;
use neuromod_bench::error::Error;
use neuromod_bench::metric;
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::run::MetricValue;
use neuromod_bench::spec::Library;

const FIRST_SEED: u64 = 100_000;

/// Parameters of a preset with the values to try.
pub type Candidate = Vec<(&'static str, toml::Value)>;

/// One candidate per value of one parameter.
pub fn grid(key: &'static str, values: &[f64]) -> Vec<Candidate> {
    values.iter().map(|value| vec![(key, toml::Value::Float(*value))]).collect()
}

/// Prints the mean score of every candidate over `seeds` seeds, the best first: the first of equals, so order
/// candidates from the weakest on.
pub fn search(
    library: &Library,
    data: &Data,
    id: &str,
    method: &str,
    candidates: &[Candidate],
    seeds: u64,
) -> Result<()> {
    let mut benchmark = library.benchmark(id)?.clone();
    benchmark.body.insert("evaluate".into(), "validation".into());
    let paradigm = &benchmark.header.paradigm;
    let (score, chance) = (&benchmark.header.score.metric, benchmark.header.score.chance);
    let protocol = protocol(paradigm)?;
    let sign = if metric::find(score).is_none_or(|metric| metric.higher_is_better) { 1.0 } else { -1.0 };
    let mut rows: Vec<(f64, String)> = Vec::new();
    for candidate in candidates {
        let mut preset = library.method(paradigm, method)?.clone();
        preset.header.on.clear();
        preset
            .header
            .parameters
            .extend(candidate.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let settings = protocol.resolve(&benchmark, &preset)?;
        let mut sum = 0.0;
        for seed in FIRST_SEED..FIRST_SEED + seeds {
            let spec = RunSpec {
                replays: None,
                benchmark: id.into(),
                version: benchmark.header.version,
                paradigm: paradigm.clone(),
                method: method.into(),
                seed,
                settings: settings.clone(),
            };
            // A diverged run counts as chance; any other failure must not pass for one.
            sum += match protocol.run(&spec, data, &mut Unwatched) {
                Ok(log) => metric::score_all(paradigm, &log)
                    .get(score)
                    .and_then(MetricValue::value)
                    .unwrap_or(chance),
                Err(Error::Diverged { .. }) => chance,
                Err(error) => return Err(error.into()),
            };
        }
        let words: Vec<String> = candidate.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        #[allow(clippy::cast_precision_loss)]
        rows.push((sum / seeds as f64, words.join(", ")));
    }
    let best = rows.iter().map(|(score, _)| sign * score).fold(f64::MIN, f64::max);
    let chosen = rows.iter().find(|(score, _)| sign * score == best).map_or("nothing", |(_, words)| words);
    println!("{id} {method}: {chosen}");
    for (score, words) in &rows {
        println!("  {score:.4}  {words}");
    }
    Ok(())
}

/// What every search says first.
pub fn announce(seeds: u64) {
    println!("mean validation score over seeds {FIRST_SEED} to {}", FIRST_SEED + seeds - 1);
}
