//! All metrics of a benchmark, with what is undefined and why.

use crate::block::{Block, Cell, Table};
use crate::metric::METRICS;
use crate::number::number;
use crate::results::{BenchmarkResults, MethodResults};
use base::stats;

/// Every metric with a value, one column per metric.
pub(super) fn all_metrics(benchmark: &BenchmarkResults<'_>) -> Vec<Block> {
    let ranked = benchmark.ranked();
    let mut headings = vec!["metric".to_owned()];
    headings.extend(ranked.iter().map(|m| format!(">{}", m.title)));
    let mut table =
        Table::new("All metrics: mean ± standard deviation over seeds", headings.iter().map(String::as_str));
    let mut reasons: Vec<String> = Vec::new();
    for name in names(benchmark) {
        let mut row: Vec<Cell> = vec![name.clone().into()];
        let mut any = false;
        let mut here: Vec<(&str, String)> = Vec::new();
        for method in &ranked {
            let values = benchmark.values(method, &name);
            any |= !values.by_seed.is_empty();
            if let Some(why) = values.undefined.first() {
                here.push((method.title.as_str(), why.clone()));
            }
            let spread = stats::standard_deviation(&values.numbers());
            // A mean over some of the seeds only must say so: "never recovered" would else look like "quickly".
            let (n, finished) = (values.by_seed.len(), method.ok().count());
            let part = if n < finished { format!(" ({n} of {finished})") } else { String::new() };
            row.push(match (values.mean(), spread) {
                (Some(mean), Some(spread)) => format!("{} ± {}{part}", number(mean), number(spread)).into(),
                (Some(mean), None) => format!("{}{part}", number(mean)).into(),
                (None, _) => "–".into(),
            });
        }
        if any {
            table.row(row);
            reasons.extend(here.iter().map(|(title, why)| format!("{name}, {title}: {why}")));
        } else {
            reasons.extend(shared(&name, here));
        }
    }
    if table.rows.is_empty() {
        return Vec::new();
    }
    let mut inner = vec![Block::Table(table)];
    if !reasons.is_empty() {
        inner.push(Block::paragraph(
            "Undefined, with the first reason; where only some seeds are concerned, the mean is over the others, whose number stands in brackets:",
        ));
        inner.push(Block::List(reasons));
    }
    vec![Block::Details("All metrics".into(), inner)]
}

/// Registered metrics in their order, then by name what else was recorded.
fn names(benchmark: &BenchmarkResults<'_>) -> Vec<String> {
    let mut names: Vec<String> =
        METRICS.iter().filter(|m| m.applies_to(&benchmark.paradigm)).map(|m| m.name.to_owned()).collect();
    let recorded = benchmark.methods.iter().flat_map(MethodResults::ok).flat_map(|r| r.metrics.keys());
    let mut extra: Vec<String> = recorded.filter(|name| !names.contains(name)).cloned().collect();
    extra.sort();
    extra.dedup();
    names.extend(extra);
    names
}

/// One line per reason, with the methods that share it.
fn shared(name: &str, reasons: Vec<(&str, String)>) -> Vec<String> {
    let mut shared: Vec<(String, Vec<&str>)> = Vec::new();
    for (title, why) in reasons {
        match shared.iter_mut().find(|(known, _)| *known == why) {
            Some((_, titles)) => titles.push(title),
            None => shared.push((why, vec![title])),
        }
    }
    shared.iter().map(|(why, titles)| format!("{name}, {}: {why}", titles.join(", "))).collect()
}
