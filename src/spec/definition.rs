//! The three kinds of definition: benchmarks, method presets, suites.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{SearchNote, Source, Space};
use crate::error::{DefinitionError, Error, Result};

/// The schema version that this program reads.
pub const SCHEMA: u32 = 1;

/// A benchmark: a data stream, a model, a budget. The header is common to all paradigms, the rest belongs to its
/// paradigm, which checks it.
#[derive(Debug, Clone)]
pub struct Benchmark {
    pub header: BenchmarkHeader,
    /// The keys below the header, still unchecked.
    pub body: toml::Table,
    pub source: Source,
}

/// What every benchmark has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkHeader {
    /// Must be [`SCHEMA`].
    pub schema: u32,
    /// Lower case, digits and dashes.
    pub id: String,
    /// Bumped when a change can alter a number.
    pub version: u32,
    pub title: String,
    /// Name of a protocol.
    pub paradigm: String,
    /// One or two sentences for the report.
    pub summary: String,
    /// Where the protocol was published.
    #[serde(default)]
    pub cites: Option<String>,
    pub score: Score,
    /// Methods that run when the user names none.
    pub methods: Vec<String>,
}

/// The one number in which methods are compared on a benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Name of a metric.
    pub metric: String,
    /// Value at chance level: 0 on the normalised scale.
    pub chance: f64,
    /// The method whose mean defines 1 on the normalised scale, or a fixed number.
    pub ceiling: Ceiling,
    /// The method against which paired differences are taken.
    #[serde(default)]
    pub reference: Option<String>,
}

/// The upper end of the normalised score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Ceiling {
    Method(String),
    Value(f64),
}

impl Score {
    fn check(&self) -> Result<(), DefinitionError> {
        if !self.chance.is_finite() {
            return Err(DefinitionError::range("score.chance", self.chance, "a finite number"));
        }
        match self.ceiling {
            Ceiling::Value(value) if !value.is_finite() || value == self.chance => {
                let allowed = "a finite number other than chance, or the id of a method";
                Err(DefinitionError::range("score.ceiling", value, allowed))
            }
            _ => Ok(()),
        }
    }
}

const HEADER_KEYS: &[&str] =
    &["schema", "id", "version", "title", "paradigm", "summary", "cites", "score", "methods"];

impl Benchmark {
    /// Parses the header; the body waits for its paradigm.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        let mut table = source.table()?;
        let mut header = toml::Table::new();
        for key in HEADER_KEYS {
            if let Some(value) = table.remove(*key) {
                header.insert((*key).to_owned(), value);
            }
        }
        let header: BenchmarkHeader = source.read(header.into(), "")?;
        check_header(&source, header.schema, &header.id)?;
        header.score.check().map_err(|error| source.locate(error))?;
        if header.methods.is_empty() {
            return Err(source.locate(DefinitionError::range("methods", "[]", "at least one method")));
        }
        Ok(Self { header, body: table, source })
    }

    /// The body as the paradigm's own settings.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn settings<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        self.source.read(self.body.clone().into(), "")
    }

    /// Points an error in a setting at this file.
    pub fn refuse(&self, error: DefinitionError) -> Error {
        self.source.locate(error)
    }
}

/// A named method with its parameters.
#[derive(Debug, Clone)]
pub struct MethodPreset {
    pub header: MethodHeader,
    pub source: Source,
}

/// A method preset's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MethodHeader {
    pub schema: u32,
    pub id: String,
    /// Name in charts and tables.
    pub title: String,
    /// The paradigm it belongs to.
    pub paradigm: String,
    /// Name of a registered method of that paradigm.
    pub kind: String,
    /// Where the values come from: a paper, or the search command.
    pub provenance: String,
    /// Replaces keys of the benchmark's optimiser.
    #[serde(default)]
    pub optimiser: toml::Table,
    /// Replaces keys of the benchmark's model.
    #[serde(default)]
    pub model: toml::Table,
    /// Neuromodulators; empty: none.
    #[serde(default)]
    pub modulation: toml::Table,
    #[serde(default)]
    pub parameters: toml::Table,
    /// Overrides per benchmark id: keys of `parameters`, and the tables `optimiser`, `model` and `modulation`.
    #[serde(default)]
    pub on: BTreeMap<String, toml::Table>,
    /// This preset is a mechanism whose verdict the report states, although it has no `modulation` table: its
    /// modulation is part of the method itself. A preset with such a table is one anyway. Default false.
    #[serde(default)]
    pub mechanism: bool,
    /// This preset is modulated, but no verdict is asked of it, and why.
    #[serde(default)]
    pub unjudged: Option<String>,
    /// This preset is a control.
    #[serde(default)]
    pub control: Option<ControlRole>,
    /// What `bench tune` may change, beside strengths of modulators and the optimiser, which need no mention.
    #[serde(default)]
    pub space: Space,
    /// How the values in this file were chosen, where a program other than `bench tune` chose them; `trials = 0`: there is
    /// nothing to choose.
    #[serde(default)]
    pub search: Option<SearchNote>,
    /// What the suite took away from the preset in this file to make a control of it, e.g. `shuffled`.
    #[serde(skip)]
    pub derived: Option<String>,
}

/// What a control is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControlRole {
    /// The mechanism it is a control of; absent: of every mechanism of its paradigm.
    #[serde(default)]
    pub of: Option<String>,
    /// What it rules out, e.g. `tuned-optimiser`.
    pub kind: String,
    /// A second thing that it rules out: where a learner has nothing but a few tuned numbers, the tuned constants are the
    /// tuned optimiser too.
    #[serde(default)]
    pub also: Option<String>,
    /// It stands among the methods in tables and charts, not only beside the verdict. Default false.
    #[serde(default)]
    pub shown: bool,
}

/// Tables in `on.<benchmark>` that are not parameters.
const APART: [&str; 3] = ["optimiser", "model", "modulation"];

impl MethodPreset {
    /// Parses a preset.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        let table = source.table()?;
        let header: MethodHeader = source.read(table.into(), "")?;
        check_header(&source, header.schema, &header.id)?;
        if header.mechanism && header.control.is_some() {
            let allowed = "false where the preset is a control: it is one or the other";
            return Err(source.locate(DefinitionError::range("mechanism", true, allowed)));
        }
        for (key, range) in &header.space {
            range.check(key).map_err(|error| source.locate(error))?;
        }
        if header.unjudged.is_some() && (header.mechanism || header.control.is_some()) {
            let allowed = "absent where the preset is a mechanism or a control: those are judged, or judge";
            let found = header.unjudged.clone().unwrap_or_default();
            return Err(source.locate(DefinitionError::range("unjudged", found, allowed)));
        }
        Ok(Self { header, source })
    }

    /// The parameters for one benchmark, overrides applied, as the method's own typed settings.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parameters<T: serde::de::DeserializeOwned>(&self, benchmark: &str) -> Result<T> {
        let mut table = self.header.parameters.clone();
        let mut at = "parameters".to_owned();
        if self.header.on.contains_key(benchmark) {
            let overrides = self.overridden_parameters(benchmark);
            // Check the override alone for unknown keys under its own place, then merge.
            merge(&mut table, &overrides);
            if self.source.read::<T>(self.header.parameters.clone().into(), &at).is_ok() {
                at = format!("on.{benchmark}");
            }
        }
        self.source.read(table.into(), &at)
    }

    /// The benchmark's optimiser with this preset's keys on top; `None` where the preset has none.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn optimiser<T>(&self, base: &T, benchmark: &str) -> Result<Option<T>>
    where
        T: Serialize + serde::de::DeserializeOwned,
    {
        self.on_top("optimiser", &self.header.optimiser, base, benchmark)
    }

    /// The benchmark's model with this preset's keys on top; `None` where the preset has none.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn model<T>(&self, base: &T, benchmark: &str) -> Result<Option<T>>
    where
        T: Serialize + serde::de::DeserializeOwned,
    {
        self.on_top("model", &self.header.model, base, benchmark)
    }

    /// The neuromodulators for one benchmark, overrides applied; `None` where the preset has none.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn modulation<T: serde::de::DeserializeOwned>(&self, benchmark: &str) -> Result<Option<T>> {
        let table = self.with_override("modulation", &self.header.modulation, benchmark);
        if table.is_empty() {
            return Ok(None);
        }
        self.source.read(table.into(), "modulation").map(Some)
    }

    /// One of the preset's tables as it holds on a benchmark, unchecked.
    pub(crate) fn effective(&self, key: &str, benchmark: &str) -> toml::Table {
        let header = &self.header;
        let own = match key {
            "optimiser" => &header.optimiser,
            "model" => &header.model,
            "modulation" => &header.modulation,
            _ => {
                let mut table = header.parameters.clone();
                merge(&mut table, &self.overridden_parameters(benchmark));
                return table;
            }
        };
        self.with_override(key, own, benchmark)
    }

    /// What `on.<benchmark>` says of the parameters.
    fn overridden_parameters(&self, benchmark: &str) -> toml::Table {
        let on = self.header.on.get(benchmark).into_iter().flatten();
        let own = on.filter(|(key, _)| !APART.contains(&key.as_str()));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// A table of the preset with what `on.<benchmark>` says of it.
    fn with_override(&self, key: &str, own: &toml::Table, benchmark: &str) -> toml::Table {
        let mut table = own.clone();
        let overrides = self.header.on.get(benchmark).and_then(|on| on.get(key));
        if let Some(toml::Value::Table(overrides)) = overrides {
            merge(&mut table, overrides);
        }
        table
    }

    fn on_top<T>(&self, key: &str, own: &toml::Table, base: &T, benchmark: &str) -> Result<Option<T>>
    where
        T: Serialize + serde::de::DeserializeOwned,
    {
        let table = self.with_override(key, own, benchmark);
        if table.is_empty() {
            return Ok(None);
        }
        let base = toml::Table::try_from(base).map_err(|error| {
            self.refuse(DefinitionError::range(key, error.to_string(), "a table of settings"))
        })?;
        let mut merged = base;
        merge(&mut merged, &table);
        self.source.read(merged.into(), key).map(Some)
    }

    /// Points an error in a parameter at this file.
    pub fn refuse(&self, error: DefinitionError) -> Error {
        self.source.locate(error)
    }
}

/// Seeds per cell at most.
pub const MOST_SEEDS: u64 = 100_000;

/// A suite: cells of benchmarks × methods × seeds.
#[derive(Debug, Clone)]
pub struct Suite {
    pub header: SuiteHeader,
    pub source: Source,
}

/// A suite's file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteHeader {
    pub schema: u32,
    pub id: String,
    pub title: String,
    pub summary: String,
    /// Seeds per cell unless the cell says otherwise.
    pub seeds: u64,
    pub cell: Vec<Cell>,
}

/// benchmarks × methods, each with `seeds` seeds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    pub benchmarks: Vec<String>,
    /// Empty: each benchmark's own list.
    #[serde(default)]
    pub methods: Vec<String>,
    #[serde(default)]
    pub seeds: Option<u64>,
    /// Controls of every modulated method of the cell: `required`, `ablations`, `factorial`, `all`, or single ones.
    #[serde(default)]
    pub controls: Vec<String>,
}

impl Suite {
    /// Parses a suite.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        let table = source.table()?;
        let header: SuiteHeader = source.read(table.into(), "")?;
        check_header(&source, header.schema, &header.id)?;
        let counts = header.cell.iter().filter_map(|cell| cell.seeds).chain([header.seeds]);
        for seeds in counts {
            if !(1..=MOST_SEEDS).contains(&seeds) {
                let error = DefinitionError::range("seeds", seeds, &format!("1 to {MOST_SEEDS}"));
                return Err(source.locate(error));
            }
        }
        if header.cell.is_empty() || header.cell.iter().any(|cell| cell.benchmarks.is_empty()) {
            return Err(source.locate(DefinitionError::range(
                "cell",
                "[]",
                "cells with at least one benchmark",
            )));
        }
        Ok(Self { header, source })
    }
}

/// Puts `top` over `base`, table by table: keys that only the base has stay.
fn merge(base: &mut toml::Table, top: &toml::Table) {
    for (key, value) in top {
        match (base.get_mut(key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

fn check_header(source: &Source, schema: u32, id: &str) -> Result<()> {
    if schema != SCHEMA {
        return Err(source.locate(DefinitionError::range("schema", schema, &format!("{SCHEMA}"))));
    }
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(fine) {
        let error = DefinitionError::range("id", format!("{id:?}"), "lower-case letters, digits and dashes");
        return Err(source.locate(error));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(lines: &str) -> Result<MethodPreset> {
        let head = "schema = 1\nid = \"mine\"\ntitle = \"Mine\"\nparadigm = \"switching\"\nkind = \"doya\"\nprovenance = \"none\"\n";
        MethodPreset::parse(Source { name: "mine.toml".into(), text: format!("{head}{lines}") })
    }

    #[test]
    fn a_preset_is_a_mechanism_or_a_control_and_not_both() {
        assert!(!preset("").unwrap().header.mechanism);
        assert!(preset("mechanism = true\n").unwrap().header.mechanism);
        let both = preset("mechanism = true\ncontrol = { kind = \"shuffled\" }\n").unwrap_err().to_string();
        assert!(both.starts_with("mine.toml:7: `mechanism` = true"), "{both}");
        let neither = preset("mechanism = true\nunjudged = \"why\"\n").unwrap_err().to_string();
        assert!(neither.contains("`unjudged` = why"), "{neither}");
    }
}
