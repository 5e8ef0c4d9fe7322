//! What is asked of a mechanism, and the words that come out.

/// Controls without which there is no verdict.
pub const REQUIRED: [&str; 4] = [TUNED_OPTIMISER, TUNED_CONSTANT, "mean-gain", "shuffled"];
pub const TUNED_OPTIMISER: &str = "tuned-optimiser";
pub const TUNED_CONSTANT: &str = "tuned-constant";
/// The control that "hurts" and "untuned" refer to.
pub const UNMODULATED: &str = "unmodulated";
/// The control that, where it was run, tells a gain from the information in its signals.
pub const INFORMATION: &str = "context-input";
/// The control that tells timing from annealing: a decay in training time that is blind to changes. On a stream without changes
/// it beats every constant, and so does a mechanism whose rate falls as errors do. Where it is asked for (of all that a mechanism
/// acts on, in paradigms that have it), nothing "helps" without it.
pub const CHANGE_BLIND: &str = "change-blind";

/// What is asked of every mechanism; each question has a p of its own and is corrected over the mechanisms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Against all four required controls.
    Benefit,
    Unmodulated,
    TunedConstant,
    TunedOptimiser,
    Information,
    Decay,
}

impl Question {
    /// In the order of tables.
    pub const ALL: [Self; 6] = [
        Self::Benefit,
        Self::Unmodulated,
        Self::TunedConstant,
        Self::TunedOptimiser,
        Self::Information,
        Self::Decay,
    ];

    /// Whom the mechanism is compared with.
    pub fn words(self) -> &'static str {
        match self {
            Self::Benefit => "all four required controls",
            Self::Unmodulated => "no modulation",
            Self::TunedConstant => "tuned constant",
            Self::TunedOptimiser => "tuned optimiser",
            Self::Information => "its signals as plain inputs",
            Self::Decay => "a decay that is blind to changes",
        }
    }

    /// Whether a kind of control takes part in it.
    pub fn asks(self, control: &str) -> bool {
        match self {
            Self::Benefit => REQUIRED.contains(&control),
            Self::Unmodulated => control == UNMODULATED,
            Self::TunedConstant => control == TUNED_CONSTANT,
            Self::TunedOptimiser => control == TUNED_OPTIMISER,
            Self::Information => control == INFORMATION,
            Self::Decay => control == CHANGE_BLIND,
        }
    }
}

/// The verdict in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Better than each required control, than a blind decay where that is asked for, and than its signals as plain inputs where
    /// those were run.
    Helps,
    /// Better than each required control, but not than its signals as plain inputs.
    HelpsAsInput,
    /// Better than each required control, but not than a decay that is blind to changes.
    HelpsAsDecay,
    /// Better than each required control, but a decay that is blind to changes was not run on these of its targets.
    HelpsUndecayed(Vec<String>),
    /// Better than each required control, but no longer where that question is corrected over all mechanisms.
    BeforeCorrection,
    /// Better than what was tuned, but not than its own mean or its own gains out of order as well.
    GoodConstant,
    /// Better than the first, not better than the second.
    OnlyBetter {
        than: &'static str,
        not: &'static str,
    },
    /// Better than no modulation, worse than these.
    UntunedWorse(Vec<Question>),
    /// Worse than these, where no word is to be said against no modulation.
    Worse(Vec<Question>),
    /// Worse than no modulation.
    Hurts,
    NoDifference,
    /// There is no verdict, and why.
    None(NoVerdict),
}

/// Why a mechanism has no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoVerdict {
    /// No receptor ever left neutral, in any of so many seeds.
    NeverActed {
        seeds: usize,
    },
    /// It acted, but everything measured is the unmodulated run's, in each of so many seeds.
    ChangedNothing {
        seeds: usize,
    },
    /// All trials of its search scored the same.
    Tied,
    /// The mechanism and its tuned controls were not searched alike; what is missing or unequal.
    Search(String),
    /// Required controls that were not run.
    Incomplete(Vec<String>),
    /// So many planned runs of the mechanism and its controls, of so many methods, have no record.
    Missing {
        runs: usize,
        methods: usize,
    },
    /// So many runs of the mechanism did not finish: those that did would be the easier seeds.
    Unfinished {
        runs: usize,
    },
    TooFewSeeds,
}

impl NoVerdict {
    fn words(&self) -> String {
        match self {
            Self::NeverActed { .. } => "never acted: no verdict".into(),
            Self::ChangedNothing { .. } => "changed no answer: no verdict".into(),
            Self::Tied => "all trials tie: no verdict".into(),
            Self::Search(why) => format!("no verdict: {why}"),
            Self::Incomplete(missing) => format!("no verdict: {} not run", missing.join(", ")),
            Self::Missing { runs, methods } => {
                let plural =
                    |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
                format!(
                    "no verdict: {} of {} missing",
                    plural(*runs, "planned run"),
                    plural(*methods, "method")
                )
            }
            Self::Unfinished { runs } => {
                let runs = if *runs == 1 { "1 run".into() } else { format!("{runs} runs") };
                format!("no verdict: {runs} of the mechanism did not finish")
            }
            Self::TooFewSeeds => "too few seeds for a verdict".into(),
        }
    }
}

fn listed(questions: &[Question]) -> String {
    let words: Vec<String> = questions.iter().map(|question| format!("a {}", question.words())).collect();
    words.join(" and ")
}

impl Finding {
    /// The words of the report.
    pub fn words(&self) -> String {
        match self {
            Self::Helps => "helps".into(),
            Self::HelpsAsInput => "helps, but not more than its signals as plain inputs".into(),
            Self::HelpsAsDecay => {
                "better than each control, but not than a decay that is blind to changes".into()
            }
            Self::HelpsUndecayed(targets) => {
                let targets = targets.join(", ").replace('-', " ");
                format!(
                    "better than each control, but a decay that is blind to changes was not run ({targets})"
                )
            }
            Self::BeforeCorrection => {
                "better than each control, but not after the correction over all mechanisms".into()
            }
            Self::GoodConstant => "a good constant, not a benefit of modulation".into(),
            Self::OnlyBetter { than, not } => format!("better than {than}, not better than {not}"),
            Self::UntunedWorse(tuned) => format!("better than untuned, worse than {}", listed(tuned)),
            Self::Worse(tuned) => format!("worse than {}", listed(tuned)),
            Self::Hurts => "hurts".into(),
            Self::NoDifference => "no difference found".into(),
            Self::None(why) => why.words(),
        }
    }
}
