//! What a mechanism sets at each decision, by name: recorded as it acts, and replaced where a control replays it.

/// A quantity that a mechanism sets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Stable name, e.g. `noradrenaline`.
    pub name: &'static str,
    /// Kinds of decision that take turns (a first and a second choice: 2), ≥ 1. What is made of a recording keeps them apart.
    pub kinds: usize,
    /// Smallest and largest value.
    pub range: [f64; 2],
    /// What acts beyond the end of a recording that is shorter than the session; `None`: its last value.
    pub beyond: Option<f64>,
    /// Recorded in single precision, as the session's own trials keep it.
    pub single: bool,
}

impl Channel {
    /// One kind of decision, recorded in double precision.
    pub const fn new(name: &'static str, range: [f64; 2]) -> Self {
        Self { name, kinds: 1, range, beyond: None, single: false }
    }

    /// With so many kinds of decision, which take turns.
    #[must_use]
    pub const fn of_kinds(mut self, kinds: usize) -> Self {
        self.kinds = kinds;
        self
    }
}

/// The values of one channel, one after the other.
pub(super) type Series = Vec<f64>;

/// What acts in the place of the mechanism's own values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Forced {
    /// A constant per kind of decision.
    Constant(Series),
    /// A value per decision.
    Series(Series),
}

/// The channels of one session. A case study passes each value through [`Channels::pass`] and need not know whether it is a
/// control.
#[derive(Debug)]
pub struct Channels {
    declared: &'static [Channel],
    recorded: Vec<Series>,
    forced: Option<Vec<Forced>>,
}

impl Channels {
    /// The mechanism's own values act.
    pub fn own(declared: &'static [Channel]) -> Self {
        Self { declared, recorded: vec![Series::new(); declared.len()], forced: None }
    }

    pub(super) fn forced(declared: &'static [Channel], forced: Vec<Forced>) -> Self {
        Self { forced: Some(forced), ..Self::own(declared) }
    }

    /// Whether recorded values act in the place of the mechanism's own.
    pub fn replays(&self) -> bool {
        self.forced.is_some()
    }

    /// The value in force at the next decision of a channel (its place among the declared ones): a recorded one, or its own,
    /// which is not computed where it does not act.
    pub fn pass(&mut self, channel: usize, own: impl FnOnce() -> f64) -> f64 {
        let value = self.replayed(channel).unwrap_or_else(own);
        let kept = if self.declared[channel].single { f64::from(value as f32) } else { value };
        self.recorded[channel].push(kept);
        value
    }

    /// The constant that stands in for a channel throughout, where a control holds it at its mean.
    pub fn constant(&self, channel: usize) -> Option<f64> {
        match &self.forced.as_ref()?[channel] {
            Forced::Constant(values) => values.first().copied(),
            Forced::Series(_) => None,
        }
    }

    /// What was passed so far.
    pub fn recorded(&self, channel: usize) -> &[f64] {
        &self.recorded[channel]
    }

    fn replayed(&self, channel: usize) -> Option<f64> {
        let at = self.recorded[channel].len();
        let declared = self.declared[channel];
        match &self.forced.as_ref()?[channel] {
            Forced::Constant(values) => values.get(at % declared.kinds).copied(),
            Forced::Series(values) => values.get(at).copied().or(declared.beyond).or_else(|| {
                // The last of the decision's own kind.
                let same =
                    (0..values.len()).rev().find(|place| place % declared.kinds == at % declared.kinds);
                same.map(|place| values[place])
            }),
        }
    }

    pub(super) fn declared(&self) -> &'static [Channel] {
        self.declared
    }

    /// Decisions of each kind that were passed, of the channel that has most.
    pub(super) fn decisions(&self) -> usize {
        let of = |(channel, series): (&Channel, &Series)| series.len() / channel.kinds;
        self.declared.iter().zip(&self.recorded).map(of).max().unwrap_or(0)
    }

    /// The recording with the channel it belongs to.
    pub(super) fn into_recorded(self) -> impl Iterator<Item = (Channel, Series)> {
        self.declared.iter().copied().zip(self.recorded)
    }
}
