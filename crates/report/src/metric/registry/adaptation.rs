//! Of runs that learn something first and something else faster for it: transfer, several tasks, episodes, sequences.

use super::super::measure::Metric;

const TRANSFER: &[&str] = &["transfer"];
const MULTI_TASK: &[&str] = &["multi-task"];
const TAYLOR_STONE: &str = "Taylor & Stone 2009";
const META: &[&str] = &["meta"];
const SEQUENTIAL: &[&str] = &["meta-sequential"];
const SEQUENTIAL_SOURCE: &str = "Javed & White 2019; Beaulieu et al. 2020";

/// Measured by the protocols themselves.
pub(super) const ADAPTATION: &[Metric] = &[
    // p(u): performance on the target after u updates, accuracy or minus the squared error; s(u): the same from scratch.
    Metric::scalar(
        "target_accuracy",
        "accuracy on the target at the end, mean over shots",
        "—",
        true,
        TRANSFER,
    ),
    Metric::scalar(
        "target_error",
        "mean squared error on the target at the end, mean over shots",
        "—",
        false,
        TRANSFER,
    ),
    Metric::scalar(
        "area_ratio",
        "(∫p − ∫s) / |∫s|; p: accuracy (or minus the squared error) on the target over updates, s: the same from scratch; mean over shots",
        TAYLOR_STONE,
        true,
        TRANSFER,
    ),
    Metric::scalar(
        "jump_start",
        "p(0) − s(0), before any update on the target; mean over shots",
        TAYLOR_STONE,
        true,
        TRANSFER,
    ),
    Metric::scalar("asymptotic_gain", "p(end) − s(end), mean over shots", TAYLOR_STONE, true, TRANSFER),
    Metric::scalar(
        "samples_to_threshold",
        "updates × batch until p ≥ s(end) − 0.1·|s(end)|, mean over shots; undefined when one is never reached",
        TAYLOR_STONE,
        false,
        TRANSFER,
    ),
    Metric::scalar(
        "source_loss",
        "performance on the source before − after learning the target, mean over shots; undefined from scratch",
        "this suite",
        false,
        TRANSFER,
    ),
    Metric::scalar("average_task_accuracy", "mean_i M_i, M_i the accuracy on task i", "—", true, MULTI_TASK),
    Metric::scalar(
        "single_task_accuracy",
        "mean_i S_i, S_i the accuracy of a network of the same size that learns task i alone",
        "—",
        true,
        MULTI_TASK,
    ),
    Metric::scalar(
        "delta_m",
        "100/T · Σ_i (M_i − S_i) / S_i, in percent",
        "Vandenhende 2021",
        true,
        MULTI_TASK,
    ),
    Metric::scalar(
        "conflict_rate",
        "share of pairs of tasks with g_i·g_j < 0 on the shared layers, mean over the measured batches",
        "Yu 2020 (PCGrad)",
        false,
        MULTI_TASK,
    ),
    Metric::scalar(
        "query_loss",
        "mean over test episodes of the query loss after the last step of adaptation",
        "Finn, Abbeel & Levine 2017",
        false,
        META,
    ),
    Metric::scalar(
        "query_accuracy",
        "mean over test episodes of the share of right answers on the query set after the last step of adaptation",
        "Finn, Abbeel & Levine 2017",
        true,
        META,
    ),
    Metric::scalar(
        "query_accuracy_k0",
        "the same before adaptation",
        "Finn, Abbeel & Levine 2017",
        true,
        META,
    ),
    Metric::scalar("query_accuracy_k1", "the same after 1 step", "Finn, Abbeel & Levine 2017", true, META),
    Metric::scalar("query_accuracy_k5", "the same after 5 steps", "Finn, Abbeel & Levine 2017", true, META),
    Metric::scalar("query_accuracy_k10", "the same after 10 steps", "Finn, Abbeel & Levine 2017", true, META),
    Metric::scalar(
        "query_loss_k0",
        "the query loss before adaptation",
        "Finn, Abbeel & Levine 2017",
        false,
        META,
    ),
    Metric::scalar("query_loss_k1", "the same after 1 step", "Finn, Abbeel & Levine 2017", false, META),
    Metric::scalar("query_loss_k5", "the same after 5 steps", "Finn, Abbeel & Levine 2017", false, META),
    Metric::scalar("query_loss_k10", "the same after 10 steps", "Finn, Abbeel & Levine 2017", false, META),
    Metric::scalar(
        "query_loss_rise",
        "largest rise of the query loss between k = 0, 1, 5, 10, paired over episodes, less its 95 % half-width; ≤ 0: none",
        "this suite",
        false,
        META,
    ),
    Metric::scalar(
        "sequential_accuracy",
        "share right of held-out drawings of all classes of a sequence after its last class; mean over sequences",
        SEQUENTIAL_SOURCE,
        true,
        SEQUENTIAL,
    ),
    Metric::scalar(
        "sequential_accuracy_learned",
        "the same of the drawings that were learned",
        SEQUENTIAL_SOURCE,
        true,
        SEQUENTIAL,
    ),
    Metric::scalar(
        "mixed_accuracy",
        "share right of held-out drawings after the same drawings came once in random order (oracle, with its own step size)",
        "the oracle of Beaulieu et al. 2020",
        true,
        SEQUENTIAL,
    ),
    Metric::scalar("cost_of_order", "mixed_accuracy − sequential_accuracy", "this suite", false, SEQUENTIAL),
];
