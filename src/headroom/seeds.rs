//! The seeds of a study, none of which serves two ends.

use std::ops::Range;

use crate::tune::{Budget, CONFIRM_SEED, FIRST_SEED};

/// First of the seeds on which headroom is stated; searches end far below.
pub const QUALIFICATION_SEED: u64 = 200_000;

/// First of the seeds on which mechanisms are compared with each other.
pub const DEVELOPMENT_SEED: u64 = 300_000;

/// First of the seeds on which one mechanism is confirmed, once.
pub const CONFIRMATION_SEED: u64 = 400_000;
/// Seeds from the first of one range of confirmation seeds to the first of the next.
pub const CONFIRMATION_RANGE: u64 = 10_000;

/// Seeds in each of the ranges, from their firsts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seeds {
    pub qualification: u64,
    pub development: u64,
    pub confirmation: u64,
    /// Which range of confirmation seeds, from 0: a later candidate needs seeds that nobody has seen.
    pub range: u64,
}

impl Seeds {
    /// The ranges in words, with what is done on them.
    pub fn table(&self, budget: &Budget) -> Vec<(&'static str, &'static str, Range<u64>)> {
        vec![
            ("search", "validation", FIRST_SEED..FIRST_SEED + budget.seeds),
            ("second look", "validation", CONFIRM_SEED..CONFIRM_SEED + budget.confirm),
            ("qualification", "test", self.qualification()),
            ("development", "validation", self.development()),
            ("confirmation", "test", self.confirmation()),
        ]
    }

    pub(super) fn qualification(&self) -> Range<u64> {
        QUALIFICATION_SEED..QUALIFICATION_SEED + self.qualification
    }

    pub(super) fn development(&self) -> Range<u64> {
        DEVELOPMENT_SEED..DEVELOPMENT_SEED + self.development
    }

    /// The seeds of the confirmation.
    pub fn confirmation(&self) -> Range<u64> {
        let first = CONFIRMATION_SEED + self.range * CONFIRMATION_RANGE;
        first..first + self.confirmation
    }
}
