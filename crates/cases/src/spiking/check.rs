//! Checks of a spiking model's parameters: each refusal names the key, the value and what is allowed.

use base::error::DefinitionError;

type Checked = Result<(), DefinitionError>;

/// A finite number in `[low, high]`.
pub fn within(key: &str, value: f64, low: f64, high: f64) -> Checked {
    if value.is_finite() && (low..=high).contains(&value) {
        return Ok(());
    }
    let allowed = match (low.is_finite(), high.is_finite()) {
        (true, true) => format!("a finite number from {low} to {high}"),
        (true, false) => format!("a finite number, at least {low}"),
        (false, true) => format!("a finite number, at most {high}"),
        (false, false) => "a finite number".to_owned(),
    };
    Err(DefinitionError::range(key, value, &allowed))
}

/// A time constant or another strictly positive number.
pub fn positive(key: &str, value: f64) -> Checked {
    if value.is_finite() && value > 0.0 {
        return Ok(());
    }
    Err(DefinitionError::range(key, value, "a finite number above 0"))
}

/// The size of a population.
pub fn not_empty(key: &str, count: usize) -> Checked {
    if (1..=1_000_000).contains(&count) {
        return Ok(());
    }
    Err(DefinitionError::range(key, count, "from 1 to 1000000 (an empty population has no rate)"))
}

/// A firing rate in Hz that one spike per step of `dt` ms can represent.
pub fn rate(key: &str, hertz: f64, dt: f64) -> Checked {
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
