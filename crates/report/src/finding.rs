//! A verdict at a glance: a word of two or three words, and how good the news is.

use super::chart::Tone;
use base::stats::{Finding, NoVerdict};

/// How good the news is.
pub(super) fn tone(finding: &Finding) -> Tone {
    match finding {
        Finding::Helps | Finding::HelpsAsInput => Tone::Good,
        Finding::BeforeCorrection
        | Finding::GoodConstant
        | Finding::HelpsAsDecay
        | Finding::HelpsUndecayed(_)
        | Finding::OnlyBetter { .. } => Tone::Partly,
        Finding::NoDifference => Tone::Neutral,
        Finding::UntunedWorse(_) | Finding::Worse(_) | Finding::Hurts => Tone::Bad,
        Finding::None(_) => Tone::Absent,
    }
}

/// The verdict in at most three words; the whole of it stands at the evidence.
pub(super) fn short(finding: &Finding) -> &'static str {
    match finding {
        Finding::Helps => "helps",
        Finding::HelpsAsInput => "helps as inputs do",
        Finding::HelpsAsDecay => "as decay does",
        Finding::HelpsUndecayed(_) => "decay not run",
        Finding::BeforeCorrection => "before correction",
        Finding::GoodConstant => "good constant",
        Finding::OnlyBetter { .. } => "partly better",
        Finding::UntunedWorse(_) | Finding::Worse(_) => "worse than tuned",
        Finding::Hurts => "hurts",
        Finding::NoDifference => "no difference",
        Finding::None(why) => match why {
            NoVerdict::NeverActed { .. } => "never acted",
            NoVerdict::ChangedNothing { .. } => "changed nothing",
            NoVerdict::Tied => "search tied",
            NoVerdict::Search(why) if why.starts_with("unequal") => "unequal search",
            NoVerdict::Search(why) if why.contains("declared") => "search not declared",
            NoVerdict::Search(_) => "not searched",
            NoVerdict::Unfinished { .. } => "runs unfinished",
            NoVerdict::Incomplete(_) => "controls missing",
            NoVerdict::Missing { .. } => "runs missing",
            NoVerdict::TooFewSeeds => "too few seeds",
        },
    }
}
