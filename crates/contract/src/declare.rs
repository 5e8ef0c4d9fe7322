//! A setting once: type, default, range and meaning stand on one line of [`settings!`](crate::settings), and struct, `Default`,
//! check, documentation and the line of every list follow from it.

use crate::method_info::Parameter;
pub use base::allowed::{Allowed, Declarable};
use base::error::DefinitionError;

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

/// The lines of a table of settings.
pub const fn below<const N: usize>(table: &'static str, lines: &[Parameter]) -> [Parameter; N] {
    let mut all = joined::<N>(&[lines]);
    let mut line = 0;
    while line < N {
        assert!(all[line].table.is_empty(), "a table in a table");
        all[line].table = table;
        line += 1;
    }
    all
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
/// first is the default (serde refuses others); `or "WORDS"; RANGE`: an `Option`, and what holds where it is left out; `each LINES`: a table of
/// settings that are declared too, and their lines; `told "WORDS"`, also after `or "WORDS";`: what is allowed, `as LINES`: all that is told, both
/// checked elsewhere. [`Declared`] has the check and the lines.
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
    ($key:ident, $default:expr, $meaning:expr, each $lines:expr) => {{
        const LINES: &[$crate::Parameter] = &$lines;
        const BELOW: &[$crate::Parameter] =
            &$crate::declare::below::<{ LINES.len() }>(stringify!($key), LINES);
        BELOW
    }};
    ($key:ident, $default:expr, $meaning:expr, as $lines:expr) => {
        &$lines
    };
    ($key:ident, $default:expr, $meaning:expr, or $else:literal; told $range:literal) => {
        $crate::lines!(@ $key, $else, $range, $meaning)
    };
    ($key:ident, $default:expr, $meaning:expr, or $else:literal; $($range:tt)+) => {
        $crate::lines!(@ $key, $else, stringify!($($range)+), $meaning)
    };
    ($key:ident, $default:expr, $meaning:expr, told $range:literal) => {
        $crate::lines!(@ $key, $crate::declare::plain(stringify!($default)), $range, $meaning)
    };
    ($key:ident, $default:expr, $meaning:expr, $first:literal $(| $other:literal)+) => {
        $crate::lines!(@ $key, concat!($first), concat!($first $(, ", ", $other)+), $meaning)
    };
    ($key:ident, $default:expr, $meaning:expr, $($range:tt)*) => {
        $crate::lines!(@ $key, $crate::declare::plain(stringify!($default)), stringify!($($range)*), $meaning)
    };
    (@ $key:ident, $default:expr, $range:expr, $meaning:expr) => {
        &[$crate::Parameter::new(
            stringify!($key),
            $default,
            $range,
            $crate::declare::meaning($meaning),
        )]
    };
}

/// The check of one setting of [`settings!`](crate::settings).
#[macro_export]
macro_rules! checked {
    ($settings:expr, $key:ident, each $lines:expr) => {
        $crate::declare::Declared::check_ranges(&$settings.$key)
            .map_err(|error| error.below(stringify!($key)))?
    };
    ($settings:expr, $key:ident, as $lines:expr) => {};
    ($settings:expr, $key:ident, $(or $else:literal;)? told $range:literal) => {};
    ($settings:expr, $key:ident, $first:literal $(| $other:literal)+) => {};
    ($settings:expr, $key:ident, or $else:literal; $($range:tt)+) => {
        if let Some(given) = $settings.$key {
            $crate::allowed!($($range)+).check(stringify!($key), given)?;
        }
    };
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
    (finite) => {
        $crate::declare::Allowed::FINITE
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
