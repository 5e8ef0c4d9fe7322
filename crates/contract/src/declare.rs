//! A setting once: type, default, range and meaning stand on one line of [`settings!`](crate::settings), and struct, `Default`,
//! check, documentation and the line of every list follow from it.

use std::fmt;

use crate::method_info::Parameter;
use base::error::DefinitionError;

/// What a number may be; not a number and infinite never.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowed {
    low: f64,
    high: f64,
    /// Whether `low` itself is left out.
    above: bool,
}

impl Allowed {
    /// From `low` to `high`.
    pub const fn within(low: f64, high: f64) -> Self {
        Self { low, high, above: false }
    }

    /// Above `low`, at most `high`.
    pub const fn above(low: f64, high: f64) -> Self {
        Self { low, high, above: true }
    }

    /// Checks a setting.
    ///
    /// # Errors
    /// Names key, value and what is allowed.
    pub fn check<T: Declarable>(self, key: &str, value: T) -> Result<(), DefinitionError> {
        let number = value.number();
        let fits = number <= self.high && if self.above { number > self.low } else { number >= self.low };
        if number.is_finite() && fits {
            return Ok(());
        }
        let allowed = if T::WHOLE { self.to_string() } else { format!("a finite number {self:#}") };
        Err(DefinitionError::range(key, value, &allowed))
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { low, high, above } = *self;
        match (above, high.is_finite()) {
            (false, true) if f.alternate() => write!(f, "from {low} to {high}"),
            (false, true) => write!(f, "{low} to {high}"),
            (false, false) => write!(f, "at least {low}"),
            (true, true) => write!(f, "above {low}, at most {high}"),
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

/// What follows from a declaration beside struct and `Default`.
pub trait Declared {
    /// A line per setting.
    const PARAMETERS: &'static [Parameter];

    /// Checks every setting that has a range, in order.
    ///
    /// # Errors
    /// The first that is out of its range, with value and what is allowed.
    fn check_ranges(&self) -> Result<(), DefinitionError>;
}

/// The text of a documentation comment, whose lines begin with a space.
pub const fn meaning(text: &'static str) -> &'static str {
    match text.as_bytes() {
        [b' ', ..] => text.split_at(1).1,
        _ => text,
    }
}

/// Declares settings, read from TOML and JSON; what is left out has its default, unknown keys are refused.
///
/// ```text
/// settings! {
///     /// Memory-aware synapses.
///     #[derive(Debug, Clone)]
///     pub struct Mas {
///         /// strength λ
///         pub lambda: f32 = 1.0 => [at least 0];
///         /// samples per pass (speed only)
///         pub batch: usize = 128 => [1 to 4096];
///         /// a Euclidean proximal step
///         pub proximal: bool = false;
///     }
/// }
/// ```
///
/// Ranges: `LOW to HIGH`, `at least LOW`, `above LOW`, `above LOW to HIGH`. [`Declared`] has the check and the lines.
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        $visible:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $shown:vis $key:ident: $kind:ty = $default:expr $(=> [$($range:tt)+])?;
            )*
        }
    ) => {
        $(#[$meta])*
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        #[serde(default, deny_unknown_fields)]
        $visible struct $name {
            $(
                $(#[doc = $doc])*
                #[doc = concat!("Default: ", stringify!($default) $(, "; ", stringify!($($range)+))?, ".")]
                $shown $key: $kind,
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }

        impl $crate::declare::Declared for $name {
            const PARAMETERS: &'static [$crate::Parameter] = &[$(
                $crate::Parameter {
                    name: stringify!($key),
                    default: stringify!($default),
                    range: concat!($(stringify!($($range)+))?),
                    meaning: $crate::declare::meaning(concat!($($doc),*)),
                },
            )*];

            fn check_ranges(&self) -> ::std::result::Result<(), ::base::error::DefinitionError> {
                $($($crate::allowed!($($range)+).check(stringify!($key), self.$key)?;)?)*
                Ok(())
            }
        }
    };
}

/// A range of [`settings!`](crate::settings).
#[macro_export]
macro_rules! allowed {
    ($low:literal to $high:literal) => {
        $crate::declare::Allowed::within($low as f64, $high as f64)
    };
    (at least $low:literal) => {
        $crate::declare::Allowed::within($low as f64, f64::INFINITY)
    };
    (above $low:literal) => {
        $crate::declare::Allowed::above($low as f64, f64::INFINITY)
    };
    (above $low:literal to $high:literal) => {
        $crate::declare::Allowed::above($low as f64, $high as f64)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::settings! {
        /// For the test.
        #[derive(Debug, PartialEq)]
        struct Toy {
            /// how hard
            strength: f32 = 0.5 => [0 to 1];
            /// how long,
            /// in steps
            steps: usize = 8 => [1 to 100];
            /// how fast
            rate: f64 = 0.1 => [above 0 to 1];
            width: f64 = -2.0 => [at least -3.5];
            on: bool = true;
        }
    }

    #[test]
    fn a_setting_is_said_once_and_struct_default_check_and_line_follow() {
        let toy: Toy = toml::from_str("steps = 3").expect("a toy");
        assert_eq!(toy, Toy { steps: 3, ..Toy::default() });
        assert_eq!((toy.strength, toy.rate, toy.width, toy.on), (0.5, 0.1, -2.0, true));
        assert!(toml::from_str::<Toy>("step = 3").is_err());
        let lines: Vec<_> = Toy::PARAMETERS.iter().map(|p| (p.name, p.default, p.range, p.meaning)).collect();
        assert_eq!(lines[0], ("strength", "0.5", "0 to 1", "how hard"));
        assert_eq!(lines[1], ("steps", "8", "1 to 100", "how long, in steps"));
        assert_eq!((lines[2].2, lines[3].2, lines[4].2), ("above 0 to 1", "at least -3.5", ""));
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_key_value_and_what_is_allowed() {
        let refused = |toy: Toy| toy.check_ranges().expect_err("out of range").to_string();
        assert!(Toy::default().check_ranges().is_ok());
        for (toy, words) in [
            (Toy { strength: 1.5, ..Toy::default() }, ["`strength` = 1.5", "a finite number from 0 to 1"]),
            (Toy { steps: 0, ..Toy::default() }, ["`steps` = 0", "1 to 100"]),
            (Toy { rate: 0.0, ..Toy::default() }, ["`rate` = 0", "a finite number above 0, at most 1"]),
            (Toy { width: f64::NAN, ..Toy::default() }, ["`width` = NaN", "a finite number at least -3.5"]),
        ] {
            let told = refused(toy);
            assert!(words.iter().all(|word| told.contains(word)), "{told}");
        }
    }
}
