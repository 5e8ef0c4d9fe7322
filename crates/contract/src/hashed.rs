//! What a record's hash is taken over, made without making a JSON value first. The text is that of the record as a JSON value, whose
//! keys are in order and whose singles are widened; making that value takes as long as reading the record.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::log::{AccuracyMatrix, Curve, Footprint, Mark};
use crate::protocol::{ReplaySource, RunSpec};
use crate::record::{Judged, Record, Status};
use base::digest::sha256_hex;
use base::error::Result;

/// The fields in the order of their names; those of `suite`, `titles`, `score`, `metrics`, `base`, `probes`, `time`, `env` are left out.
#[derive(Serialize)]
struct Hashed<'a> {
    #[serde(skip_serializing_if = "<[Curve]>::is_empty")]
    curves: &'a [Curve],
    data: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    footprint: FootprintView,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<&'a Judged>,
    key: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<MarkView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matrix: Option<MatrixView<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    scalars: &'a BTreeMap<String, f64>,
    schema: u32,
    #[serde(skip_serializing_if = "<[Curve]>::is_empty")]
    signals: &'a [Curve],
    spec: SpecView<'a>,
    status: Status,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trace: BTreeMap<&'a str, Widened<'a>>,
}

#[derive(Serialize)]
struct FootprintView {
    multiply_adds: u64,
    parameters: u64,
    replay_bytes: u64,
    #[serde(skip_serializing_if = "base::written::is_default")]
    spikes: u64,
    state_bytes: u64,
    #[serde(skip_serializing_if = "base::written::is_default")]
    synaptic_operations: u64,
    updates: u64,
}

#[derive(Serialize)]
struct MarkView<'a> {
    label: &'a str,
    x: f64,
}

#[derive(Serialize)]
struct MatrixView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    joint: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    regression: bool,
    rows: &'a [Vec<f64>],
    tasks: &'a [String],
}

#[derive(Serialize)]
struct SpecView<'a> {
    benchmark: &'a str,
    method: &'a str,
    paradigm: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    replays: Option<&'a ReplaySource>,
    seed: u64,
    settings: &'a serde_json::Value,
    version: u32,
}

/// Singles as the JSON value holds them, in double precision.
struct Widened<'a>(&'a [f32]);

impl Serialize for Widened<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|value| f64::from(*value)))
    }
}

impl<'a> Hashed<'a> {
    // Every struct is taken apart whole: a new field has to be given its place here.
    pub fn new(record: &'a Record) -> Self {
        let crate::log::RunLog { matrix, curves, marks, scalars, signals, trace, probes: _, footprint } =
            &record.log;
        Self {
            curves,
            data: &record.data,
            error: record.error.as_deref(),
            footprint: FootprintView::new(footprint),
            judged: record.judged.as_ref(),
            key: &record.key,
            marks: marks.iter().map(|Mark { x, label }| MarkView { label, x: *x }).collect(),
            matrix: matrix.as_ref().map(MatrixView::new),
            scalars,
            schema: record.schema,
            signals,
            spec: SpecView::new(&record.spec),
            status: record.status,
            trace: trace.iter().map(|(name, values)| (name.as_str(), Widened(values))).collect(),
        }
    }
}

impl FootprintView {
    fn new(footprint: &Footprint) -> Self {
        let Footprint {
            parameters,
            state_bytes,
            replay_bytes,
            updates,
            multiply_adds,
            spikes,
            synaptic_operations,
        } = *footprint;
        Self { multiply_adds, parameters, replay_bytes, spikes, state_bytes, synaptic_operations, updates }
    }
}

impl<'a> MatrixView<'a> {
    fn new(matrix: &'a AccuracyMatrix) -> Self {
        let AccuracyMatrix { tasks, rows, baseline, joint, regression, reference } = matrix;
        let (baseline, reference) = (baseline.as_deref(), reference.as_deref());
        Self { baseline, joint: *joint, reference, regression: *regression, rows, tasks }
    }
}

impl<'a> SpecView<'a> {
    fn new(spec: &'a RunSpec) -> Self {
        let RunSpec { benchmark, version, paradigm, method, seed, settings, replays } = spec;
        let (version, seed, replays) = (*version, *seed, replays.as_ref());
        Self { benchmark, method, paradigm, replays, seed, settings, version }
    }
}

impl Record {
    /// Hash over what was measured.
    ///
    /// # Errors
    /// When the record cannot be serialised.
    pub fn hash(&self) -> Result<String> {
        Ok(sha256_hex(&serde_json::to_vec(&Hashed::new(self))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::digest::sha256_hex;

    /// The definition of the hash: the record as a JSON value without what is not hashed.
    fn by_value(record: &Record) -> String {
        let mut value = serde_json::to_value(record).expect("JSON");
        let fields = value.as_object_mut().expect("an object");
        for field in ["suite", "titles", "score", "metrics", "base", "probes", "time", "env", "result_sha256"]
        {
            fields.remove(field);
        }
        sha256_hex(serde_json::to_string(&value).expect("text").as_bytes())
    }

    fn full() -> Record {
        let text = r#"{
            "schema": 1, "key": "k", "suite": "s", "titles": {"benchmark": "b", "benchmark_summary": "", "method": "m",
            "formula": "", "provenance": ""}, "score": {"metric": "m", "chance": 0.5, "ceiling": 1.0},
            "spec": {"benchmark": "b", "version": 2, "paradigm": "p", "method": "m", "seed": 18446744073709551615,
            "settings": {"z": 0.1, "a": [1, null, -2.5e-300], "m": {"k": "\u00e9\n"}}, "replays": {"key": "r"}},
            "data": {"digits": "ab"}, "base": {"model": 1}, "status": "timeout", "error": "why \"so\"",
            "matrix": {"tasks": ["0|1"], "rows": [[0.1, 1e-7]], "baseline": [0.5], "joint": true, "reference": [1.0]},
            "curves": [{"name": "c", "x": [0.0, 1e21], "y": [null, 0.30000000000000004]}],
            "marks": [{"x": 3.0, "label": "l"}], "scalars": {"b": -0.0, "a": 5e-324},
            "signals": [{"name": "s", "x": [1.0], "y": [2.0]}],
            "probes": [{"name": "plasticity/weight_norm", "x": [1.0], "y": [2.0]}], "trace": {"slope": [0.1, 16777216.0, 1e-45]},
            "footprint": {"parameters": 1, "state_bytes": 2, "replay_bytes": 3, "updates": 4, "multiply_adds": 5,
            "spikes": 6, "synaptic_operations": 7}, "metrics": {}, "time": {"wall_s": 1.0, "started_unix": 1},
            "env": {"version": "", "git": "", "rustc": "", "profile": "", "target": "", "candle": "", "cpu": "",
            "features": [], "cores": 1, "jobs": 1, "threads_per_run": 1}, "result_sha256": ""}"#;
        serde_json::from_str(text).expect("a record")
    }

    #[test]
    fn the_hash_is_that_of_the_record_as_a_value() {
        let record = full();
        assert_eq!(record.hash().expect("hash"), by_value(&record));
        let mut bare = full();
        bare.log = crate::RunLog::default();
        (bare.error, bare.spec.replays, bare.data) = (None, None, BTreeMap::new());
        assert_eq!(bare.hash().expect("hash"), by_value(&bare));
        bare.judged =
            Some(Judged { file: "mine.csv".into(), native_stream: true, stream: Some("name".into()) });
        let mut looked_at = full();
        looked_at.log.probes.clear();
        assert_eq!(looked_at.hash().expect("hash"), record.hash().expect("hash"), "probes change no result");
        bare.log.matrix = Some(AccuracyMatrix::default());
        bare.log.scalars.insert("x".into(), f64::NAN);
        assert_eq!(bare.hash().expect("hash"), by_value(&bare));
    }
}
