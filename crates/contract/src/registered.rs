//! The one shape of every registry of methods: what a method says about itself, and what its protocol makes of that.

use crate::definition::MethodPreset;
use crate::method_info::{MethodInfo, Parameter};
use base::error::{DefinitionError, Result};

/// A row of a registry.
#[derive(Debug, Clone, Copy)]
pub struct Registered<T = ()> {
    /// By which command line, help, docs and tests know it.
    pub info: MethodInfo,
    /// What its kind means to its protocol: a variant, a reader of its settings; nothing where there is one kind.
    pub means: T,
}

impl<T> Registered<T> {
    /// A method that says of itself what [`MethodInfo::new`] takes.
    pub const fn new(kind: &'static str, formula: &'static str, source: &'static str, means: T) -> Self {
        Self { info: MethodInfo::new(kind, formula, source), means }
    }
}

impl<T: Copy> Registered<T> {
    /// The same with the lines of its parameters.
    pub const fn with(self, parameters: &'static [Parameter]) -> Self {
        Self { info: MethodInfo { parameters, ..self.info }, ..self }
    }
}

/// Reads a method's settings for a benchmark: what most kinds mean.
pub type Reader<T> = fn(&MethodPreset, &str) -> Result<T>;

/// The row of a method whose declared settings are a variant: kind, variant, formula, source.
#[macro_export]
macro_rules! reads {
    ($kind:literal, $methods:ident::$variant:ident($settings:ident), $formula:literal, $source:literal) => {
        $crate::Registered::new(
            $kind,
            $formula,
            $source,
            (|preset, on| preset.checked(on).map($methods::$variant)) as $crate::Reader<$methods>,
        )
        .with(<$settings as $crate::declare::Declared>::PARAMETERS)
    };
}

/// The row of a kind.
///
/// # Errors
/// A kind that is not registered, with the nearest known one.
pub fn of_kind<'a, T>(
    rows: &'a [Registered<T>],
    kind: &str,
) -> std::result::Result<&'a Registered<T>, DefinitionError> {
    rows.iter().find(|row| row.info.kind == kind).ok_or_else(|| {
        let error = DefinitionError::unknown("kind of method", kind, rows.iter().map(|row| row.info.kind));
        DefinitionError { key: "kind".into(), ..error }
    })
}

/// The row whose kind a preset names.
///
/// # Errors
/// As [`of_kind`], located in the preset.
pub fn registered<'a, T>(rows: &'a [Registered<T>], preset: &MethodPreset) -> Result<&'a Registered<T>> {
    of_kind(rows, &preset.header.kind).map_err(|error| preset.refuse(error))
}
