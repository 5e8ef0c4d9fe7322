//! `runs.csv`: one row a run, with its status, score, every metric, its part in a verdict and what it cost.

use std::collections::BTreeSet;

use crate::chart::Csv;
use crate::results::{BenchmarkResults, MethodResults, Results};
use base::digest::sha256_hex;
use contract::{MetricValue, Record, Role};

/// Columns before the metrics.
const COLUMNS: [&str; 29] = [
    "suite",
    "paradigm",
    "benchmark",
    "version",
    "definition",
    "method",
    "title",
    "seed",
    "status",
    "origin",
    "score_metric",
    "score",
    "role",
    "control_of",
    "control_kind",
    "trials",
    "restarts",
    "validation_seeds",
    "settings_sha256",
    "key",
    "result_sha256",
    "parameters",
    "state_bytes",
    "replay_bytes",
    "updates",
    "multiply_adds",
    "wall_s",
    "program",
    "error",
];

/// One row for every run that counts. `definition` and `method` are the names under which the report has them: runs of one
/// id that were not run alike stand apart there. Cells without a value are empty.
pub fn table(results: &Results<'_>) -> Csv {
    let names = metrics(results);
    let named = |name: &String| {
        if COLUMNS.contains(&name.as_str()) { format!("metric {name}") } else { name.clone() }
    };
    let mut csv = Csv::new(COLUMNS.iter().map(|name| (*name).to_owned()).chain(names.iter().map(named)));
    for benchmark in &results.benchmarks {
        for method in benchmark.methods.iter().chain(&benchmark.controls) {
            for record in &method.records {
                let values = names.iter().map(|name| number(benchmark.value(record, name)));
                csv.row(fixed(benchmark, method, record).into_iter().chain(values));
            }
        }
    }
    csv
}

/// Every metric that some run has, in order of name.
fn metrics(results: &Results<'_>) -> Vec<String> {
    let recorded = results.records().flat_map(|record| record.metrics.keys().cloned());
    let mut names: BTreeSet<String> = recorded.collect();
    let paradigms: BTreeSet<&str> = results.benchmarks.iter().map(|one| one.paradigm.as_str()).collect();
    let applies = |metric: &&crate::metric::Metric| paradigms.iter().any(|name| metric.applies_to(name));
    names.extend(crate::metric::METRICS.iter().filter(applies).map(|metric| metric.name.to_owned()));
    names.into_iter().collect()
}

fn number(value: Option<MetricValue>) -> String {
    value.and_then(|value| value.value()).map_or_else(String::new, |value| value.to_string())
}

fn fixed(benchmark: &BenchmarkResults<'_>, method: &MethodResults<'_>, record: &Record) -> Vec<String> {
    let (spec, titles, cost) = (&record.spec, &record.titles, &record.log.footprint);
    let (role, of, kind) = role(method.role);
    let search = titles.search.as_ref();
    let count = |value: Option<u64>| value.map_or_else(String::new, |value| value.to_string());
    // What a table made elsewhere does not say is not nought.
    let told =
        |number: u64| if record.judged.is_some() && number == 0 { String::new() } else { number.to_string() };
    let settings = serde_json::to_string(&spec.settings).unwrap_or_default();
    vec![
        record.suite.clone(),
        spec.paradigm.clone(),
        spec.benchmark.clone(),
        spec.version.to_string(),
        benchmark.id.clone(),
        method.id.clone(),
        method.title.clone(),
        spec.seed.to_string(),
        record.status.word().to_owned(),
        record.origin().to_owned(),
        benchmark.score.metric.clone(),
        number(benchmark.value(record, &benchmark.score.metric)),
        role,
        of,
        kind,
        count(search.map(|note| note.trials)),
        count(search.map(|note| note.restarts)),
        count(search.map(|note| note.seeds)),
        sha256_hex(settings.as_bytes()),
        record.key.clone(),
        record.result_sha256.clone(),
        told(cost.parameters),
        told(cost.state_bytes),
        told(cost.replay_bytes),
        told(cost.updates),
        told(cost.multiply_adds),
        if record.judged.is_some() { String::new() } else { record.time.wall_s.to_string() },
        record.env.version.clone(),
        record.error.clone().unwrap_or_default(),
    ]
}

/// `mechanism`, or `control` with whose it is (empty: every mechanism's) and its kinds.
fn role(role: Option<&Role>) -> (String, String, String) {
    match role {
        None => Default::default(),
        Some(Role::Mechanism) => ("mechanism".into(), String::new(), String::new()),
        Some(Role::Control { of, kind, also, .. }) => {
            let kinds: Vec<&str> = std::iter::once(kind).chain(also).map(String::as_str).collect();
            ("control".into(), of.clone().unwrap_or_default(), kinds.join(" and "))
        }
    }
}
