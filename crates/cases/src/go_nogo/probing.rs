//! When the policy is probed, and how often the cue is shown in each probe.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;
use contract::allowed;

/// Which trials are probed and how often the cue is shown in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSettings {
    /// Presentations of the cue per probe, shared out evenly over its two partners.
    pub realisations: u32,
    /// Trials before and after a shift within which to probe …
    pub before: usize,
    pub after: usize,
    /// … and of these every which, counted from the shift.
    pub every: usize,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self { realisations: 64, before: 20, after: 80, every: 5 }
    }
}

impl ProbeSettings {
    /// # Errors
    /// Names the key.
    pub fn check(&self) -> Result<(), DefinitionError> {
        let allowed = "an even number from 64 to 10000";
        if !(64..=10_000).contains(&self.realisations) || !self.realisations.is_multiple_of(2) {
            return Err(DefinitionError::range("realisations", self.realisations, allowed));
        }
        allowed!(0 to 10000).check("before", self.before)?;
        allowed!(0 to 10000).check("after", self.after)?;
        allowed!(1 to 10000).check("every", self.every)
    }

    /// Whether to probe a trial `since` trials after the last shift and `until` trials before the next.
    pub fn wants(&self, since: Option<usize>, until: Option<usize>) -> bool {
        since.is_some_and(|since| since < self.after && since.is_multiple_of(self.every))
            || until.is_some_and(|until| until <= self.before && until.is_multiple_of(self.every))
    }
}
