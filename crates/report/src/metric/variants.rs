//! The other formulas that circulate under our names, for comparison with the numbers that peers print. They are
//! documented and tested, and not part of records.

use super::matrix::{SquareMatrix, with_sequence};
use contract::{MetricValue, RunLog};

/// A formula of a peer that differs from ours.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    pub name: &'static str,
    pub formula: &'static str,
    /// Who computes it this way.
    pub used_by: &'static str,
    pub compute: fn(&RunLog) -> MetricValue,
}

/// All variants.
pub const VARIANTS: &[Variant] = &[
    Variant {
        name: "backward_transfer, divided by T",
        formula: "Σ_{j<T−1} (R[T−1][j] − R[j][j]) / T",
        used_by: "the code of the GEM paper",
        compute: backward_transfer_div_t,
    },
    Variant {
        name: "forgetting, maximum including the last row",
        formula: "mean_{j<T−1} ( max_{j≤l≤T−1} R[l][j] − R[T−1][j] ), never negative",
        used_by: "Mammoth, PyCIL",
        compute: forgetting_including_last,
    },
    Variant {
        name: "accuracy over the lower triangle",
        formula: "Σ_{i≥j} R[i][j] / (T(T+1)/2)",
        used_by: "Díaz-Rodríguez 2018 (A)",
        compute: lower_triangle_accuracy,
    },
    Variant {
        name: "forward_transfer, without baseline",
        formula: "mean_{j≥1} R[j−1][j]",
        used_by: "programs that do not evaluate the untrained network",
        compute: forward_transfer_without_baseline,
    },
];

fn backward_transfer_div_t(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let tasks = r.tasks();
        MetricValue::from((0..tasks - 1).map(|j| r.last(j) - r.at(j, j)).sum::<f64>() / tasks as f64)
    })
}

fn forgetting_including_last(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let tasks = r.tasks();
        SquareMatrix::mean_over(0..tasks - 1, super::matrix::ONE_TASK, |j| {
            (j..tasks).map(|l| r.at(l, j)).fold(f64::NEG_INFINITY, f64::max) - r.last(j)
        })
    })
}

fn lower_triangle_accuracy(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| {
        let tasks = r.tasks();
        let sum: f64 = (0..tasks).flat_map(|i| (0..=i).map(move |j| (i, j))).map(|(i, j)| r.at(i, j)).sum();
        MetricValue::from(sum / ((tasks * (tasks + 1)) as f64 / 2.0))
    })
}

fn forward_transfer_without_baseline(log: &RunLog) -> MetricValue {
    with_sequence(log, |r| SquareMatrix::mean_over(1..r.tasks(), super::matrix::ONE_TASK, |j| r.at(j - 1, j)))
}
