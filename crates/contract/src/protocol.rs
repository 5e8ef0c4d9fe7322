//! The contract between the harness and whatever it benchmarks.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::log::{RunLog, Trace};
use crate::definition::{Benchmark, MethodPreset};
use crate::exported::Exported;
use crate::method_info::MethodInfo;
use crate::watch::Watch;
use base::error::Result;
use data::Data;

/// One run, fully resolved: everything that decides its outcome, apart from the data itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunSpec {
    /// Benchmark id, e.g. `split-digits-task`.
    pub benchmark: String,
    /// Version of the benchmark's definition; a change that can alter a number bumps it.
    pub version: u32,
    /// Name of the [`Protocol`].
    pub paradigm: String,
    /// Id of the method preset.
    pub method: String,
    /// Seed of every random stream of the run.
    pub seed: u64,
    /// Every setting with its default filled in, as [`Protocol::resolve`] returned it.
    pub settings: serde_json::Value,
    /// The recorded run that a control replays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replays: Option<ReplaySource>,
}

/// A recorded run, by the key of its record: part of what decides an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReplaySource {
    pub key: String,
    /// Read from that record before the run begins.
    #[serde(skip)]
    pub trace: Option<Arc<Trace>>,
}

impl RunSpec {
    /// What the run replays, if it is a control of that kind.
    pub fn trace(&self) -> Option<&Trace> {
        self.replays.as_ref().and_then(|replays| replays.trace.as_deref())
    }
}

/// What a reader of records has to know of a protocol.
#[derive(Debug, Clone, Copy)]
pub struct Paradigm {
    pub name: &'static str,
    /// As [`Protocol::settings_of_method`].
    pub settings_of_method: &'static [&'static str],
}

impl Paradigm {
    /// A paradigm with the usual tables; so counts one that is not known.
    pub const fn usual(name: &'static str) -> Self {
        Self { name, settings_of_method: &["method", "modulation", "model", "optimiser"] }
    }
}

/// When things happen in a run: the same for every seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeline {
    /// Updates of the whole run.
    pub updates: u64,
    /// Changes that an oracle is told, at equal distances where they are few enough for a free schedule.
    pub changes: u64,
    /// Hidden states that the stream goes through and that recur; 0 or 1: nothing to tell apart.
    pub states: u64,
    /// How many states there are of each of two kinds that alternate independently; `None`: states are of one kind.
    pub kinds: Option<[u64; 2]>,
}

/// A paradigm or case study as the harness sees it. It turns a checked spec and a seed into a log; it never prints, plots or
/// writes files. Paradigms and case studies implement [`crate::Experiment`], which is this over settings of their own type.
pub trait Protocol: Sync {
    /// The value of `paradigm = "…"` in a benchmark's TOML.
    fn name(&self) -> &'static str;

    /// One line for `bench list`.
    fn summary(&self) -> &'static str;

    /// Checks a benchmark together with a method preset and returns every setting with defaults filled in.
    ///
    /// # Errors
    /// A definition error that names the offending key and what is allowed. All checks happen here, before any run.
    fn resolve(&self, benchmark: &Benchmark, method: &MethodPreset) -> Result<serde_json::Value>;

    /// Whether presets may have `[modulation]` and `[model]` tables here.
    fn takes_modulation(&self) -> bool;

    /// Whether a preset's `optimiser` table is read.
    fn takes_optimiser(&self) -> bool;

    /// Makes a benchmark judge on validation data instead of test data, for searches.
    fn judge_on_validation(&self, benchmark: &mut Benchmark);

    /// The keys of what [`Protocol::resolve`] returns that belong to the method, or that a method may replace. All others
    /// are the benchmark's alone, and equal in all runs that may be compared.
    fn settings_of_method(&self) -> &'static [&'static str];

    /// What a reader of its records has to know.
    fn paradigm(&self) -> Paradigm {
        Paradigm { name: self.name(), settings_of_method: self.settings_of_method() }
    }

    /// The benchmark's settings as it says them, with defaults filled in, before any method replaces some. Needed where a
    /// benchmark has keys named in [`Protocol::settings_of_method`].
    ///
    /// # Errors
    /// Definition errors that point into the benchmark's file.
    fn settings_of_benchmark(&self, benchmark: &Benchmark) -> Result<serde_json::Value>;

    /// When things happen, from what [`Protocol::resolve`] returned: for gains that may know it. `None`: no timeline that is
    /// one for all seeds.
    fn timeline(&self, settings: &serde_json::Value) -> Option<Timeline>;

    /// Every kind of method, in the order in which they are listed.
    fn methods(&self) -> Vec<&'static MethodInfo>;

    /// The method's formula, one line, for reports.
    ///
    /// # Errors
    /// A kind of method that is not registered.
    fn formula(&self, method: &MethodPreset) -> Result<String>;

    /// Ids of the data sets that these settings need (empty for generated data).
    ///
    /// # Errors
    /// When `settings` did not come from [`Protocol::resolve`].
    fn datasets(&self, settings: &serde_json::Value) -> Result<Vec<String>>;

    /// What these settings are trained on: the fingerprint of each data set, by its id.
    ///
    /// # Errors
    /// As [`Protocol::datasets`]; a data set that is not in the manifest.
    fn fingerprints(&self, settings: &serde_json::Value) -> Result<BTreeMap<String, String>> {
        let of = |id: String| Ok((id.clone(), data::entry(&id)?.fingerprint()));
        self.datasets(settings)?.into_iter().map(of).collect()
    }

    /// Reads and checks all data that these settings need, so that no run fails later for want of them.
    ///
    /// # Errors
    /// Missing, damaged or unusable data.
    fn load(&self, settings: &serde_json::Value, data: &Data) -> Result<()>;

    /// Rough cost of one run in core-seconds, for progress, `bench show` and balancing.
    fn expected_cost(&self, settings: &serde_json::Value) -> f64;

    /// A run's stream and initial weights as arrays, for learners outside this program; `answers`: with what the benchmark
    /// hides from its learners. `None`: streams of this paradigm cannot be written so.
    ///
    /// # Errors
    /// Settings whose stream or network is not written; missing data.
    fn exported(&self, _spec: &RunSpec, _data: &Data, _answers: bool) -> Result<Option<Exported>> {
        Ok(None)
    }

    /// Trains and evaluates.
    ///
    /// # Errors
    /// [`base::error::Error::Diverged`] when a number stops being finite, [`base::error::Error::Stopped`] when the watch asks.
    fn run(&self, spec: &RunSpec, data: &Data, watch: &mut dyn Watch) -> Result<RunLog>;
}

/// Settings as JSON, by way of text, so that an f32 of 0.001 stays 0.001 and does not become 0.0010000000474974513.
///
/// # Errors
/// Settings that JSON cannot hold.
pub fn as_written(settings: &impl Serialize) -> Result<serde_json::Value> {
    Ok(serde_json::from_str(&serde_json::to_string(settings)?)?)
}
