//! Of runs that meet a stream: of both kinds what the network became and cost, of online ones the prequential numbers.

use super::super::measure::{Compute, Metric};
use super::super::online::REGRET;
use super::super::{footprint, online, plasticity};
use contract::{MetricValue, RunLog};

const ONLINE: &[&str] = &["online"];
const STREAMS: &[&str] = &["incremental", "online"];

/// Of runs that meet a stream, task by task or sample by sample.
pub(super) const fn of_streams(
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    higher_is_better: bool,
    compute: fn(&RunLog) -> MetricValue,
) -> Metric {
    Metric { name, formula, source, higher_is_better, paradigms: STREAMS, compute: Compute::Log(compute) }
}

/// Of streams, task by task or sample by sample.
pub(super) const STREAMED: &[Metric] = &[
    Metric {
        name: "windowed_drop",
        formula: "largest drop of `accuracy/window` within 10 of its points",
        source: "this suite, after De Lange 2023 (WF)",
        higher_is_better: false,
        paradigms: ONLINE,
        compute: Compute::Log(plasticity::windowed_drop),
    },
    Metric {
        name: "lowest_window",
        formula: "lowest value of `accuracy/window`",
        source: "this suite, after De Lange 2023 (min-ACC)",
        higher_is_better: true,
        paradigms: ONLINE,
        compute: Compute::Log(plasticity::lowest_window),
    },
    of_streams(
        "dormant_units",
        "share of hidden units with E|h| ≤ 0.025 of their layer's mean, at the end, on 32 samples of the last task (of the end of the stream)",
        "Sokar 2023 (τ = 0.025)",
        false,
        plasticity::dormant_units,
    ),
    of_streams(
        "effective_rank",
        "exp(−Σ p ln p), p the singular values of the last hidden layer's activations on those samples as shares",
        "Roy & Vetterli 2007; Dohare 2024",
        true,
        plasticity::effective_rank,
    ),
    of_streams(
        "weight_norm",
        "L2 norm of all trainable parameters at the end",
        "Dohare 2024 (there the mean magnitude)",
        false,
        plasticity::weight_norm,
    ),
    of_streams("parameters", "trainable parameters", "—", false, footprint::parameters),
    of_streams(
        "state_bytes",
        "bytes held beside parameters and optimiser: anchors, importances, past networks",
        "—",
        false,
        footprint::state_bytes,
    ),
    of_streams("memory_bytes", "bytes of stored samples", "—", false, footprint::memory_bytes),
    of_streams(
        "multiply_adds",
        "multiply–adds of training, forward and backward; importances that a method computes when a task ends are left out",
        "—",
        false,
        footprint::multiply_adds,
    ),
    Metric::scalar(
        "prequential_accuracy",
        "share of the stream's samples whose prediction, made before learning from them, was right; no answer counts as wrong",
        "Gama, Sebastião & Rodrigues 2013; River, MOA (whole stream)",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "prequential_accuracy_window",
        "the same over the last W samples of the stream (W = curve.window); the curve `accuracy/window` has it everywhere",
        "Gama 2013 (sliding window)",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "prequential_accuracy_fading",
        "S_n / B_n at the end of the stream, S_t = x_t + α S_{t−1}, B_t = 1 + α B_{t−1}, x_t = 1 where right (α = curve.fading)",
        "Gama 2013 (fading factors)",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "kappa",
        "(p − p_c) / (1 − p_c), p the prequential accuracy, p_c = Σ_c P(prediction = c) P(label = c)",
        "Cohen 1960; MOA",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "kappa_temporal",
        "(p − p_e) / (1 − p_e), p_e the accuracy of the no-change classifier with the same mini-batches and delay",
        "Žliobaitė et al. 2015; MOA",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "no_change_accuracy",
        "p_e: always predict the label seen last; the first prediction counts as wrong",
        "Žliobaitė et al. 2015",
        true,
        ONLINE,
    ),
    Metric::scalar(
        "ideal_accuracy",
        "accuracy of whoever knows the concept of each sample: the noise ceiling of a generated stream",
        "this suite",
        true,
        ONLINE,
    ),
    Metric::scalar("resets", "times that the network started afresh", "this suite", false, ONLINE),
    Metric {
        name: "recovery_samples",
        formula: "mean over changes of the samples from the change's end to the first window of W samples after it with 90 % of the accuracy of the W samples before its beginning; \"never\" when one change is not recovered from before the next",
        source: "this suite",
        higher_is_better: false,
        paradigms: ONLINE,
        compute: Compute::Log(online::recovery_samples),
    },
    Metric {
        name: "recovered_changes",
        formula: "share of the changes after which 90 % of the accuracy before is regained before the next",
        source: "this suite",
        higher_is_better: true,
        paradigms: ONLINE,
        compute: Compute::Log(online::recovered_changes),
    },
    Metric {
        name: REGRET,
        formula: "Σ_t (1[oracle right at t] − 1[method right at t]), the oracle resetting at each change, with the same seed",
        source: "this suite",
        higher_is_better: false,
        paradigms: ONLINE,
        compute: Compute::AgainstOracle,
    },
];
