//! The stream of one run: found by the same plan that would run it, named by its content, written as `.npz` and `.json`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::npz;
use crate::registry::{plain_method, protocol};
use crate::run::{Plan, Selection};
use base::atomic;
use base::error::{DefinitionError, Result};
use contract::definition::Library;
use contract::exported::{Array, Exported, name_of};
use data::Data;

/// Which stream.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub benchmark: &'a str,
    /// Whose network and optimiser; `None`: the paradigm's plain method.
    pub method: Option<&'a str>,
    pub seed: u64,
    /// What the benchmark hides from its learners too.
    pub answers: bool,
    /// The stream on which settings are searched: what is scored there has no sample of the reported test data.
    pub validation: bool,
}

/// A stream with its names.
#[derive(Debug, Clone)]
pub struct Found {
    pub exported: Exported,
    /// Of what every learner meets: runs of one seed on streams of this name are paired.
    pub stream_sha256: String,
    pub weights_sha256: String,
    benchmark: String,
    version: u32,
    paradigm: String,
    method: String,
    seed: u64,
    validation: bool,
}

/// The stream of a run.
///
/// # Errors
/// Unknown names; a paradigm, network or method whose streams are not written; missing data.
pub fn of(library: &Library, data: &Data, asked: &Asked<'_>) -> Result<Found> {
    let benchmark = library.benchmark(asked.benchmark)?;
    let paradigm = &benchmark.header.paradigm;
    let mut library = Cow::Borrowed(library);
    if asked.validation
        && let Some(own) = library.to_mut().benchmarks.get_mut(asked.benchmark)
    {
        protocol(paradigm)?.judge_on_validation(own);
    }
    let unsupported = || DefinitionError {
        key: "BENCHMARK".into(),
        found: asked.benchmark.to_owned(),
        problem: format!("streams of the paradigm {paradigm} are not written out"),
        allowed: vec!["benchmarks of the paradigms incremental and online".into()],
        ..DefinitionError::default()
    };
    let method = asked.method.or_else(|| plain_method(paradigm)).ok_or_else(unsupported)?;
    let selection = Selection {
        targets: vec![asked.benchmark.to_owned()],
        methods: vec![method.to_owned()],
        seeds: Some(1),
        ..Selection::default()
    };
    let plan = Plan::new(&library, &selection)?;
    plan.load_data(data)?;
    let run = plan.runs.iter().find(|run| run.spec.replays.is_none()).ok_or_else(unsupported)?;
    let mut spec = run.spec.clone();
    spec.seed = asked.seed;
    let exported = protocol(paradigm)?.exported(&spec, data, asked.answers)?.ok_or_else(unsupported)?;
    Ok(Found {
        stream_sha256: name_of(&exported.stream),
        weights_sha256: name_of(&exported.weights),
        exported,
        benchmark: spec.benchmark,
        version: spec.version,
        paradigm: spec.paradigm,
        method: spec.method,
        seed: spec.seed,
        validation: asked.validation,
    })
}

const PROMISE: &str = "This file shows the whole stream, its end included. Whoever learns from it promises to go through it in its \
    order, once, and to answer before learning where the protocol says so; nobody can check that, and reports say so.";

impl Found {
    /// What the file says of itself. Nothing here tells of the stream what the benchmark hides: no count of tasks, no updates
    /// per task.
    fn about(&self) -> Value {
        let Exported { stream, weights, answers, about } = &self.exported;
        let array = |array: &Array| {
            let kind = array.kind().trim_start_matches(['<', '|']);
            (array.name.clone(), json!({ "shape": array.shape, "type": kind, "meaning": array.meaning }))
        };
        let arrays: serde_json::Map<String, Value> =
            stream.iter().chain(weights).chain(answers).map(array).collect();
        let told = if answers.is_empty() {
            "none: the file holds nothing that the benchmark hides from its learners"
        } else {
            "the arrays answers_* hold what the benchmark hides from its learners: they are for scoring alone"
        };
        json!({
            "schema": 1,
            "benchmark": self.benchmark,
            "version": self.version,
            "paradigm": self.paradigm,
            "method": self.method,
            "seed": self.seed,
            "for": if self.validation { "searching settings: nothing of it may be reported" } else { "reported results" },
            "stream": self.stream_sha256,
            "weights": self.weights_sha256,
            "answers": told,
            "promise": PROMISE,
            "arrays": arrays,
            "learner": about,
        })
    }
}

/// Writes `BENCHMARK-seedN.npz` and `.json` into a folder, which is created if missing.
///
/// # Errors
/// When the folder or a file cannot be written; the error names the path.
pub fn write(found: &Found, out: &Path) -> Result<[PathBuf; 2]> {
    atomic::create_folder(out)?;
    let purpose = if found.validation { "-validation" } else { "" };
    let stem = format!("{}{purpose}-seed{}", found.benchmark, found.seed);
    let paths = ["npz", "json"].map(|kind| out.join(format!("{stem}.{kind}")));
    let Exported { stream, weights, answers, .. } = &found.exported;
    let arrays: Vec<&Array> = stream.iter().chain(weights).chain(answers).collect();
    atomic::write_with(&paths[0], |file| npz::write(&arrays, file))?;
    atomic::write(&paths[1], &(serde_json::to_string_pretty(&found.about())? + "\n"))?;
    Ok(paths)
}
