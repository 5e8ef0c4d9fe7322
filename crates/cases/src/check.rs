//! Checks beside those that a setting's own line makes (`contract::settings!`): of numbers whose range is another number's.
//! Each refusal names the key, the value and what is allowed.

use base::error::DefinitionError;
use contract::declare::{Allowed, Declarable};

type Checked = Result<(), DefinitionError>;

/// A number in [low, high], of which an end is another setting.
pub(crate) fn within<T: Declarable>(key: &str, value: T, low: T, high: T) -> Checked {
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

/// A firing rate in Hz that one spike per step of `dt` ms can represent.
pub(crate) fn rate(key: &str, hertz: f64, dt: f64) -> Checked {
    let highest = 1000.0 / dt;
    if (0.0..=highest).contains(&hertz) {
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
        assert!(message(within("onset", 5usize, 0, 4)).starts_with("`onset` = 5: out of range"));
        assert!(message(rate("rate", 1000.1, 1.0)).contains("1/dt = 1000 Hz"));
        assert!(message(rate("rate", f64::NAN, 1.0)).starts_with("`rate` = NaN"));
        assert!(message(span("wait", [3, 2], 1, 9)).starts_with("`wait` = [3, 2]"));
    }
}
