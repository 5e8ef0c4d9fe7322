//! Of runs that learn task after task.

use super::super::intransigence::INTRANSIGENCE;
use super::super::measure::{Compute, Metric};
use super::super::{
    accuracy, backward_transfer, forgetting, forward_transfer, plasticity, recovery, stability_gap,
    worst_case,
};
use super::streams::of_streams;
use contract::{MetricValue, RunLog};

const INCREMENTAL: &[&str] = &["incremental"];

const fn incremental(
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    higher_is_better: bool,
    compute: fn(&RunLog) -> MetricValue,
) -> Metric {
    Metric { paradigms: INCREMENTAL, ..of_streams(name, formula, source, higher_is_better, compute) }
}

/// From the matrix R and the curves between its rows.
pub(super) const TASKS: &[Metric] = &[
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
        "first_task_accuracy",
        "R[T−1][0]",
        "Rodriguez-Garcia, Ghosh & Ramaswamy 2025",
        true,
        accuracy::first_task,
    ),
    incremental(
        "first_task_accuracy_mean",
        "mean_i R[i][0]",
        "Rodriguez-Garcia, Ghosh & Ramaswamy 2025, if their accuracy is a mean over contexts",
        true,
        accuracy::first_task_mean,
    ),
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
        formula: "mean_k (J[k] − R[k][k]), J[k] of a network that learned the tasks 0..=k together, with the same seed, initial weights and number of updates",
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
    incremental(
        "windowed_forgetting",
        "mean over tasks of the largest drop of the accuracy on a task within 10 of its evaluations (`curve.every` says how far apart)",
        "De Lange 2023 (WF, windows of evaluations instead of updates)",
        false,
        plasticity::windowed_forgetting,
    ),
    incremental(
        "learning_accuracy_slope",
        "least-squares slope of R[i][i] over i: below 0, later tasks are learned less well",
        "this suite, after Dohare 2024",
        true,
        plasticity::learning_slope,
    ),
    incremental(
        "learning_curve_area_10",
        "mean over tasks of 1/11 Σ_{b=0..10} accuracy on the task after b of its updates, on at most 256 test samples; not measured where that would cost more than 1 % of training",
        "Chaudhry 2019 (LCA at β = 10)",
        true,
        plasticity::learning_curve_area,
    ),
    incremental(
        "average_r2",
        "mean_j R[T−1][j], R[i][j] = 1 − mean squared error on task j after task i / variance of all tasks' test answers; where numbers are answered, and then R stands for it in forgetting and transfer too",
        "this suite",
        true,
        accuracy::average_r2,
    ),
    Metric::scalar(
        "average_rmse",
        "mean_j √(mean squared error on task j) at the end, in the unit of the answers; where numbers are answered",
        "this suite",
        false,
        INCREMENTAL,
    ),
];
