//! How much the arms of headroom may know.

use contract::Timeline;

/// How much an arm may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knows {
    /// Nothing: a constant.
    Constant,
    /// Training time: a decay.
    ChangeBlind,
    /// The true changes: the same decay, begun anew at each.
    EventLocked,
    /// Of two kinds of hidden state only the noise: a gain for each of its states.
    NoiseLocked,
    /// Of two kinds of hidden state only how fast the concept moves.
    SpeedLocked,
    /// The true hidden state at every update, where a stream goes through states that recur: one gain for each.
    StateLocked,
    /// The same for single units: a share of a hidden layer's units belongs to each state and has a gain of its own there.
    UnitLocked,
    /// When what happens in the whole run.
    Free,
}

impl Knows {
    /// From the least to the most.
    pub const ALL: [Self; 8] = [
        Self::Constant,
        Self::ChangeBlind,
        Self::EventLocked,
        Self::NoiseLocked,
        Self::SpeedLocked,
        Self::StateLocked,
        Self::UnitLocked,
        Self::Free,
    ];

    /// As written behind a method's id and in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::ChangeBlind => "change-blind",
            Self::EventLocked => "event-locked",
            Self::NoiseLocked => "noise-locked",
            Self::SpeedLocked => "speed-locked",
            Self::StateLocked => "state-locked",
            Self::UnitLocked => "unit-locked",
            Self::Free => "free",
        }
    }

    /// Whether it knows of changes.
    pub fn is_schedule(self) -> bool {
        !matches!(self, Self::Constant | Self::ChangeBlind)
    }

    /// Whether it knows the hidden state at every update.
    pub fn is_of_states(self) -> bool {
        matches!(self, Self::StateLocked | Self::UnitLocked)
    }

    /// Whether it knows one of two kinds of hidden state.
    pub fn is_of_one_kind(self) -> bool {
        matches!(self, Self::NoiseLocked | Self::SpeedLocked)
    }

    /// How many values a gain locked to states has, and how many states in a row share one.
    pub(crate) fn states(self, timeline: Timeline) -> (usize, usize) {
        let [first, second] = timeline.kinds.unwrap_or([timeline.states, 1]);
        let (values, stride) = match self {
            Self::NoiseLocked => (first, 1),
            Self::SpeedLocked => (second, first),
            _ => (timeline.states, 1),
        };
        (usize::try_from(values).unwrap_or(2).max(2), usize::try_from(stride).unwrap_or(1).max(1))
    }
}
