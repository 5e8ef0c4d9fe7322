//! Checks that tasks, networks and training share.

use base::error::DefinitionError;

/// A finite number above `low`, at most `high`.
pub(super) fn above(key: &str, value: f64, low: f64, high: f64) -> Result<(), DefinitionError> {
    if value.is_finite() && value > low && value <= high {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, &format!("above {low}, at most {high}")))
}

/// A finite number strictly between `low` and `high`.
pub(super) fn between(key: &str, value: f64, low: f64, high: f64) -> Result<(), DefinitionError> {
    if value.is_finite() && value > low && value < high {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, &format!("above {low} and below {high}")))
}

/// A count in [low, high].
pub(super) fn count(key: &str, value: usize, low: usize, high: usize) -> Result<(), DefinitionError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, &format!("{low} to {high}")))
}

/// Two counts in [low, high], not decreasing.
pub(super) fn span(key: &str, value: [usize; 2], low: usize, high: usize) -> Result<(), DefinitionError> {
    if value[0] >= low && value[0] <= value[1] && value[1] <= high {
        return Ok(());
    }
    let allowed = format!("two counts from {low} to {high}, the first not above the second");
    Err(DefinitionError::range(key, format!("[{}, {}]", value[0], value[1]), &allowed))
}
