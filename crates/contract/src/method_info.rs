//! What every method of every protocol says about itself, in one shape: list, show, reports and tests read it.

use serde::{Deserialize, Serialize};

/// What the learner may know beyond inputs and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reveal {
    /// Which task a sample belongs to, in training and at test.
    TaskId,
    /// When a task ends and the next begins (training only).
    Boundary,
}

impl Reveal {
    /// The word in definitions.
    pub fn word(self) -> &'static str {
        match self {
            Self::TaskId => "task-id",
            Self::Boundary => "boundary",
        }
    }
}

/// What a method says about itself.
#[derive(Debug, Clone, Copy)]
pub struct MethodInfo {
    /// The value of `kind = "…"` in presets.
    pub kind: &'static str,
    /// One line; empty where the formula says all.
    pub summary: &'static str,
    /// One line.
    pub formula: &'static str,
    /// Paper.
    pub source: &'static str,
    /// Empty, or how this formula's strengths map to the λ of other codes.
    pub mapping: &'static str,
    /// The parameter whose 0 leaves plain training where the others are as by default; empty: none does.
    pub strength: &'static str,
    /// What the stream must reveal.
    pub needs: &'static [Reveal],
    pub parameters: &'static [Parameter],
}

impl MethodInfo {
    /// Nothing to say: what a method leaves out.
    pub const PLAIN: Self = Self::new("", "", "");

    /// A method with neither summary nor documented parameters that any stream will do for.
    pub const fn new(kind: &'static str, formula: &'static str, source: &'static str) -> Self {
        let (summary, mapping, strength) = ("", "", "");
        Self { kind, summary, formula, source, mapping, strength, needs: &[], parameters: &[] }
    }
}

/// A parameter's line in the docs.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The table that it stands in; empty: among the parameters themselves.
    pub table: &'static str,
    pub name: &'static str,
    pub default: &'static str,
    pub range: &'static str,
    pub meaning: &'static str,
}

impl Parameter {
    /// A line.
    pub const fn new(
        name: &'static str,
        default: &'static str,
        range: &'static str,
        meaning: &'static str,
    ) -> Self {
        Self { table: "", name, default, range, meaning }
    }

    /// By which it is known among all of its method's.
    pub fn key(&self) -> String {
        if self.table.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.table, self.name) }
    }
}
