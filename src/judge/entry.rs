//! A row with its cells understood: types, ranges, words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::number::{number, whole};
use super::table::{Row, refuse};
use base::error::{DefinitionError, Result};
use base::stats::{REQUIRED, UNMODULATED};
use contract::{Curve, Status};
use learn::modulation::CONTROLS;

/// Longest id and title, in characters.
const LONGEST: usize = 200;

/// One run as its author declares it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    pub file: PathBuf,
    pub line: usize,
    /// Without its version.
    pub benchmark: String,
    pub version: Option<u32>,
    pub method: String,
    pub seed: u64,
    pub score: Option<f64>,
    /// `None`: it finished.
    pub status: Option<Status>,
    pub title: Option<String>,
    /// `mechanism` or the kind of control.
    pub role: Option<String>,
    pub control_of: Option<String>,
    pub metric: Option<String>,
    pub lower_is_better: Option<bool>,
    pub chance: Option<f64>,
    /// A number, or the id of a method.
    pub ceiling: Option<String>,
    pub reference: Option<String>,
    pub matrix: Option<Vec<Vec<f64>>>,
    pub baseline: Option<Vec<f64>>,
    pub curve: Option<Curve>,
    pub trials: Option<u64>,
    pub validation_seeds: Option<u64>,
    pub stream: Option<String>,
    pub parameters: u64,
    pub replay_bytes: u64,
    /// Registered metrics that the author computed.
    pub metrics: BTreeMap<String, f64>,
}

impl Entry {
    /// A mistake in this row.
    pub fn refuse(
        &self,
        key: &str,
        found: impl std::fmt::Display,
        problem: &str,
        allowed: &str,
    ) -> base::Error {
        wrong(&self.file, self.line, (key, &found.to_string()), problem, allowed)
    }
}

fn wrong(path: &Path, line: usize, (key, found): (&str, &str), problem: &str, allowed: &str) -> base::Error {
    let allowed = if allowed.is_empty() { Vec::new() } else { vec![allowed.to_owned()] };
    let (key, found, problem) = (key.to_owned(), format!("{found:?}"), problem.to_owned());
    refuse(path, line, DefinitionError { key, found, problem, allowed, ..DefinitionError::default() })
}

/// The cells of one row.
struct Cells<'r> {
    path: &'r Path,
    row: &'r Row,
}

impl Cells<'_> {
    fn wrong(&self, name: &str, problem: &str, allowed: &str) -> base::Error {
        let found = self.row.cells.get(name).map_or_else(String::new, |value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        wrong(self.path, self.row.line, (name, &found), problem, allowed)
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        let allowed = format!("1 to {LONGEST} characters");
        match self.row.cells.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= LONGEST => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.wrong(name, "not a short text", &allowed)),
        }
    }

    fn needed(&self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| self.wrong(name, "the cell is empty", "a value in every row"))
    }

    fn number(&self, name: &str) -> Result<Option<f64>> {
        let value = match self.row.cells.get(name) {
            None => return Ok(None),
            Some(Value::Number(value)) => value.as_f64().filter(|value| value.is_finite()),
            Some(Value::String(text)) => number(text),
            Some(_) => None,
        };
        value.map(Some).ok_or_else(|| {
            self.wrong(name, "not a number", "a finite number with a decimal point, e.g. 0.93 or 1e-05")
        })
    }

    fn whole(&self, name: &str) -> Result<Option<u64>> {
        let value = match self.row.cells.get(name) {
            None => return Ok(None),
            Some(Value::Number(value)) => value.as_u64().or_else(|| whole(&value.to_string())),
            Some(Value::String(text)) => whole(text),
            Some(_) => None,
        };
        value.map(Some).ok_or_else(|| self.wrong(name, "not a whole number", "0, 1, 2, …"))
    }

    /// JSON in a cell; in a CSV file it stands as text.
    fn json<T: serde::de::DeserializeOwned>(&self, name: &str, allowed: &str) -> Result<Option<T>> {
        let parsed = match self.row.cells.get(name) {
            None => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text),
            Some(value) => serde_json::from_value(value.clone()),
        };
        parsed.map(Some).map_err(|error| self.wrong(name, &error.to_string(), allowed))
    }

    /// One of a few words, as one of a few values.
    fn word<T: Copy>(&self, name: &str, known: &[(&str, T)]) -> Result<Option<T>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = known.iter().find(|(word, _)| *word == text.to_lowercase());
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            self.wrong(name, "unknown word", &words.join(", "))
        })
    }
}

/// The cells of one row, understood.
///
/// # Errors
/// The first mistake, with line, column, value and what is allowed.
pub(super) fn entry(path: &Path, row: &Row) -> Result<Entry> {
    let cells = Cells { path, row };
    let (benchmark, version) = benchmark(&cells)?;
    let statuses =
        [Status::Diverged, Status::Failed, Status::Timeout].map(|status| (status.word(), Some(status)));
    let status = cells.word("status", &[&[("ok", None)], statuses.as_slice()].concat())?.flatten();
    let entry = Entry {
        file: path.to_owned(),
        line: row.line,
        benchmark,
        version,
        method: cells.needed("method")?,
        seed: cells.whole("seed")?.ok_or_else(|| cells.wrong("seed", "the cell is empty", "0, 1, 2, …"))?,
        score: cells.number("score")?,
        status,
        title: cells.text("title")?,
        role: role(&cells)?,
        control_of: cells.text("control-of")?,
        metric: cells.text("metric")?,
        lower_is_better: cells.word("direction", &[("higher", false), ("lower", true)])?,
        chance: cells.number("chance")?,
        ceiling: cells.text("ceiling")?,
        reference: cells.text("reference")?,
        matrix: cells.json("matrix", "rows of numbers, e.g. [[0.9,0.5],[0.7,0.8]]")?,
        baseline: cells.json("baseline", "numbers, one per task, e.g. [0.5,0.5]")?,
        curve: curve(&cells)?,
        trials: cells.whole("trials")?,
        validation_seeds: cells.whole("validation_seeds")?,
        stream: cells.text("stream")?,
        parameters: cells.whole("parameters")?.unwrap_or(0),
        replay_bytes: cells.whole("replay_bytes")?.unwrap_or(0),
        metrics: metrics(&cells)?,
    };
    check(&cells, entry)
}

/// What the cells of one row say together.
fn check(cells: &Cells<'_>, entry: Entry) -> Result<Entry> {
    if entry.control_of.is_some() && entry.role.as_deref().is_none_or(|role| role == "mechanism") {
        return Err(cells.wrong(
            "control-of",
            "only a control is a control of something",
            "a kind of control in `role`",
        ));
    }
    let named = entry.metric.as_ref().is_some_and(|name| entry.metrics.contains_key(name));
    if entry.status.is_none() && entry.score.is_none() && entry.matrix.is_none() && !named {
        return Err(cells.wrong("score", "the cell is empty", "a number, or a status other than ok"));
    }
    if let Some(matrix) = &entry.matrix {
        let tasks = matrix.len();
        if tasks == 0 || matrix.iter().any(|row| row.len() != tasks) {
            return Err(cells.wrong("matrix", "not square", "as many rows as columns, one per task"));
        }
        if entry.baseline.as_ref().is_some_and(|row| row.len() != tasks) {
            return Err(cells.wrong(
                "baseline",
                "not as long as a row of `matrix`",
                &format!("{tasks} numbers"),
            ));
        }
    } else if entry.baseline.is_some() {
        return Err(cells.wrong("baseline", "there is no `matrix` to go with it", "both, or neither"));
    }
    Ok(entry)
}

/// `id` or `id@version`.
fn benchmark(cells: &Cells<'_>) -> Result<(String, Option<u32>)> {
    let text = cells.needed("benchmark")?;
    let Some((id, version)) = text.split_once('@') else { return Ok((text, None)) };
    match version.parse() {
        Ok(version) if !id.is_empty() => Ok((id.to_owned(), Some(version))),
        _ => Err(cells.wrong("benchmark", "not a name with a version", "id, or id@1, id@2, …")),
    }
}

fn role(cells: &Cells<'_>) -> Result<Option<String>> {
    let Some(text) = cells.text("role")? else { return Ok(None) };
    let word = text.to_lowercase().replace('_', "-");
    let plain =
        CONTROLS.iter().map(|(name, _)| *name).filter(|name| !name.contains(':') && *name != UNMODULATED);
    let known: Vec<&str> =
        ["mechanism"].into_iter().chain(REQUIRED).chain([UNMODULATED]).chain(plain).collect();
    let ablation = word.starts_with("without:") || word.starts_with("without-target:");
    if known.contains(&word.as_str()) || ablation {
        return Ok(Some(word));
    }
    let mut names: Vec<&str> = known;
    names.sort_unstable();
    names.dedup();
    let error = DefinitionError { key: "role".into(), ..DefinitionError::unknown("role", &word, names) };
    Err(refuse(cells.path, cells.row.line, error))
}

/// `{"x": …, "y": …}`, a list of pairs, or a list of values at 1, 2, 3, …
#[derive(Deserialize)]
#[serde(untagged)]
enum Points {
    Axes { x: Vec<f64>, y: Vec<Option<f64>> },
    Pairs(Vec<(f64, Option<f64>)>),
    Values(Vec<Option<f64>>),
}

fn curve(cells: &Cells<'_>) -> Result<Option<Curve>> {
    let allowed = "{\"x\": [100, 200], \"y\": [0.6, 0.7]}, [[100, 0.6], [200, 0.7]] or [0.6, 0.7]; x rising";
    let Some(points) = cells.json("curve", allowed)? else { return Ok(None) };
    let (x, y): (Vec<f64>, Vec<Option<f64>>) = match points {
        Points::Axes { x, y } => (x, y),
        Points::Pairs(pairs) => pairs.into_iter().unzip(),
        Points::Values(y) => ((1..=y.len()).map(|at| at as f64).collect(), y),
    };
    if x.len() != y.len() || x.is_empty() || x.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(cells.wrong("curve", "x and y do not fit, or x does not rise", allowed));
    }
    Ok(Some(Curve { name: String::new(), x, y }))
}

fn metrics(cells: &Cells<'_>) -> Result<BTreeMap<String, f64>> {
    let own = cells.row.cells.keys().filter(|name| super::columns::column(name).is_none());
    let mut found = BTreeMap::new();
    for name in own {
        found.extend(cells.number(name)?.map(|value| (name.clone(), value)));
    }
    Ok(found)
}
