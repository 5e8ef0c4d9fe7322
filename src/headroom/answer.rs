//! What is found for a benchmark and target: arms with their values, headroom, what mechanisms capture of it.

use super::joint::Joint;
use super::tried::{Searched, Tried};
use base::stats::{Difference, Headroom, Scores};

/// What was found for a benchmark and target.
#[derive(Debug, Clone)]
pub struct Answer {
    /// In the order of [`crate::run::Knows::ALL`].
    pub arms: Vec<Searched>,
    /// Places in `arms`: the best arm that is blind to changes, and the best schedule.
    pub blind: usize,
    pub schedule: usize,
    /// Scores of constant, change-blind arm and schedule on the qualification seeds.
    pub qualification: [Scores; 3],
    /// H: schedule minus change-blind arm.
    pub headroom: Difference,
    /// Schedule minus constant.
    pub above_constant: Difference,
    /// H of the schedule that half of the trials find.
    pub at_half: Difference,
    /// Where two kinds of hidden state alternate independently.
    pub joint: Option<Joint>,
    /// Those asked for, the best on development seeds first.
    pub mechanisms: Vec<Tried>,
    /// Methods without a gain that a reviewer would name; asked on the confirmation seeds too, beside no choice.
    pub rivals: Vec<Tried>,
}

impl Answer {
    /// Mechanisms, then rivals, with the word that goes before the name of the latter.
    pub fn tried(&self) -> impl Iterator<Item = (&'static str, &Tried)> {
        let mechanisms = self.mechanisms.iter().map(|tried| ("", tried));
        mechanisms.chain(self.rivals.iter().map(|tried| ("rival ", tried)))
    }

    /// Whether timing can help.
    pub fn outcome(&self) -> Headroom {
        self.headroom.outcome()
    }

    /// Whether doubling the budget moved H by less than its standard error.
    pub fn settled(&self) -> bool {
        (self.headroom.mean - self.at_half.mean).abs() < self.headroom.error
    }
}
