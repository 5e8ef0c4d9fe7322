//! The list of metrics: one slice per kind of run, in the order in which documents show them.

mod adaptation;
mod case_studies;
mod streams;
mod tasks;

use super::measure::Metric;

/// Benchmarks that are known from a table alone.
const JUDGED: &[&str] = &["judged"];

const ELSEWHERE: &[Metric] = &[
    Metric::scalar(
        "judged_score",
        "a score made elsewhere, as its author computed it",
        "its author",
        true,
        JUDGED,
    ),
    Metric::scalar("judged_error", "the same where lower is better", "its author", false, JUDGED),
];

const KINDS: [&[Metric]; 6] = [
    tasks::TASKS,
    streams::STREAMED,
    case_studies::RIGHT,
    adaptation::ADAPTATION,
    case_studies::CASES,
    ELSEWHERE,
];

/// Every metric. A protocol that measures a number itself adds one line to a slice: `Metric::scalar(…)`.
pub const METRICS: &[Metric] = &joined::<{ count() }>();

const fn count() -> usize {
    let (mut sum, mut kind) = (0, 0);
    while kind < KINDS.len() {
        sum += KINDS[kind].len();
        kind += 1;
    }
    sum
}

const fn joined<const COUNT: usize>() -> [Metric; COUNT] {
    let (mut all, mut kind, mut filled) = ([tasks::TASKS[0]; COUNT], 0, 0);
    while kind < KINDS.len() {
        let mut at = 0;
        while at < KINDS[kind].len() {
            all[filled] = KINDS[kind][at];
            (at, filled) = (at + 1, filled + 1);
        }
        kind += 1;
    }
    all
}
