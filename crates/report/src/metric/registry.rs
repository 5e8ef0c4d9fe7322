//! The list of metrics, and the page of documentation made from it.

use std::fmt::Write as _;

use super::intransigence::INTRANSIGENCE;
use super::measure::{Compute, Metric};
use super::online::REGRET;
use super::variants::VARIANTS;
use super::{
    accuracy, backward_transfer, footprint, forgetting, forward_transfer, online, plasticity, recovery,
    stability_gap, worst_case,
};
use contract::{MetricValue, RunLog};

const INCREMENTAL: &[&str] = &["incremental"];
const TRANSFER: &[&str] = &["transfer"];
const MULTI_TASK: &[&str] = &["multi-task"];
const TAYLOR_STONE: &str = "Taylor & Stone 2009";
const META: &[&str] = &["meta"];
const SEQUENTIAL: &[&str] = &["meta-sequential"];
const SEQUENTIAL_SOURCE: &str = "Javed & White 2019; Beaulieu et al. 2020";
const OPPOSED: &[&str] = &["opposed-behaviours"];
const GO_NOGO: &[&str] = &["go-nogo"];
const CASE_STUDIES: &[&str] = &["go-nogo", "opposed-behaviours", "switching", "sequence"];
const SWITCHING: &[&str] = &["switching"];
const SEQUENCE: &[&str] = &["sequence"];
/// Benchmarks that are known from a table alone.
const JUDGED: &[&str] = &["judged"];

const ONLINE: &[&str] = &["online"];
const STREAMS: &[&str] = &["incremental", "online"];

const fn incremental(
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    higher_is_better: bool,
    compute: fn(&RunLog) -> MetricValue,
) -> Metric {
    Metric { paradigms: INCREMENTAL, ..of_streams(name, formula, source, higher_is_better, compute) }
}

/// Of runs that meet a stream, task by task or sample by sample.
const fn of_streams(
    name: &'static str,
    formula: &'static str,
    source: &'static str,
    higher_is_better: bool,
    compute: fn(&RunLog) -> MetricValue,
) -> Metric {
    Metric { name, formula, source, higher_is_better, paradigms: STREAMS, compute: Compute::Log(compute) }
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
        "multiply–adds of training, forward and backward",
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
    Metric::scalar(
        "accuracy",
        "share of right answers: over the session (Go/No-Go), of choices of the best arm or the valid goal (switching), of questions (sequence), or mean over behaviours, stimuli weighted equally",
        "Tsuda 2026; this suite",
        true,
        CASE_STUDIES,
    ),
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
    opposed("accuracy_worst", "the lowest accuracy of a behaviour", true),
    opposed(
        "updates_to_criterion",
        "updates until the stopping rule holds; undefined where it never did",
        false,
    ),
    Metric::scalar(
        "trials_to_criterion/reversal",
        "trials after a reversal until 8 consecutive correct answers (criterion schedules: their own criterion), the block's \
         length when never; mean over blocks",
        "this suite, after attentional-set-shifting tasks",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "trials_to_criterion/extradimensional",
        "the same after extradimensional shifts",
        "this suite, after attentional-set-shifting tasks",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "solved/reversal",
        "share of reversal blocks with 8 consecutive correct answers and ≥ 80 % of the last 30 correct (criterion schedules: \
         with their criterion met)",
        "this suite",
        true,
        GO_NOGO,
    ),
    Metric::scalar(
        "solved/extradimensional",
        "the same for extradimensional shifts",
        "this suite",
        true,
        GO_NOGO,
    ),
    Metric::scalar(
        "stage_trials",
        "trials until a stage of a criterion schedule is passed, its limit when never; mean over the stages",
        "this suite, after attentional-set-shifting tasks",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "stages_passed",
        "share of the stages of a criterion schedule that are passed within their limit",
        "this suite, after attentional-set-shifting tasks",
        true,
        GO_NOGO,
    ),
    Metric::scalar(
        "perseverative_errors/reversal",
        "wrong answers before the criterion that the previous rule would have given; mean over blocks",
        "this suite, after attentional-set-shifting tasks",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "policy_entropy_before/reversal",
        "20 trials before a reversal: entropy H(A | cue) of the policy, bits, probed with plasticity off (≥ 64 realisations, Miller–Madow); mean over probes and blocks",
        "Eqs. 8–10 of the review",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "policy_entropy_first20/reversal",
        "the same for the 20 trials from a reversal on",
        "Eqs. 8–10 of the review",
        true,
        GO_NOGO,
    ),
    Metric::scalar(
        "policy_entropy_later/reversal",
        "the same from the fortieth trial after a reversal on",
        "Eqs. 8–10 of the review",
        false,
        GO_NOGO,
    ),
    Metric::scalar(
        "reward_rate",
        "reward per step over the session; steps are those in which the learner chooses or waits",
        "this suite",
        true,
        SWITCHING,
    ),
    Metric::scalar(
        "lag",
        "trials after a switch of the goal before the first 8 right guesses in a row, the block's length when never; mean over switches",
        "this suite",
        false,
        SWITCHING,
    ),
    Metric::scalar(
        "prediction_error",
        "mean over samples of |prediction made before the sample − mean of the Gaussian| / its standard deviation",
        "this suite",
        false,
        SWITCHING,
    ),
    Metric::scalar(
        "interval_error_untrained",
        "mean over the intervals that were not trained of |produced − measured| / measured, at most 1; no answer counts as 1",
        "this suite",
        false,
        SEQUENCE,
    ),
    Metric::scalar(
        "interval_error_trained",
        "the same over the intervals that were trained",
        "this suite",
        false,
        SEQUENCE,
    ),
    Metric::scalar(
        "cross_entropy",
        "mean over questions of −ln p(right label)",
        "this suite",
        false,
        SEQUENCE,
    ),
    Metric::scalar(
        "judged_score",
        "a score made elsewhere, as its author computed it",
        "its author",
        true,
        JUDGED,
    ),
    Metric::scalar("judged_error", "the same where lower is better", "its author", false, JUDGED),
];

/// `docs/metrics.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Metrics: one name, one formula\n\n\
         <!-- Generated from crates/report/src/metric/registry.rs; refresh with `UPDATE_DOCS=1 cargo test metric`. -->\n\n\
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
