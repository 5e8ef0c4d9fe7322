//! Levels that hidden states may have.

use crate::stream::counts::MOST_STATES;
use base::error::DefinitionError;

/// Two to [`MOST_STATES`] levels, each as allowed.
pub(super) fn check_levels(
    levels: &[f32],
    allowed: &str,
    holds: impl Fn(f32) -> bool,
) -> Result<(), DefinitionError> {
    let key = "stream.shifts.levels";
    if !(2..=MOST_STATES).contains(&levels.len()) {
        let found = format!("{} levels", levels.len());
        return Err(DefinitionError::range(key, found, &format!("2 to {MOST_STATES} levels")));
    }
    match levels.iter().find(|level| !holds(**level)) {
        Some(bad) => Err(DefinitionError::range(key, bad, allowed)),
        None => Ok(()),
    }
}
