//! What the caller knows and records do not.

use contract::{Paradigm, PlannedCell};

/// What the caller knows and records do not.
#[derive(Debug, Clone)]
pub struct Options {
    /// Heading of the report, e.g. the suite's title.
    pub title: String,
    /// The command that made the records, shown for reproduction; empty: not shown.
    pub command: String,
    /// Wall time of the whole session in seconds, where known (runs overlap, so their sum is more).
    pub wall_s: Option<f64>,
    /// Every benchmark's table on the terminal, before the answer.
    pub tables: bool,
    /// ANSI colours on the terminal; the caller looks at `NO_COLOR` and the terminal.
    pub color: bool,
    /// The paradigms that may occur, in the order in which they are shown.
    pub paradigms: Vec<Paradigm>,
    /// What was asked for, where known: planned runs without a record are missing, and said to be.
    pub planned: Vec<PlannedCell>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: "neuromod-bench".into(),
            command: String::new(),
            wall_s: None,
            tables: false,
            color: false,
            paradigms: Vec::new(),
            planned: Vec::new(),
        }
    }
}
