//! What is found for a benchmark and target: arms with their values, headroom, what mechanisms capture of it.

use toml::Table;

use super::joint::Joint;
use crate::tune::{Draw, Found};
use base::stats::{Captured, Difference, Headroom, Scores};
use contract::definition::MethodPreset;

/// An arm with what its search found.
#[derive(Debug, Clone)]
pub struct Searched {
    pub name: String,
    /// Before any value is put in.
    pub preset: MethodPreset,
    pub draw: Draw,
    pub found: Found,
}

impl Searched {
    /// The winner's mean score on the seeds of the second look.
    pub fn validation(&self) -> f64 {
        let winner = self.found.winner();
        winner.again.unwrap_or(winner.score)
    }

    /// Whether two modulators or more act together.
    pub fn is_pair(&self) -> bool {
        let modulators = self.preset.header.modulation.get("modulators");
        modulators.and_then(toml::Value::as_table).is_some_and(|own| own.len() > 1)
    }

    /// The winner's.
    pub(super) fn values(&self) -> &Table {
        &self.found.winner().values
    }
}

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

/// A mechanism that was tried.
#[derive(Debug, Clone)]
pub struct Tried {
    pub searched: Searched,
    /// Mean on the development seeds.
    pub development: f64,
    /// Set for the best of them; where two kinds of state alternate, for the best of one modulator and the best of more.
    pub confirmed: Option<Confirmed>,
}

/// A mechanism on the confirmation seeds.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// Scores of mechanism, change-blind arm and schedule.
    pub scores: [Scores; 3],
    /// Mechanism minus change-blind arm.
    pub above_blind: Difference,
    /// Only where the qualification's headroom carries it.
    pub captured: Option<Captured>,
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
