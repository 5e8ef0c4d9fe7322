//! Layer 5: every number derived from a run's raw log, one file per concept.

use contract::{MetricValue, RunLog};

/// How a metric gets its value.
#[derive(Debug, Clone, Copy)]
pub enum Compute {
    /// Derived from the raw log.
    Log(fn(&RunLog) -> MetricValue),
    /// Read from the log's scalar of the metric's own name.
    Scalar,
    /// Needs the record of joint training with the same seed: computed in the report by [`super::intransigence`].
    AgainstJoint,
    /// Needs the record of the oracle with the same seed: computed in the report by [`super::regret`].
    AgainstOracle,
}

/// One named number with one formula.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// Key in records and tables.
    pub name: &'static str,
    /// One line, in the notation of the module's documentation.
    pub formula: &'static str,
    /// Paper or program whose variant this is.
    pub source: &'static str,
    pub higher_is_better: bool,
    /// Paradigms in which it is computed; empty: all.
    pub paradigms: &'static [&'static str],
    pub compute: Compute,
}

impl Metric {
    /// A number that the protocol measures itself and leaves in [`RunLog::scalars`] under `name`.
    pub const fn scalar(
        name: &'static str,
        formula: &'static str,
        source: &'static str,
        higher_is_better: bool,
        paradigms: &'static [&'static str],
    ) -> Self {
        Self { name, formula, source, higher_is_better, paradigms, compute: Compute::Scalar }
    }

    /// Whether it is computed in this paradigm.
    pub fn applies_to(&self, paradigm: &str) -> bool {
        self.paradigms.is_empty() || self.paradigms.contains(&paradigm)
    }

    /// The value for one run; `None` for metrics that need a second record.
    pub fn of(&self, log: &RunLog) -> Option<MetricValue> {
        match self.compute {
            Compute::Log(compute) => Some(compute(log)),
            Compute::Scalar => Some(log.scalars.get(self.name).map_or_else(
                || MetricValue::undefined("the protocol did not measure it in this run"),
                |value| MetricValue::from(*value),
            )),
            Compute::AgainstJoint | Compute::AgainstOracle => None,
        }
    }
}

/// Whether a metric is a share, of samples or answers, which is neither below 0 nor above 1. What is said of the slope or the
/// difference of accuracies is none.
pub fn is_share(name: &str) -> bool {
    let derived = ["slope", "difference", "gain", "drop", "gap"].iter().any(|word| name.contains(word));
    name.contains("accuracy") && !derived
}
