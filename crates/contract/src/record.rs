//! A record: everything one run leaves behind, one JSON line in an append-only journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::log::RunLog;
use super::protocol::RunSpec;
use crate::definition::{Score, SearchNote};
use base::digest::sha256_hex;
use base::error::Result;

/// The version of the record's layout; `results/schema/record.json` describes it.
pub const RECORD_SCHEMA: u32 = 1;

/// One run, finished in whatever way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Record {
    #[cfg_attr(test, schemars(extend("const" = RECORD_SCHEMA)))]
    pub schema: u32,
    /// Content hash of resolved spec, seed and data: equal keys mean the same experiment.
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9a-f]{32}$")))]
    pub key: String,
    /// The suite or command that asked for it.
    pub suite: String,
    /// Titles as they stood in the definitions, so that a report needs nothing but records.
    pub titles: Titles,
    /// How methods are compared on this benchmark.
    pub score: Score,
    pub spec: RunSpec,
    /// SHA-256 of each data set used.
    pub data: BTreeMap<String, String>,
    /// What the benchmark itself says of the settings that a method may replace (`model`, `optimiser`): two definitions
    /// under one version can differ in nothing else. Absent in records of older programs.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub base: BTreeMap<String, serde_json::Value>,
    pub status: Status,
    /// Why the run is not `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(flatten)]
    pub log: RunLog,
    /// Every metric that applies to this paradigm.
    pub metrics: BTreeMap<String, MetricValue>,
    pub time: Time,
    pub env: Env,
    /// Of numbers that this program did not measure, what their author says of them. Absent in its own records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// SHA-256 over what was measured: spec, data, status, error and the raw log but its `probes`. Titles, scores, metrics and
    /// `base` are derived from definitions and log, so they are not part of it.
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub result_sha256: String,
}

/// Numbers made elsewhere and handed in as a table: all of it is declared, nothing is proven.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Judged {
    /// Name of the table, without its folder.
    pub file: String,
    /// The declared stream is the one that this program runs for the benchmark, version and seed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub native_stream: bool,
    /// The stream's name: runs of one seed with the same name met the same samples in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
}

/// Names for people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Titles {
    pub benchmark: String,
    pub benchmark_summary: String,
    pub method: String,
    /// The method's formula, one line.
    pub formula: String,
    /// Where the preset's values come from.
    pub provenance: String,
    /// Part in the question whether a mechanism helps; none: neither mechanism nor control.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// How its settings were chosen; none: they were not searched for this benchmark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchNote>,
}

/// What a method is in a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A method with neuromodulators, in its `modulation` table or built in (`mechanism = true`).
    Mechanism,
    /// What the mechanism `of` must beat; without a name: every mechanism.
    Control {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        of: Option<String>,
        kind: String,
        /// A second kind that it is of.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        also: Option<String>,
        /// Stands among the methods in tables and charts.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        shown: bool,
    },
}

impl Role {
    /// A control that stands only beside the verdict.
    pub fn is_aside(&self) -> bool {
        matches!(self, Self::Control { shown: false, .. })
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    /// A number stopped being finite.
    Diverged,
    /// An error or a panic.
    Failed,
    /// The time limit was reached.
    Timeout,
}

impl Status {
    /// The word in records and tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Diverged => "diverged",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
        }
    }
}

/// A metric's value, or the reason why it has none. Never 0 for "undefined".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum MetricValue {
    Value(f64),
    /// `{"undefined": "only one task"}`
    Undefined {
        undefined: String,
    },
}

impl MetricValue {
    /// The number, if there is one.
    pub fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Undefined { .. } => None,
        }
    }

    /// An undefined value with its reason; a value that is not finite is undefined too.
    pub fn undefined(reason: impl Into<String>) -> Self {
        Self::Undefined { undefined: reason.into() }
    }
}

impl From<f64> for MetricValue {
    fn from(value: f64) -> Self {
        if value.is_finite() {
            Self::Value(value)
        } else {
            Self::undefined(format!("not a finite number: {value}"))
        }
    }
}

/// Time is not deterministic and not part of the hash.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Time {
    /// Seconds from start to end of the run.
    pub wall_s: f64,
    /// Start, seconds since 1970 (UTC).
    pub started_unix: u64,
}

/// Where the run happened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Env {
    /// Version of this crate, its git revision, the compiler, the build profile and target.
    pub version: String,
    pub git: String,
    pub rustc: String,
    pub profile: String,
    pub target: String,
    pub candle: String,
    pub cpu: String,
    /// Instruction-set extensions that decide which kernels run: results are bit-identical only where these agree.
    pub features: Vec<String>,
    pub cores: usize,
    /// Run slots of the session.
    pub jobs: usize,
    /// Threads inside a run (always 1: run-level parallelism beats operator-level here).
    pub threads_per_run: usize,
}

impl Record {
    /// The key of a run: a content hash of spec, seed and data.
    ///
    /// # Errors
    /// A spec that cannot be serialised.
    pub fn key_of(spec: &RunSpec, data: &BTreeMap<String, String>) -> Result<String> {
        let content = json!({ "schema": RECORD_SCHEMA, "spec": spec, "data": data });
        Ok(sha256_hex(serde_json::to_string(&content)?.as_bytes())[..32].to_owned())
    }

    /// From a line of `records.jsonl`. Here, and not where lines are read: what a crate parses is compiled in it, and the
    /// program's own is not optimised.
    ///
    /// # Errors
    /// JSON that is none, or another content.
    pub fn read(line: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(line)
    }

    /// As a line of `records.jsonl`, without its end.
    ///
    /// # Errors
    /// Content that JSON cannot hold.
    pub fn line(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Whether this program can read the record and nobody has changed it.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn verify(&self) -> std::result::Result<(), String> {
        if self.schema != RECORD_SCHEMA {
            return Err(format!("record schema {}, this program reads {RECORD_SCHEMA}", self.schema));
        }
        match self.hash() {
            Ok(hash) if hash == self.result_sha256 => {}
            Ok(_) => return Err("the content does not match its result_sha256".into()),
            Err(error) => return Err(error.to_string()),
        }
        match Self::key_of(&self.spec, &self.data) {
            Ok(key) if key == self.key => Ok(()),
            Ok(key) => Err(format!("the key {} is not that of its content, {key}", self.key)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// `native` or `judged`.
    pub fn origin(&self) -> &'static str {
        if self.judged.is_some() { "judged" } else { "native" }
    }

    /// Whether two runs of one benchmark met the same stream: what this program ran with the same seed did; of others their
    /// authors say so.
    pub fn paired_with(&self, other: &Self) -> bool {
        self.spec.seed == other.spec.seed
            && match (&self.judged, &other.judged) {
                (None, None) => true,
                (Some(one), None) | (None, Some(one)) => one.native_stream,
                (Some(one), Some(other)) => {
                    one.native_stream && other.native_stream
                        || one.stream.is_some() && one.stream == other.stream
                }
            }
    }

    /// `id@version` of the benchmark.
    pub fn benchmark_at_version(&self) -> String {
        format!("{}@{}", self.spec.benchmark, self.spec.version)
    }
}
