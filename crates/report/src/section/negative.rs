//! Where nothing can help: how many mechanisms are called helpful on negative controls.

use crate::block::{Block, Cell, Table};
use crate::chart::Tone;
use crate::finding::tone;
use crate::number::{count, p_value, percent};
use crate::verdicts::Judged;
use base::stats::{FalseAlarms, Finding, Question, Scores, Trial};

pub(super) fn build(negative: &[Judged<'_, '_>]) -> Vec<Block> {
    // Without answers there is no verdict: such a mechanism can neither be right nor wrong.
    let told: Vec<&Judged<'_, '_>> = negative.iter().filter(|one| !one.verdict.answers.is_empty()).collect();
    let trials: Vec<Trial> = told.iter().map(|one| trial(one)).collect();
    let Some(alarms) = FalseAlarms::new(&trials) else { return Vec::new() };
    let mut blocks = vec![Block::heading(2, "Where nothing can help"), Block::paragraph(WHAT)];
    blocks.push(Block::paragraph(in_words(&alarms, negative.len() - told.len(), &told)));
    blocks
        .push(Block::Details("Every verdict on a negative control".into(), vec![Block::Table(table(&told))]));
    blocks
}

const WHAT: &str = "A negative control is a benchmark with the change taken out: what a mechanism times is not there. Each \
    mechanism was searched anew for it, with the budget of its controls. One that is called helpful there is a false alarm. A \
    verdict counts as it would stand if the mechanism were the only one of the report, so without correction.";

fn in_words(alarms: &FalseAlarms, without: usize, told: &[&Judged<'_, '_>]) -> String {
    let corrected = told.iter().filter(|one| helps(&one.verdict.finding)).count();
    let without = match without {
        0 => String::new(),
        n => format!(" {} had none.", count(n, "mechanism")),
    };
    format!(
        "Of {} {} called helpful: {}, at most {} by resampling the seeds (one-sided 95 %), at most {} by the binomial bound \
         (Clopper and Pearson, as if verdicts were independent). Corrected over these verdicts: {corrected}.{without}",
        count(alarms.trials, "verdict"),
        if alarms.alarms == 1 { "1 is".to_owned() } else { format!("{} are", alarms.alarms) },
        percent(alarms.share()),
        percent(alarms.resampled),
        percent(alarms.binomial),
    )
}

/// Whether words say that a mechanism is worth more than its controls.
fn helps(finding: &Finding) -> bool {
    tone(finding) == Tone::Good
}

fn trial(one: &Judged<'_, '_>) -> Trial {
    let benchmark = one.benchmark;
    let sign = if benchmark.higher_is_better() { 1.0 } else { -1.0 };
    let scores = |method| -> Scores {
        benchmark.scores(method).by_seed.into_iter().map(|(seed, score)| (seed, sign * score)).collect()
    };
    let asks = |kind: &str| Question::Benefit.asks(kind) || Question::Decay.asks(kind);
    let required = one.verdict.comparisons.iter().filter(|own| asks(&own.control));
    let controls = required.filter_map(|own| benchmark.method(&own.method)).map(scores).collect();
    Trial {
        benchmark: benchmark.id.clone(),
        mechanism: scores(one.mechanism),
        controls,
        helps: helps(one.verdict.uncorrected.as_ref().unwrap_or(&one.verdict.finding)),
    }
}

fn table(told: &[&Judged<'_, '_>]) -> Table {
    let headings = ["mechanism", "benchmark", "negative of", "alone", ">p against all four", "corrected"];
    let mut table = Table::new("Verdicts on negative controls", headings);
    for one in told {
        let alone = one.verdict.uncorrected.as_ref().unwrap_or(&one.verdict.finding);
        table.row([
            Cell::colored(&one.mechanism.title, one.mechanism.color),
            one.benchmark.name().into(),
            one.benchmark.score.negative_of.clone().unwrap_or_default().into(),
            alone.words().into(),
            one.verdict.answer(Question::Benefit).map_or_else(String::new, |own| p_value(own.p)).into(),
            one.verdict.finding.words().into(),
        ]);
    }
    table
}
