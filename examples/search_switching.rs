//! How the constants of the switching presets were chosen: the same number of random settings for every family, on seeds
//! that no benchmark uses, judged by the benchmark's own score.
//!
//! `cargo run --release --example search_switching [BENCHMARK…]`

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::metric;
use neuromod_bench::paradigm::{RunSpec, Unwatched, protocol};
use neuromod_bench::rng::{StreamRng, Streams};
use neuromod_bench::spec::{Benchmark, Library, MethodPreset};
use neuromod_bench::tune::FIRST_SEED;
use rand::RngExt;

/// Seeds on which every setting is judged.
const SEEDS: u64 = 32;
/// Settings per family.
const SETTINGS: usize = 200;

/// How a parameter is drawn.
enum Draw {
    Uniform(f64, f64),
    /// Uniform in the logarithm.
    Log(f64, f64),
    OneOf(&'static [f64]),
    Switch,
}

/// A family: the preset that it starts from and what is drawn. A dotted name stands for a key in a table.
struct Family {
    preset: &'static str,
    parameters: &'static [(&'static str, Draw)],
}

const RATE: (&str, Draw) = ("rate", Draw::Log(0.02, 1.0));
const INVERSE_TEMPERATURE: (&str, Draw) = ("inverse_temperature", Draw::Log(1.0, 100.0));
const DISCOUNT: (&str, Draw) = ("discount", Draw::Uniform(0.6, 0.98));
const RETENTION: Draw = Draw::OneOf(&[0.5, 0.8, 0.9, 0.95, 0.99]);
const MASK: (&str, Draw) = ("mask", Draw::OneOf(&[0.3, 0.5, 0.7, 0.9, 1.0]));
const SPREAD: (&str, Draw) = ("spread", Draw::Switch);
const MEAN: (&str, Draw) = ("initial_mean", Draw::Log(0.03, 3.0));
const VARIANCE: (&str, Draw) = ("initial_variance", Draw::Log(0.001, 1.0));
const SCALE: (&str, Draw) = ("scale", Draw::Log(0.001, 10.0));

const FAMILIES: &[Family] = &[
    Family { preset: "constants", parameters: &[RATE, INVERSE_TEMPERATURE, DISCOUNT] },
    Family {
        preset: "doya",
        parameters: &[
            RATE,
            INVERSE_TEMPERATURE,
            DISCOUNT,
            ("acetylcholine.sensitivity", Draw::Uniform(-5.0, 20.0)),
            ("acetylcholine.retention", RETENTION),
            ("noradrenaline.sensitivity", Draw::Uniform(-10.0, 10.0)),
            ("noradrenaline.retention", RETENTION),
            ("serotonin.sensitivity", Draw::Uniform(-10.0, 20.0)),
            ("serotonin.retention", RETENTION),
        ],
    },
    Family { preset: "uncertainty", parameters: &[DISCOUNT, MASK, SPREAD, MEAN, VARIANCE] },
    Family { preset: "uncertainty-scaled", parameters: &[DISCOUNT, MASK, SPREAD, MEAN, VARIANCE, SCALE] },
    Family {
        preset: "uncertainty-fixed-rate",
        parameters: &[RATE, DISCOUNT, MASK, SPREAD, MEAN, VARIANCE, SCALE],
    },
    Family {
        preset: "uncertainty-fixed-temperature",
        parameters: &[INVERSE_TEMPERATURE, DISCOUNT, MASK, SPREAD, MEAN, VARIANCE],
    },
    Family { preset: "goal-delta", parameters: &[RATE, INVERSE_TEMPERATURE] },
    Family { preset: "fixed-rate", parameters: &[RATE] },
];

fn draw(draw: &Draw, rng: &mut StreamRng) -> toml::Value {
    // Three significant digits: what is printed is what was judged.
    let short = |value: f64| format!("{value:.2e}").parse::<f64>().unwrap_or(value);
    match draw {
        Draw::Uniform(low, high) => short(low + (high - low) * rng.random::<f64>()).into(),
        Draw::Log(low, high) => short(low * (high / low).powf(rng.random())).into(),
        Draw::OneOf(values) => values[rng.random_range(0..values.len())].into(),
        Draw::Switch => rng.random_bool(0.5).into(),
    }
}

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

/// Mean score over the search's seeds.
fn judge(benchmark: &Benchmark, preset: &MethodPreset, data: &Data) -> anyhow::Result<f64> {
    let paradigm = &benchmark.header.paradigm;
    let protocol = protocol(paradigm)?;
    let settings = protocol.resolve(benchmark, preset)?;
    let mut sum = 0.0;
    for seed in FIRST_SEED..FIRST_SEED + SEEDS {
        let spec = RunSpec {
            benchmark: benchmark.header.id.clone(),
            version: benchmark.header.version,
            paradigm: paradigm.clone(),
            method: preset.header.id.clone(),
            seed,
            settings: settings.clone(),
            replays: None,
        };
        let log = protocol.run(&spec, data, &mut Unwatched)?;
        sum += metric::score_all(paradigm, &log)
            .get(&benchmark.header.score.metric)
            .and_then(neuromod_bench::run::MetricValue::value)
            .unwrap_or(benchmark.header.score.chance);
    }
    #[allow(clippy::cast_precision_loss)]
    Ok(sum / SEEDS as f64)
}

fn main() -> anyhow::Result<()> {
    neuromod_bench::run::prepare_process();
    let library = Library::embedded()?;
    let data = Data::new(DataFolder::choose(None));
    let asked: Vec<String> = std::env::args().skip(1).collect();
    for benchmark in library.benchmarks.values().filter(|b| b.header.paradigm == "switching") {
        let id = &benchmark.header.id;
        if !asked.is_empty() && !asked.contains(id) {
            continue;
        }
        let metric = &benchmark.header.score.metric;
        let higher = metric::find(metric).is_none_or(|metric| metric.higher_is_better);
        for family in FAMILIES.iter().filter(|f| benchmark.header.methods.iter().any(|m| m == f.preset)) {
            let mut preset = library.method("switching", family.preset)?.clone();
            preset.header.on.clear();
            let mut rng = Streams::new(FIRST_SEED).get(family.preset);
            let mut best: Option<(f64, toml::Table)> = None;
            for _ in 0..SETTINGS {
                preset.header.parameters.clear();
                for (key, how) in family.parameters {
                    insert(&mut preset.header.parameters, key, draw(how, &mut rng));
                }
                let score = judge(benchmark, &preset, &data)?;
                let better =
                    best.as_ref().is_none_or(|(other, _)| (score > *other) == higher && score != *other);
                if better {
                    best = Some((score, preset.header.parameters.clone()));
                }
            }
            if let Some((score, parameters)) = best {
                println!(
                    "{id} {} {metric} {score:.4}: {}",
                    family.preset,
                    serde_json::to_string(&parameters)?
                );
            }
        }
    }
    Ok(())
}
