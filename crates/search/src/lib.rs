//! The one loop behind the searches for settings: every candidate of a method is scored on validation data, on seeds
//! (so class orders, permutations and functions) that no benchmark uses, with the same budget.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use anyhow::Result;
use neuromod_bench::contract::definition::{Library, MethodPreset};
use neuromod_bench::data::Data;
use neuromod_bench::measure::{Means, Measured, Store};
use neuromod_bench::run::{Journal, Listener, PlannedRun, cores};
use neuromod_bench::tune::{FIRST_SEED, best};

struct Quiet;

impl Listener for Quiet {}

/// Keys of a preset with the values to try: a parameter, or `optimiser.` and a key of the optimiser.
pub type Candidate = Vec<(&'static str, toml::Value)>;

/// One candidate per value of one parameter.
pub fn grid(key: &'static str, values: &[f64]) -> Vec<Candidate> {
    values.iter().map(|value| vec![(key, toml::Value::Float(*value))]).collect()
}

/// Prints the mean score of every candidate over `seeds` seeds and which is the best: the first of equals, so order
/// candidates from the weakest on.
pub fn search(
    library: &Library,
    data: &Data,
    id: &str,
    method: &str,
    candidates: &[Candidate],
    seeds: u64,
) -> Result<()> {
    let preset = library.method(&library.benchmark(id)?.header.paradigm, method)?;
    let with = |candidate: &Candidate| {
        let mut preset = preset.clone();
        preset.header.on.clear();
        for (key, value) in candidate {
            let header = &mut preset.header;
            let (table, key) = match key.strip_prefix("optimiser.") {
                Some(key) => (&mut header.optimiser, key),
                None => (&mut header.parameters, *key),
            };
            table.insert(key.to_owned(), value.clone());
        }
        preset
    };
    let presets: Vec<MethodPreset> = candidates.iter().map(with).collect();
    let range = FIRST_SEED..FIRST_SEED + seeds;
    // Stopped and repeated, a search goes on with what it has recorded.
    let (journal, recovery) = Journal::open(&Path::new("results/local/search").join(id))?;
    let mut store = Store::new(journal, recovery.records);
    let (interrupt, listen) =
        (AtomicBool::new(false), |_: &[PlannedRun]| Box::new(Quiet) as Box<dyn Listener>);
    let means = Means { data, jobs: cores(), interrupt: &interrupt, suite: "search", listen: &listen };
    let mut measured = Measured::new(library.benchmark(id)?, &means, &mut store)?;
    let scores = measured.validation_means(&presets, range)?;
    let words = |candidate: &Candidate| {
        let words: Vec<String> = candidate.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        words.join(", ")
    };
    println!("{id} {method}: {}", words(&candidates[best(library, id, &scores)?]));
    for (score, candidate) in scores.iter().zip(candidates) {
        println!("  {score:.4}  {}", words(candidate));
    }
    Ok(())
}

/// What every search says first.
pub fn announce(seeds: u64) {
    println!("mean validation score over seeds {FIRST_SEED} to {}", FIRST_SEED + seeds - 1);
}
