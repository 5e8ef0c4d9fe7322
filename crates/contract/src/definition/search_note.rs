//! The budget of the search behind a row of results.

use serde::{Deserialize, Serialize};

/// How a method's settings were chosen: rows are compared where this agrees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchNote {
    /// Settings tried per restart; 0: there is nothing to choose.
    pub trials: u64,
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub restarts: u64,
    /// Validation seeds per trial.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub seeds: u64,
    /// All trials scored the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tied: bool,
}

impl SearchNote {
    /// Settings tried in all restarts together.
    pub fn total(&self) -> u64 {
        self.trials.saturating_mul(self.restarts.max(1))
    }

    /// Both had the same budget (none counts as one), or one has nothing to choose: a p between them is fair.
    pub fn fair(one: Option<&Self>, other: Option<&Self>) -> bool {
        let budget = |note: &Self| (note.total(), note.seeds);
        let free = |note: Option<&Self>| note.is_some_and(|note| note.trials == 0);
        free(one) || free(other) || one.map(budget) == other.map(budget)
    }
}
