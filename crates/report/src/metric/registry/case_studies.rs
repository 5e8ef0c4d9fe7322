//! Of case studies, each measured by its own protocol.

use super::super::measure::Metric;

const OPPOSED: &[&str] = &["opposed-behaviours"];
const GO_NOGO: &[&str] = &["go-nogo"];
const CASE_STUDIES: &[&str] = &["go-nogo", "opposed-behaviours", "switching", "sequence"];
const SWITCHING: &[&str] = &["switching"];
const SEQUENCE: &[&str] = &["sequence"];

const fn opposed(name: &'static str, formula: &'static str, higher_is_better: bool) -> Metric {
    Metric::scalar(
        name,
        formula,
        "Tsuda 2026; the criterion of its ancestor spikeRNN",
        higher_is_better,
        OPPOSED,
    )
}

/// What every case study has.
pub(super) const RIGHT: &[Metric] = &[Metric::scalar(
    "accuracy",
    "share of right answers: over the session (Go/No-Go), of choices of the best arm or the valid goal (switching), of questions (sequence), or mean over behaviours, stimuli weighted equally",
    "Tsuda 2026; this suite",
    true,
    CASE_STUDIES,
)];

/// What one case study has.
pub(super) const CASES: &[Metric] = &[
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
];
