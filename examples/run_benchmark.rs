//! Runs a benchmark from code: plans it, trains every run, prints the mean score of each method.
//!
//! `cargo run --release --example run_benchmark`

use std::collections::BTreeMap;

use neuromod_bench::base::stats::mean;
use neuromod_bench::contract::{MetricValue, Unwatched};
use neuromod_bench::data::{Data, DataFolder};
use neuromod_bench::registry::protocol;
use neuromod_bench::report::metric::score_all;
use neuromod_bench::run::{Plan, Selection, prepare_process};
use neuromod_bench::{Result, definitions};

fn main() -> Result<()> {
    prepare_process();
    let data = Data::new(DataFolder::choose(None));
    let selection = Selection {
        targets: vec!["split-digits-task".into()],
        methods: vec!["naive".into(), "ewc".into()],
        seeds: Some(3),
        ..Selection::default()
    };
    let mut scores: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for run in Plan::new(&definitions::shipped()?, &selection)?.runs {
        let log = protocol(&run.spec.paradigm)?.run(&run.spec, &data, &mut Unwatched)?;
        if let Some(MetricValue::Value(score)) = score_all(&run.spec.paradigm, &log).get("average_accuracy") {
            scores.entry(run.spec.method).or_default().push(*score);
        }
    }
    for (method, scores) in scores {
        println!(
            "{method:8} average accuracy {:.3} over {} seeds",
            mean(&scores).unwrap_or(f64::NAN),
            scores.len()
        );
    }
    Ok(())
}
