//! What was asked for, whether or not it has left a record: without it an incomplete grid looks complete.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::Role;

/// The runs that were asked of one method on one benchmark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedCell {
    pub paradigm: String,
    pub benchmark: String,
    pub version: u32,
    pub method: String,
    /// Part in the question whether a mechanism helps: a control without any record is missed too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Key of the run by seed.
    pub runs: BTreeMap<u64, String>,
}

impl PlannedCell {
    /// `id@version` of the benchmark, as in [`crate::Record::benchmark_at_version`].
    pub fn benchmark_at_version(&self) -> String {
        format!("{}@{}", self.benchmark, self.version)
    }
}
