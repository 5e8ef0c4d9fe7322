//! What a number may be, in one form: the check of a range and how it is told.

use std::fmt;

use crate::error::DefinitionError;

/// What a number may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowed {
    low: f64,
    high: f64,
    /// Whether `low` itself is left out.
    above: bool,
    /// Whether `high` itself is left out.
    below: bool,
}

impl Allowed {
    /// Every number.
    pub const FINITE: Self = Self::within(f64::NEG_INFINITY, f64::INFINITY);

    /// From `low` to `high`.
    pub const fn within(low: f64, high: f64) -> Self {
        Self { low, high, above: false, below: false }
    }

    /// Above `low`, at most `high`.
    pub const fn above(low: f64, high: f64) -> Self {
        Self { low, high, above: true, below: false }
    }

    /// The same without the highest.
    pub const fn below(self) -> Self {
        Self { below: true, ..self }
    }

    /// Whether a number is in it; an end that is infinite may be.
    pub const fn contains(self, number: f64) -> bool {
        (if self.below { number < self.high } else { number <= self.high })
            && if self.above { number > self.low } else { number >= self.low }
    }

    /// Checks a setting, which is finite in any range.
    ///
    /// # Errors
    /// Names key, value and what is allowed.
    pub fn check<T: Declarable>(self, key: &str, value: T) -> Result<(), DefinitionError> {
        let number = value.number();
        if number.is_finite() && self.contains(number) {
            return Ok(());
        }
        let allowed = if T::WHOLE { self.to_string() } else { format!("a finite number {self:#}") };
        let allowed = allowed.trim_end();
        Err(DefinitionError::range(key, value, allowed))
    }
}

impl DefinitionError {
    /// Checks that a count is at least 1 and at most `most`.
    ///
    /// # Errors
    /// Names the key and the value.
    pub fn check_count(key: &str, value: usize, most: usize) -> Result<(), Self> {
        Allowed::within(1.0, most as f64).check(key, value)
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, above, below } = *self;
        match (above, high.is_finite()) {
            (false, true) => {
                let (from, below) =
                    (if f.alternate() { "from " } else { "" }, if below { "below " } else { "" });
                write!(f, "{from}{low} to {below}{high}")
            }
            (false, false) if low == f64::NEG_INFINITY => Ok(()),
            (false, false) => write!(f, "at least {low}"),
            (true, true) => write!(f, "above {low}, {} {high}", if below { "below" } else { "at most" }),
            (true, false) => write!(f, "above {low}"),
        }
    }
}

/// A number that can have a range.
pub trait Declarable: Copy + fmt::Display {
    /// Whether it counts something.
    const WHOLE: bool;
    /// Its value.
    fn number(self) -> f64;
}

macro_rules! declarable {
    ($($kind:ty, $whole:literal;)*) => {
        $(impl Declarable for $kind {
            const WHOLE: bool = $whole;
            fn number(self) -> f64 {
                self as f64
            }
        })*
    };
}

declarable! { f32, false; f64, false; usize, true; u32, true; u64, true; }
