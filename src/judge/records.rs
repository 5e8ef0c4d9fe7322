//! Declared runs as records.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::entry::Entry;
use super::frame::{Frame, Native};
use super::streams::Streams;
use base::error::Result;
use contract::definition::SearchNote;
use contract::{
    AccuracyMatrix, Curve, Env, Footprint, Judged, MetricValue, RECORD_SCHEMA, Record, Role, RunLog, RunSpec,
    Status, Time, Titles,
};
use report::metric;

/// How far a score may be from what its matrix says: three decimals are printed in papers.
const ROUNDING: f64 = 1e-3;

/// One record for each row.
///
/// # Errors
/// What contradicts a benchmark of this program, or its records; names of metrics that do not exist.
pub fn records(entries: &[Entry], native: &Native<'_>) -> Result<Vec<Record>> {
    let mut streams = Streams::new(native.library, native.data);
    let mut frames: BTreeMap<&str, Frame> = BTreeMap::new();
    let mut records = Vec::new();
    for entry in entries {
        let id = entry.benchmark.as_str();
        if !frames.contains_key(id) {
            let matrix = entries.iter().any(|other| other.benchmark == id && other.matrix.is_some());
            frames.insert(id, Frame::of(entry, native, matrix)?);
        }
        let Some(frame) = frames.get(id) else { continue };
        frame.check_method(entry, native.records)?;
        let of_here =
            native.library.benchmarks.get(id).is_some_and(|one| one.header.version == frame.version);
        let declared = entry.stream.as_deref().filter(|_| of_here);
        let native_stream = declared.is_some_and(|name| streams.name(id, entry.seed) == Some(name));
        records.push(record(frame, entry, native_stream)?);
    }
    Ok(records)
}

fn record(frame: &Frame, entry: &Entry, native_stream: bool) -> Result<Record> {
    let mut settings = frame.shared.clone();
    settings.insert(frame.key.to_owned(), json!({ "kind": "judged" }));
    let spec = RunSpec {
        benchmark: entry.benchmark.clone(),
        version: frame.version,
        paradigm: frame.paradigm.clone(),
        method: entry.method.clone(),
        seed: entry.seed,
        settings: Value::Object(settings),
        replays: None,
    };
    let file = entry.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let status = entry.status.unwrap_or(Status::Ok);
    let (log, metrics) = match status {
        Status::Ok => log(frame, entry)?,
        _ => Default::default(),
    };
    let mut record = Record {
        schema: RECORD_SCHEMA,
        key: Record::key_of(&spec, &frame.data)?,
        suite: "judged".into(),
        titles: Titles {
            benchmark: frame.title.clone(),
            benchmark_summary: frame.summary.clone(),
            method: entry.title.clone().unwrap_or_else(|| entry.method.clone()),
            formula: "made elsewhere".into(),
            provenance: format!("declared in {file}"),
            role: role(entry),
            search: entry.trials.map(|trials| SearchNote {
                trials,
                seeds: entry.validation_seeds.unwrap_or(0),
                ..SearchNote::default()
            }),
        },
        score: frame.score.clone(),
        spec,
        data: frame.data.clone(),
        base: frame.base.clone(),
        status,
        error: (status != Status::Ok).then(|| format!("declared so in {file}")),
        log,
        metrics,
        time: Time::default(),
        env: Env { version: frame.program.clone(), ..Env::default() },
        judged: Some(Judged { file, native_stream, stream: entry.stream.clone() }),
        result_sha256: String::new(),
    };
    record.result_sha256 = record.hash()?;
    Ok(record)
}

/// What was measured, and every metric of it.
fn log(frame: &Frame, entry: &Entry) -> Result<(RunLog, BTreeMap<String, MetricValue>)> {
    frame.check_numbers(entry)?;
    let name = &frame.score.metric;
    let matrix = entry.matrix.as_ref().map(|rows| AccuracyMatrix {
        tasks: (1..=rows.len()).map(|task| format!("task {task}")).collect(),
        rows: rows.clone(),
        baseline: entry.baseline.clone(),
        ..AccuracyMatrix::default()
    });
    let curves =
        entry.curve.iter().map(|curve| Curve { name: curve_name(&frame.paradigm).into(), ..curve.clone() });
    let mut log = RunLog {
        matrix,
        curves: curves.collect(),
        footprint: Footprint {
            parameters: entry.parameters,
            replay_bytes: entry.replay_bytes,
            ..Footprint::default()
        },
        ..RunLog::default()
    };
    let of_matrix = metric::score_all(&frame.paradigm, &log).get(name).and_then(MetricValue::value);
    if let (Some(score), Some(own)) = (entry.score, of_matrix)
        && (score - own).abs() > ROUNDING
    {
        let problem = format!("the matrix has the {name} {own:.4}");
        return Err(entry.refuse("score", score, &problem, "the same, or an empty cell"));
    }
    log.scalars.extend(entry.metrics.clone());
    log.scalars.extend(entry.score.map(|score| (name.clone(), score)));
    let metrics = metric::score_all(&frame.paradigm, &log);
    if metrics.get(name).and_then(MetricValue::value).is_none() {
        let problem = format!("there is no {name} without it");
        return Err(entry.refuse("score", "", &problem, "a number in every row of a finished run"));
    }
    Ok((log, metrics))
}

/// The name under which reports draw performance over time.
fn curve_name(paradigm: &str) -> &'static str {
    match paradigm {
        "incremental" => "accuracy/seen",
        "online" => "accuracy/window",
        _ => "score",
    }
}

fn role(entry: &Entry) -> Option<Role> {
    match entry.role.as_deref()? {
        "mechanism" => Some(Role::Mechanism),
        kind => Some(Role::Control {
            of: entry.control_of.clone(),
            kind: kind.to_owned(),
            also: None,
            shown: false,
        }),
    }
}
