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

    /// Whether a number is in it; an end that is infinite may be.
    pub const fn contains(self, number: f64) -> bool {
        (if self.below { number < self.high } else { number <= self.high })
            && if self.above { number > self.low } else { number >= self.low }
    }

    /// Checks a setting.
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
///         pub memory: MemorySpec = MemorySpec::default() => [each MemorySpec::PARAMETERS];
///     }
/// }
/// ```
///
/// Ranges: `finite`, `LOW to HIGH`, `LOW to below HIGH`, `at least LOW`, `above LOW`, `above LOW to HIGH`, `above LOW below HIGH`; words, of which the
/// first is the default (serde refuses others); `or "WORDS"; RANGE`: an `Option`, and what holds where it is left out; `each LINES`: settings that
/// are declared too, and their lines; `as LINES`: told as these lines say, checked elsewhere. [`Declared`] has the check and the lines. After
/// `below "TABLE.";` in front of all, keys begin with that.
#[macro_export]
macro_rules! settings {
    ($(#[$meta:meta])* $visible:vis struct $($rest:tt)+) => {
        $crate::settings! { @ "" $(#[$meta])* $visible struct $($rest)+ }
    };
    (below $table:literal; $($rest:tt)+) => {
        $crate::settings! { @ $table $($rest)+ }
    };
    (
        @ $table:literal
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
                    &[$($crate::lines!([$table $key], $default, concat!($($doc),*), $($($range)+)?)),*];
                &$crate::declare::joined::<{ $crate::declare::count(PARTS) }>(PARTS)
            };

            fn check_ranges(&self) -> ::std::result::Result<(), ::base::error::DefinitionError> {
                $($($crate::checked!(self, [$table $key], $($range)+);)?)*
                Ok(())
            }
        }
    };
}

/// The lines of one setting of [`settings!`](crate::settings).
#[macro_export]
macro_rules! lines {
    ($name:tt, $default:expr, $meaning:expr, each $lines:expr) => {
        &$lines
    };
    ($name:tt, $default:expr, $meaning:expr, as $lines:expr) => {
        &$lines
    };
    ($name:tt, $default:expr, $meaning:expr, or $else:literal; $($range:tt)+) => {
        $crate::lines!(@ $name, $else, stringify!($($range)+), $meaning)
    };
    ($name:tt, $default:expr, $meaning:expr, $first:literal $(| $other:literal)+) => {
        $crate::lines!(@ $name, concat!($first), concat!($first $(, ", ", $other)+), $meaning)
    };
    ($name:tt, $default:expr, $meaning:expr, $($range:tt)*) => {
        $crate::lines!(@ $name, $crate::declare::plain(stringify!($default)), stringify!($($range)*), $meaning)
    };
    (@ [$table:literal $key:ident], $default:expr, $range:expr, $meaning:expr) => {
        &[$crate::Parameter {
            name: concat!($table, stringify!($key)),
            default: $default,
            range: $range,
            meaning: $crate::declare::meaning($meaning),
        }]
    };
}

/// The check of one setting of [`settings!`](crate::settings).
#[macro_export]
macro_rules! checked {
    ($settings:expr, [$table:literal $key:ident], each $lines:expr) => {
        $crate::declare::Declared::check_ranges(&$settings.$key)?
    };
    ($settings:expr, [$table:literal $key:ident], as $lines:expr) => {};
    ($settings:expr, [$table:literal $key:ident], $first:literal $(| $other:literal)+) => {};
    ($settings:expr, [$table:literal $key:ident], or $else:literal; $($range:tt)+) => {
        if let Some(given) = $settings.$key {
            $crate::allowed!($($range)+).check(concat!($table, stringify!($key)), given)?;
        }
    };
    ($settings:expr, [$table:literal $key:ident], $($range:tt)+) => {
        $crate::allowed!($($range)+).check(concat!($table, stringify!($key)), $settings.$key)?
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
    (finite) => {
        $crate::declare::Allowed::within(f64::NEG_INFINITY, f64::INFINITY)
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
#[path = "declare_tests.rs"]
mod tests;
