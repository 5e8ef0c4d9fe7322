//! Arms and mechanisms with what their searches found.

use toml::Table;

use crate::tune::{Draw, Found};
use base::stats::{Captured, Difference, Scores};
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
