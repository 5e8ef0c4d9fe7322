//! The list of metrics, and the page of documentation made from it.

use std::fmt::Write as _;

use super::variants::VARIANTS;
use super::{
    Compute, INTRANSIGENCE, Metric, accuracy, backward_transfer, forgetting, forward_transfer, recovery,
    stability_gap, worst_case,
};
use crate::paradigm::RunLog;
use crate::run::MetricValue;

const INCREMENTAL: &[&str] = &["incremental"];
const OPPOSED: &[&str] = &["opposed-behaviours"];

const fn incremental(
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    higher_is_better: bool,
    compute: fn(&RunLog) -> MetricValue,
) -> Metric {
    Metric { name, formula, source, higher_is_better, paradigms: INCREMENTAL, compute: Compute::Log(compute) }
}

const fn opposed(name: &'static str, formula: &'static str, higher_is_better: bool) -> Metric {
    Metric::scalar(
        name,
        formula,
        "Tsuda 2026; the criterion of its ancestor spikeRNN",
        higher_is_better,
        OPPOSED,
    )
}

/// Every metric. A protocol that measures a number itself adds one line: `Metric::scalar(…)`.
pub const METRICS: &[Metric] = &[
    incremental(
        "average_accuracy",
        "mean_j R[T−1][j], tasks weighted equally",
        "van de Ven 2022; Lopez-Paz & Ranzato 2017 (GEM)",
        true,
        accuracy::average,
    ),
    incremental(
        "average_incremental_accuracy",
        "mean_i mean_{j≤i} R[i][j]",
        "Rebuffi 2017 (iCaRL); PyCIL",
        true,
        accuracy::average_incremental,
    ),
    incremental("learning_accuracy", "mean_j R[j][j]", "Riemer 2019", true, accuracy::learning),
    incremental(
        "backward_transfer",
        "mean_{j<T−1} (R[T−1][j] − R[j][j])",
        "Lopez-Paz & Ranzato 2017 (GEM), as printed; its code divides by T",
        true,
        backward_transfer::last,
    ),
    incremental(
        "backward_transfer_triangular",
        "Σ_{i>j} (R[i][j] − R[j][j]) / (T(T−1)/2)",
        "Díaz-Rodríguez 2018; Continuum, CapyMOA",
        true,
        backward_transfer::triangular,
    ),
    incremental(
        "forgetting",
        "mean_{j<T−1} ( max_{j≤l<T−1} R[l][j] − R[T−1][j] ), may be negative",
        "Continuum; Chaudhry 2018 takes the maximum over all l < T−1",
        false,
        forgetting::max_last,
    ),
    incremental(
        "forgetting_first_last",
        "mean_{j<T−1} (R[j][j] − R[T−1][j]) = −backward_transfer",
        "Avalanche",
        false,
        forgetting::first_last,
    ),
    incremental(
        "forward_transfer",
        "mean_{j≥1} (R[j−1][j] − b[j])",
        "Lopez-Paz & Ranzato 2017 (GEM)",
        true,
        forward_transfer::forward_transfer,
    ),
    Metric {
        name: INTRANSIGENCE,
        formula: "mean_j (J[j] − R[j][j]), J from joint training with the same seed",
        source: "Chaudhry 2018",
        higher_is_better: false,
        paradigms: INCREMENTAL,
        compute: Compute::AgainstJoint,
    },
    incremental(
        "min_accuracy",
        "mean_{j<T−1} min over all evaluations after task j ended of the accuracy on task j",
        "De Lange 2023 (min-ACC)",
        true,
        worst_case::min_accuracy,
    ),
    incremental(
        "worst_case_accuracy",
        "1/T · (accuracy on task T−1 at the end) + (1 − 1/T) · min_accuracy",
        "De Lange 2023 (WC-ACC)",
        true,
        worst_case::worst_case_accuracy,
    ),
    incremental(
        "stability_gap",
        "mean over switches of (A_i(end of i) − min A_i during i+1) / A_i(end of i), A_i the mean accuracy on the tasks 0..=i; per seed",
        "Rodriguez-Garcia, Ghosh & Ramaswamy 2025 (theirs: first task only, on the seed-averaged curve)",
        false,
        stability_gap::stability_gap,
    ),
    incremental(
        "recovery_steps",
        "mean over switches of the updates until 90 % of A_i(end of i) is regained; \"never\" when one switch is not recovered from",
        "this suite",
        false,
        recovery::recovery_steps,
    ),
    incremental(
        "recovered_share",
        "share of the switches after which 90 % of A_i(end of i) is regained before the next switch",
        "this suite",
        true,
        recovery::recovered_share,
    ),
    opposed("accuracy", "mean over behaviours of the share of right answers, stimuli weighted equally", true),
    opposed("accuracy_worst", "the lowest accuracy of a behaviour", true),
    opposed(
        "updates_to_criterion",
        "updates until the stopping rule holds; undefined where it never did",
        false,
    ),
];

/// `docs/metrics.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Metrics: one name, one formula\n\n\
         <!-- Generated from src/metric/registry.rs; refresh with `UPDATE_DOCS=1 cargo test metric`. -->\n\n\
         R[i][j] is the test performance on task j after training on task i (0-based, T tasks), b[j] the performance of\n\
         the untrained network, J[j] that of joint training. The raw matrix is always in the record; every number below\n\
         is derived from it afterwards. A metric that is undefined for a run is recorded with its reason, never as 0.\n\n\
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
