//! What a run leaves behind: raw measurements only. Every derived number is computed from it by `metric`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The effect of every receptor at every step of a run, by channel.
pub type Trace = BTreeMap<String, Vec<f32>>;

/// The raw outcome of one run. All fields are deterministic functions of the spec, the seed and the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunLog {
    /// Accuracy matrix of a sequence of tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matrix: Option<AccuracyMatrix>,
    /// Curves over the run's own time axis (updates, trials, samples).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curves: Vec<Curve>,
    /// Task boundaries, drifts, set shifts on the same axis as `curves`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Single numbers that the protocol measured itself; `None` with meaning "undefined" is left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scalars: BTreeMap<String, f64>,
    /// Modulator levels and gains, thinned, on the same axis as `curves`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signals: Vec<Curve>,
    /// Effects of every receptor at every update, by channel: what controls replay. Only of mechanisms.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub trace: Trace,
    /// Looks at the network beside the run: `plasticity/…` at the end of every task, `first-updates/task{t}` over the first
    /// updates of each. They change nothing in the run and came after the hash was defined, so `result_sha256` leaves them out:
    /// results of before and after compare equal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probes: Vec<Curve>,
    /// What the run cost, apart from time.
    pub footprint: Footprint,
}

/// Prefix of scalars that say at which share of the steps a neuromodulator acted.
pub const ACTED: &str = "acted/";
/// Prefix of scalars that say at which share of the steps a channel was at a limit.
pub const CLAMPED: &str = "clamped/";

impl RunLog {
    /// Whether any receptor of any neuromodulator ever left neutral. `None`: the run has none, or does not say.
    pub fn acted(&self) -> Option<bool> {
        self.acted_shares().map(|(_, share)| share > 0.0).reduce(|any, one| any || one)
    }

    /// Share of the steps at which each neuromodulator acted, by name.
    pub fn acted_shares(&self) -> impl Iterator<Item = (&str, f64)> {
        self.scalars.iter().filter_map(|(name, share)| Some((name.strip_prefix(ACTED)?, *share)))
    }

    /// Whether everything that was measured is the same as in another run, apart from what modulation did there.
    pub fn same_outcome(&self, other: &Self) -> bool {
        self.matrix == other.matrix && self.curves == other.curves && self.outcomes().eq(other.outcomes())
    }

    /// Scalars that say what came out.
    fn outcomes(&self) -> impl Iterator<Item = (&String, &f64)> {
        self.scalars.iter().filter(|(name, _)| !name.starts_with(ACTED) && !name.starts_with(CLAMPED))
    }
}

/// R\[i\]\[j\]: test accuracy on task j after training on task i, 0-based, plus the untrained network's row b\[j\]. Where numbers are
/// answered, R² in its place: 1 − the task's mean squared error / the variance of all tasks' answers, so at most 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AccuracyMatrix {
    /// One label per task, e.g. `3|7`.
    pub tasks: Vec<String>,
    /// T × T accuracies in [0, 1].
    pub rows: Vec<Vec<f64>>,
    /// T accuracies of the network as initialised; `None` when the protocol does not measure it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Vec<f64>>,
    /// All tasks were learned at once: rows are snapshots of one training, not the ends of tasks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joint: bool,
    /// Numbers are answered: R², not accuracies.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub regression: bool,
    /// J\[k\]: accuracy on task k of a network that learned the tasks 0..=k together; of joint training alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Vec<f64>>,
}

/// A named series of points.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Curve {
    /// Stable name, e.g. `accuracy/task0`.
    pub name: String,
    /// Positions, increasing; the unit is the protocol's time axis.
    pub x: Vec<f64>,
    /// Values; `None` where undefined.
    pub y: Vec<Option<f64>>,
}

impl Curve {
    /// An empty curve.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Appends a point; a value that is not finite is stored as undefined.
    pub fn push(&mut self, x: f64, y: f64) {
        self.x.push(x);
        self.y.push(y.is_finite().then_some(y));
    }
}

/// A moment on the time axis.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mark {
    /// Position on the curves' axis.
    pub x: f64,
    /// What begins here, e.g. `task 2` or `reversal A→B`.
    pub label: String,
}

/// Cost in counts, not in time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Footprint {
    /// Trainable parameters.
    pub parameters: u64,
    /// Bytes of state beyond parameters and optimiser (anchors, importances).
    pub state_bytes: u64,
    /// Bytes of stored samples.
    pub replay_bytes: u64,
    /// Parameter updates.
    pub updates: u64,
    /// Multiply–adds of training (forward and backward).
    pub multiply_adds: u64,
    /// Spikes and synaptic operations, for spiking networks.
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub spikes: u64,
    #[serde(default, skip_serializing_if = "base::written::is_default")]
    pub synaptic_operations: u64,
}
