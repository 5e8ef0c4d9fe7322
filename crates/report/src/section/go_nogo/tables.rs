//! Tables: trials per stage, behaviour after a shift, entropy of the policy around it.

use crate::block::{Block, Cell, Table};
use crate::number::number;
use crate::results::BenchmarkResults;

/// Whether blocks of this benchmark end with a criterion.
fn has_stages(benchmark: &BenchmarkResults<'_>) -> bool {
    benchmark.methods.iter().any(|method| benchmark.values(method, "stage_trials").mean().is_some())
}

/// Criterion schedules: one row per condition, one column per stage.
pub(super) fn stages(benchmark: &BenchmarkResults<'_>) -> Option<Block> {
    let marks = benchmark.methods.iter().find_map(|method| Some(&method.ok().next()?.log.marks))?;
    let labels = std::iter::once("start").chain(marks.iter().map(|mark| mark.label.as_str()));
    let labels: Vec<String> =
        labels.enumerate().map(|(index, label)| format!(">{}: {label}", index + 1)).collect();
    let headings = std::iter::once("condition").chain(labels.iter().map(String::as_str));
    let mut table = Table::new(
        "Trials until each stage was passed, the limit where it never was, and in brackets the share of seeds that never \
         passed it. Means over seeds; all stages with the 95 % interval.",
        headings.chain([">all stages"]),
    );
    for method in benchmark.ranked() {
        let all = benchmark.values(method, "stage_trials");
        let (Some(mean), Some(passed)) = (all.mean(), benchmark.values(method, "stages_passed").mean())
        else {
            continue;
        };
        let with_never = |trials: String, passed: f64| {
            let never = ((1.0 - passed) * 100.0).round();
            if never > 0.0 { format!("{trials} ({never} % never)") } else { trials }
        };
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        for stage in 1..=labels.len() {
            let of = |what: &str| benchmark.values(method, &format!("stage{stage}/{what}")).mean();
            row.push(match (of("trials"), of("passed")) {
                (Some(trials), Some(passed)) => with_never(number(trials), passed).into(),
                _ => "–".into(),
            });
        }
        let interval = all.interval().map(|i| format!(" [{}, {}]", number(i.low), number(i.high)));
        row.push(with_never(format!("{}{}", number(mean), interval.unwrap_or_default()), passed).into());
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// One row per condition for one kind of shift.
pub(super) fn behaviour(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    const COLUMNS: [(&str, &str); 6] = [
        ("trials_to_criterion", ">trials to criterion"),
        ("solved", ">solved"),
        ("accuracy", ">accuracy in the block"),
        ("perseverative_errors", ">perseverative errors"),
        ("detected", ">NA released"),
        ("false_alarms", ">NA false alarms"),
    ];
    let headings = std::iter::once("condition").chain(COLUMNS.iter().map(|(_, heading)| *heading));
    let criterion = if has_stages(benchmark) {
        "Criterion: the schedule's own, the limit when never met; solved: met"
    } else {
        "Criterion: 8 consecutive correct answers, the block's length when never met; solved: also 80 % of the last 30 \
         correct"
    };
    let mut table = Table::new(
        format!("After {words}. {criterion}. Means over seeds, trials with the 95 % interval."),
        headings,
    );
    for method in benchmark.ranked() {
        let values = |measure: &str| benchmark.values(method, &format!("{measure}/{kind}"));
        if values("accuracy").mean().is_none() {
            continue;
        }
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        for (measure, _) in COLUMNS {
            let found = values(measure);
            let mean = found.mean().map_or_else(|| "–".to_owned(), number);
            row.push(match found.interval().filter(|_| measure == "trials_to_criterion") {
                Some(i) => format!("{mean} [{}, {}]", number(i.low), number(i.high)).into(),
                None => mean.into(),
            });
        }
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}

/// The entropy of the policy around one kind of shift, where it was probed.
pub(super) fn policy(benchmark: &BenchmarkResults<'_>, kind: &str, words: &str) -> Option<Block> {
    const COLUMNS: [(&str, &str); 7] = [
        ("policy_entropy_before", ">before"),
        ("policy_entropy_first20", ">trials 0–19"),
        ("policy_entropy_next20", ">20–39"),
        ("policy_entropy_later", ">from 40 on"),
        ("policy_entropy_peak", ">highest"),
        ("policy_entropy_plain_first20", ">uncorrected, 0–19"),
        ("policy_entropy_compound_first20", ">given the partner too, 0–19"),
    ];
    let headings = std::iter::once("condition").chain(COLUMNS.iter().map(|(_, heading)| *heading));
    let caption = format!(
        "Entropy of the policy in bits, H(A|cue), around the {words}. At each probed trial a copy of the network, plasticity \
         off and noradrenaline at that trial's level, answers many realisations of the cue's input; with the Miller–Madow \
         correction unless it says otherwise. Means of H over probes and seeds; the highest probe is a maximum of \
         estimates."
    );
    let mut table = Table::new(caption, headings);
    for method in benchmark.ranked() {
        let of = |measure: &str| benchmark.values(method, &format!("{measure}/{kind}")).mean();
        if of("policy_entropy_first20").is_none() {
            continue;
        }
        let mut row = vec![Cell::colored(method.title.clone(), method.color)];
        row.extend(
            COLUMNS.iter().map(|(measure, _)| of(measure).map_or_else(|| "–".into(), |h| number(h).into())),
        );
        table.row(row);
    }
    (!table.rows.is_empty()).then_some(Block::Table(table))
}
