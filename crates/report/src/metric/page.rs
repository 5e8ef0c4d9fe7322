//! The page of documentation that is made from the list of metrics.

use std::fmt::Write as _;

use super::registry::METRICS;
use super::variants::VARIANTS;

/// `docs/metrics.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Metrics: one name, one formula\n\n\
         <!-- Generated from crates/report/src/metric/registry/; refresh with `UPDATE_DOCS=1 cargo test metric`. -->\n\n\
         R[i][j] is the test performance on task j after training on task i (0-based, T tasks), b[j] the performance of\n\
         the untrained network, J[k] that of joint training on the tasks 0..=k. The raw matrix is always in the record; every number below\n\
         is derived from it afterwards. A metric that is undefined for a run is recorded with its reason, never as 0.\n\n\
         Intervals in reports are over seeds only: where a benchmark's data are a fixed split, all seeds share it, and no\n\
         interval holds the sampling of the data. Which intervals, and how often they hold the truth: `intervals.md`.\n\n\
         | name | better | formula | same as | paradigms |\n| --- | --- | --- | --- | --- |\n",
    );
    let cell = |text: &str| text.replace('|', "\\|");
    for metric in METRICS {
        let better = if metric.higher_is_better { "higher" } else { "lower" };
        let paradigms =
            if metric.paradigms.is_empty() { "all".to_owned() } else { metric.paradigms.join(", ") };
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {better} | {} | {} | {paradigms} |",
            metric.name,
            cell(metric.formula),
            cell(metric.source)
        );
    }
    page.push_str(
        "\n## Variants that others print under these names\n\n\
         They are tested against published matrices (`tests/fixtures/si_permuted_mnist_R.json`) and are not in records.\n\n\
         | variant | formula | used by |\n| --- | --- | --- |\n",
    );
    for variant in VARIANTS {
        let _ =
            writeln!(page, "| {} | {} | {} |", variant.name, cell(variant.formula), cell(variant.used_by));
    }
    page
}
