//! Checks beside those that a setting's own line makes (`contract::settings!`): of numbers whose range is another number's.
//! Each refusal names the key, the value and what is allowed.

use base::error::DefinitionError;
use contract::declare::{Allowed, Declarable};

type Checked = Result<(), DefinitionError>;

/// A finite number in [low, high].
pub(crate) fn within(key: &str, value: f64, low: f64, high: f64) -> Checked {
    Allowed::within(low, high).check(key, value)
}

/// A finite number above 0.
pub(crate) fn positive(key: &str, value: f64) -> Checked {
    above(key, value, 0.0, f64::INFINITY)
}

/// A finite number above `low`, at most `high`.
pub(crate) fn above(key: &str, value: f64, low: f64, high: f64) -> Checked {
    Allowed::above(low, high).check(key, value)
}

/// A finite number strictly between `low` and `high`.
pub(crate) fn between(key: &str, value: f64, low: f64, high: f64) -> Checked {
    Allowed::above(low, high).below().check(key, value)
}

/// A count in [low, high].
pub(crate) fn count<T: Declarable>(key: &str, value: T, low: T, high: T) -> Checked {
    Allowed::within(low.number(), high.number()).check(key, value)
}

/// Two counts in [low, high], not decreasing.
pub(crate) fn span(key: &str, value: [usize; 2], low: usize, high: usize) -> Checked {
    if value[0] >= low && value[0] <= value[1] && value[1] <= high {
        return Ok(());
    }
    let allowed = format!("two counts from {low} to {high}, the first not above the second");
    Err(DefinitionError::range(key, format!("[{}, {}]", value[0], value[1]), &allowed))
}

/// The size of a population.
pub(crate) fn not_empty(key: &str, value: usize) -> Checked {
    if (1..=1_000_000).contains(&value) {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, "from 1 to 1000000 (an empty population has no rate)"))
}

/// A firing rate in Hz that one spike per step of `dt` ms can represent.
pub(crate) fn rate(key: &str, hertz: f64, dt: f64) -> Checked {
    let highest = 1000.0 / dt;
    if hertz.is_finite() && (0.0..=highest).contains(&hertz) {
        return Ok(());
    }
    Err(DefinitionError::range(key, hertz, &format!("from 0 to 1/dt = {highest} Hz")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_parameters_are_refused_by_name_with_what_is_allowed() {
        let message = |checked: Checked| checked.unwrap_err().to_string();
        assert!(message(positive("tau", -5.0)).starts_with("`tau` = -5: out of range"));
        assert!(message(positive("tau", f64::NAN)).starts_with("`tau` = NaN"));
        assert!(message(rate("rate", 1000.1, 1.0)).contains("1/dt = 1000 Hz"));
        assert!(message(not_empty("excitatory", 0)).contains("empty population"));
        assert!(within("share", 0.5, 0.0, 1.0).is_ok());
        assert!(message(within("share", f64::INFINITY, 0.0, 1.0)).starts_with("`share` = inf"));
    }
}
