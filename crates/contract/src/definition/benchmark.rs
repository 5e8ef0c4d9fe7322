//! Benchmarks: the header that is common to all paradigms, and a body that belongs to one.

use serde::{Deserialize, Serialize};

use super::header::check_header;
use super::origin::Origin;
use base::error::{DefinitionError, Error, Result};
use base::source::Source;

/// A benchmark: a data stream, a model, a budget. The header is common to all paradigms, the rest belongs to its
/// paradigm, which checks it.
#[derive(Debug, Clone)]
pub struct Benchmark {
    pub header: BenchmarkHeader,
    /// The keys below the header, still unchecked.
    pub body: toml::Table,
    /// Its own text, without its parents'.
    pub source: Source,
    /// Where each of its keys stands.
    pub origin: Origin,
}

/// What every benchmark has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BenchmarkHeader {
    /// Must be [`SCHEMA`](super::SCHEMA).
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
    /// Marks a negative control: the benchmark of which this is one with the change taken out. No mechanism should be said
    /// to help here, and a report counts how many are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_of: Option<String>,
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
    /// Parses a text that states everything; the body waits for its paradigm.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        Self::of(Origin::of(source)?)
    }

    pub(super) fn of(origin: Origin) -> Result<Self> {
        let mut table = origin.table.clone();
        let mut header = toml::Table::new();
        for key in HEADER_KEYS {
            if let Some(value) = table.remove(*key) {
                header.insert((*key).to_owned(), value);
            }
        }
        let header: BenchmarkHeader = origin.read(header.into(), "")?;
        check_header(&origin, header.schema, &header.id)?;
        header.score.check().map_err(|error| origin.locate(error))?;
        if header.methods.is_empty() {
            return Err(origin.locate(DefinitionError::range("methods", "[]", "at least one method")));
        }
        Ok(Self { header, body: table, source: origin.own(), origin })
    }

    /// The body as the paradigm's own settings.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn settings<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
        self.origin.read(self.body.clone().into(), "")
    }

    /// The same for any error: those that are no definition errors stay as they are.
    pub fn place(&self, error: Error) -> Error {
        match error {
            Error::Definition(error) => self.refuse(*error),
            other => other,
        }
    }

    /// One table or value of the body, by its dotted key; `None`: it is not there.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn setting<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        let value = key.split('.').try_fold(None, |table: Option<&toml::Value>, part| {
            table.map_or_else(|| self.body.get(part), |table| table.get(part)).map(Some)
        });
        value.flatten().map(|value| self.origin.read(value.clone(), key)).transpose()
    }

    /// Replaces a value of the body that is there.
    pub fn replace(&mut self, key: &str, value: toml::Value) {
        let mut parts = key.split('.');
        let first = parts.next().and_then(|part| self.body.get_mut(part));
        if let Some(place) = parts.try_fold(first, |table, part| Some(table?.get_mut(part))).flatten() {
            *place = value;
        }
    }

    /// The folder of the file in which it stands; `None`: it stands in none.
    pub fn folder(&self) -> Option<&std::path::Path> {
        let folder = std::path::Path::new(&self.source.name).parent()?;
        // What ships is named by its path from the root of the source tree, which need not be there.
        self.source.name.ends_with(".toml").then_some(folder)
    }

    /// Points an error in a setting at the file in which it stands.
    pub fn refuse(&self, error: DefinitionError) -> Error {
        self.origin.locate(error)
    }
}
