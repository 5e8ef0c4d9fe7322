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
    /// Whether `high` itself is left out.
    below: bool,
}

impl Allowed {
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

    /// Checks a setting.
    ///
    /// # Errors
    /// Names key, value and what is allowed.
    pub fn check<T: Declarable>(self, key: &str, value: T) -> Result<(), DefinitionError> {
        let number = value.number();
        let fits = (if self.below { number < self.high } else { number <= self.high })
            && if self.above { number > self.low } else { number >= self.low };
        if number.is_finite() && fits {
            return Ok(());
        }
        let allowed = if T::WHOLE { self.to_string() } else { format!("a finite number {self:#}") };
        Err(DefinitionError::range(key, value, &allowed))
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

/// A default as it is told: `1.0` is 1.
pub const fn plain(text: &'static str) -> &'static str {
    match text.as_bytes() {
        [b'0'..=b'9', .., b'.', b'0'] => text.split_at(text.len() - 2).0,
        _ => text,
    }
}

/// How many lines all parts have.
pub const fn count(parts: &[&[Parameter]]) -> usize {
    let (mut lines, mut part) = (0, 0);
    while part < parts.len() {
        lines += parts[part].len();
        part += 1;
    }
    lines
}

/// All lines in one list.
pub const fn joined<const N: usize>(parts: &[&[Parameter]]) -> [Parameter; N] {
    let mut all = [Parameter::new("", "", "", ""); N];
    let (mut filled, mut part) = (0, 0);
    while part < parts.len() {
        let mut line = 0;
        while line < parts[part].len() {
            all[filled] = parts[part][line];
            filled += 1;
            line += 1;
        }
        part += 1;
    }
    all
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
///         /// whose gradients count
///         pub over: Over = Over::Samples => ["samples" | "batches"];
///         pub memory: MemorySpec = MemorySpec::default() => [each MEMORY];
///     }
/// }
/// ```
///
/// Ranges: `LOW to HIGH`, `LOW to below HIGH`, `at least LOW`, `above LOW`, `above LOW to HIGH`, `above LOW below HIGH`; words, of which the
/// first is the default (serde refuses others); `each LINES`: settings of their own, with lines and a `check`; `as LINES`: told as
/// these lines say, checked elsewhere. [`Declared`] has the check and the lines.
#[macro_export]
macro_rules! settings {
    (
        $(#[$meta:meta])*
        $visible:vis struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $(#[serde($($serde:tt)*)])?
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
                $(#[serde($($serde)*)])?
                $shown $key: $kind,
            )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        }

        impl $crate::declare::Declared for $name {
            const PARAMETERS: &'static [$crate::Parameter] = {
                const PARTS: &[&[$crate::Parameter]] =
                    &[$($crate::lines!($key, $default, concat!($($doc),*), $($($range)+)?)),*];
                &$crate::declare::joined::<{ $crate::declare::count(PARTS) }>(PARTS)
            };

            fn check_ranges(&self) -> ::std::result::Result<(), ::base::error::DefinitionError> {
                $($($crate::checked!(self, $key, $($range)+);)?)*
                Ok(())
            }
        }
    };
}

/// The lines of one setting of [`settings!`](crate::settings).
#[macro_export]
macro_rules! lines {
    ($key:ident, $default:expr, $meaning:expr, each $lines:expr) => {
        &$lines
    };
    ($key:ident, $default:expr, $meaning:expr, as $lines:expr) => {
        &$lines
    };
    ($key:ident, $default:expr, $meaning:expr, $first:literal $(| $other:literal)+) => {
        $crate::lines!(@ $key, concat!($first), concat!($first $(, ", ", $other)+), $meaning)
    };
    ($key:ident, $default:expr, $meaning:expr, $($range:tt)*) => {
        $crate::lines!(@ $key, $crate::declare::plain(stringify!($default)), stringify!($($range)*), $meaning)
    };
    (@ $key:ident, $default:expr, $range:expr, $meaning:expr) => {
        &[$crate::Parameter {
            name: stringify!($key),
            default: $default,
            range: $range,
            meaning: $crate::declare::meaning($meaning),
        }]
    };
}

/// The check of one setting of [`settings!`](crate::settings).
#[macro_export]
macro_rules! checked {
    ($settings:expr, $key:ident, each $lines:expr) => {
        $settings.$key.check()?
    };
    ($settings:expr, $key:ident, as $lines:expr) => {};
    ($settings:expr, $key:ident, $first:literal $(| $other:literal)+) => {};
    ($settings:expr, $key:ident, $($range:tt)+) => {
        $crate::allowed!($($range)+).check(stringify!($key), $settings.$key)?
    };
}

/// A range of [`settings!`](crate::settings).
#[macro_export]
macro_rules! allowed {
    ($low:literal to $high:literal) => {
        $crate::declare::Allowed::within($low as f64, $high as f64)
    };
    ($low:literal to below $high:literal) => {
        $crate::declare::Allowed::within($low as f64, $high as f64).below()
    };
    (above $low:literal below $high:literal) => {
        $crate::declare::Allowed::above($low as f64, $high as f64).below()
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
            /// what is left
            rest: f64 = 1.0 => [0 to below 2];
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            late: bool = false => [false | true];
            /// which way
            way: Way = Way::There => ["there" | "and-back"];
            inner: Inner = Inner { depth: 4 } => [each INNER];
        }
    }

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Way {
        There,
        AndBack,
    }

    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Inner {
        depth: usize,
    }

    const INNER: [Parameter; 1] = [Parameter::new("inner.depth", "4", "1 to 9", "how deep")];

    impl Inner {
        fn check(&self) -> Result<(), DefinitionError> {
            Allowed::within(1.0, 9.0).check("inner.depth", self.depth)
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
        assert_eq!(lines[5], ("rest", "1", "0 to below 2", "what is left"));
        assert_eq!(lines[6], ("late", "false", "false, true", ""));
        assert_eq!(lines[7], ("way", "there", "there, and-back", "which way"));
        assert_eq!((lines[8], lines.len()), (("inner.depth", "4", "1 to 9", "how deep"), 9));
        assert!(!serde_json::to_string(&toy).expect("JSON").contains("late"));
        assert_eq!(toml::from_str::<Toy>("way = \"and-back\"").expect("a toy").way, Way::AndBack);
    }

    #[test]
    fn what_is_out_of_range_is_refused_with_key_value_and_what_is_allowed() {
        let refused = |toy: Toy| toy.check_ranges().expect_err("out of range").to_string();
        assert!(Toy::default().check_ranges().is_ok());
        for (toy, words) in [
            (Toy { strength: 1.5, ..Toy::default() }, ["`strength` = 1.5", "a finite number from 0 to 1"]),
            (Toy { steps: 0, ..Toy::default() }, ["`steps` = 0", "1 to 100"]),
            (Toy { rate: 0.0, ..Toy::default() }, ["`rate` = 0", "a finite number above 0, at most 1"]),
            (Toy { rest: 2.0, ..Toy::default() }, ["`rest` = 2", "a finite number from 0 to below 2"]),
            (Toy { inner: Inner { depth: 0 }, ..Toy::default() }, ["`inner.depth` = 0", "1 to 9"]),
            (Toy { width: f64::NAN, ..Toy::default() }, ["`width` = NaN", "a finite number at least -3.5"]),
        ] {
            let told = refused(toy);
            assert!(words.iter().all(|word| told.contains(word)), "{told}");
        }
    }
}
