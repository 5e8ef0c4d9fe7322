//! What searches found, apart from the presets: one generated file per paradigm, never edited by hand.
//!
//! Each entry stores absolute values and what they were searched for: a preset that has changed since, or a benchmark of
//! another version, has no tuned values.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::header::SCHEMA;
use super::method::MethodPreset;
use super::search_note::SearchNote;
use super::variation::TABLES;
use base::digest::sha256_hex;
use base::error::{DefinitionError, Result};
use base::source::Source;

/// What a search was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arm {
    /// A method without modulation: its parameters and its optimiser.
    Method,
    /// The strengths of a mechanism, the parameters and the optimiser of its method.
    Mechanism,
    /// A constant effect in the place of each of the mechanism's receptors, parameters and optimiser.
    Constant,
    /// The mechanism's method without modulation: parameters and optimiser.
    Optimiser,
}

impl Arm {
    /// The word in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Mechanism => "mechanism",
            Self::Constant => "constant",
            Self::Optimiser => "optimiser",
        }
    }
}

/// A file of tuned values.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TunedFile {
    pub schema: u32,
    /// The paradigm whose presets it is about.
    pub tuned: String,
    #[serde(default)]
    pub entry: Vec<Tuned>,
}

/// What one search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuned {
    pub benchmark: String,
    /// Of the benchmark.
    pub version: u32,
    pub method: String,
    pub arm: Arm,
    /// [`MethodPreset::digest`] of the preset that was searched.
    pub preset: String,
    /// Run again, it finds the same.
    pub command: String,
    /// Trials per restart, over all settings.
    pub trials: u64,
    pub restarts: u64,
    /// Validation seeds per trial.
    pub seeds: u64,
    /// Further validation seeds on which the best were scored again.
    pub confirm: u64,
    /// The winner's mean score on those.
    pub score: f64,
    /// All trials scored the same: what was searched has no effect.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tied: bool,
    /// Absolute values by dotted key; empty: the preset as it is.
    #[serde(default)]
    pub values: Table,
    /// The best of the other restarts, where a verdict needs them: of constants.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Table>,
}

impl Tuned {
    /// The budget of the search.
    pub fn note(&self) -> SearchNote {
        let Self { trials, restarts, seeds, tied, .. } = *self;
        SearchNote { trials, restarts, seeds, tied }
    }
}

impl TunedFile {
    /// Parses a file of tuned values.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: &Source) -> Result<Self> {
        Self::of(source, source.table()?)
    }

    pub(super) fn of(source: &Source, table: Table) -> Result<Self> {
        let file: Self = source.read(table.into(), "")?;
        if file.schema != SCHEMA {
            return Err(source.locate(DefinitionError::range("schema", file.schema, &format!("{SCHEMA}"))));
        }
        let mut places = BTreeSet::new();
        for Tuned { benchmark, method, arm, .. } in &file.entry {
            if !places.insert((benchmark, method, arm)) {
                let found = format!("{} of {method} on {benchmark}", arm.word());
                return Err(source.locate(DefinitionError::range("entry", found, "one entry of each")));
            }
        }
        Ok(file)
    }
}

impl MethodPreset {
    /// A digest of everything in the preset that decides a run on this benchmark or what a search may change.
    ///
    /// # Errors
    /// A preset that cannot be written.
    pub fn digest(&self, benchmark: &str) -> Result<String> {
        let header = &self.header;
        let content = (
            (&header.kind, &header.optimiser, &header.model, &header.modulation, &header.parameters),
            (header.on.get(benchmark), &header.space),
        );
        Ok(sha256_hex(serde_json::to_string(&content)?.as_bytes())[..16].to_owned())
    }

    /// This preset with other values on one benchmark, by dotted key from the tables `optimiser`, `model`, `modulation`
    /// and `parameters` on; a number in a key is a place in an array: `modulation.modulators.dopamine.receptors.0.sensitivity`.
    ///
    /// # Errors
    /// A key below something that is no table, or a place that an array does not have.
    pub fn with_values(&self, benchmark: &str, values: &Table) -> Result<Self> {
        let mut preset = self.clone();
        for (key, value) in values {
            let refuse = || {
                let allowed = "a key of optimiser, model, modulation or parameters that the preset can take";
                self.refuse(DefinitionError::range(key, value, allowed))
            };
            let (table, path) = key.split_once('.').ok_or_else(refuse)?;
            if !TABLES.contains(&table) {
                return Err(refuse());
            }
            // A merged table: an array replaces the array below it as a whole.
            let merged = preset.effective(table, benchmark);
            let on = preset.header.on.entry(benchmark.to_owned()).or_default();
            if table == "parameters" {
                put(on, path, value).ok_or_else(refuse)?;
            } else {
                let mut merged = Value::Table(merged);
                set(&mut merged, path, value).ok_or_else(refuse)?;
                on.insert(table.to_owned(), merged);
            }
        }
        Ok(preset)
    }
}

fn put(table: &mut Table, path: &str, value: &Value) -> Option<()> {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value.clone());
            Some(())
        }
        Some((key, rest)) => {
            let inner = table.entry(key.to_owned()).or_insert_with(|| Table::new().into());
            set(inner, rest, value)
        }
    }
}

fn set(place: &mut Value, path: &str, value: &Value) -> Option<()> {
    match place {
        Value::Table(table) => put(table, path, value),
        Value::Array(array) => {
            let (index, rest) = path.split_once('.').unwrap_or((path, ""));
            let inner = array.get_mut(index.parse::<usize>().ok()?)?;
            if rest.is_empty() {
                *inner = value.clone();
                return Some(());
            }
            set(inner, rest, value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset() -> MethodPreset {
        let text = r#"
schema = 1
id = "na"
title = "NA"
paradigm = "incremental"
kind = "ewc"
provenance = "none"
[parameters]
lambda = 1.0
[modulation.modulators.na]
source = { kind = "surprise" }
receptors = [{ target = "slope", sensitivity = 0.5 }, { target = "bias", sensitivity = 0.1 }]
[on.split]
lambda = 5.0
"#;
        MethodPreset::parse(Source { name: "na.toml".into(), text: text.into() }).expect("preset")
    }

    fn values(text: &str) -> Table {
        text.parse().expect("values")
    }

    #[test]
    fn values_stand_on_one_benchmark_and_leave_the_others_alone() {
        let found = values(
            "\"optimiser.rate\" = 0.03\n\"parameters.lambda\" = 7.0\n\
             \"modulation.modulators.na.receptors.1.sensitivity\" = -0.4\n",
        );
        let tuned = preset().with_values("split", &found).expect("values");
        let on = &tuned.header.on["split"];
        assert_eq!(on["lambda"].as_float(), Some(7.0));
        assert_eq!(on["optimiser"]["rate"].as_float(), Some(0.03));
        let receptors = &on["modulation"]["modulators"]["na"]["receptors"];
        assert_eq!(receptors[1]["sensitivity"].as_float(), Some(-0.4));
        assert_eq!(receptors[0]["sensitivity"].as_float(), Some(0.5));
        assert!(tuned.header.modulation == preset().header.modulation && tuned.header.on.len() == 1);
    }

    #[test]
    fn absolute_values_do_not_compound() {
        let found = values("\"modulation.modulators.na.receptors.0.sensitivity\" = 2.0\n");
        let once = preset().with_values("split", &found).expect("values");
        let twice = once.with_values("split", &found).expect("values");
        assert_eq!(once.header.on, twice.header.on);
    }

    #[test]
    fn a_p_is_fair_between_equal_budgets_or_where_there_is_nothing_to_choose() {
        let note = |trials| SearchNote { trials, restarts: 4, seeds: 3, tied: false };
        let (sixty, ten, free) = (note(60), note(10), SearchNote::default());
        assert!(SearchNote::fair(Some(&sixty), Some(&sixty)) && SearchNote::fair(None, None));
        assert!(SearchNote::fair(Some(&free), Some(&sixty)) && SearchNote::fair(None, Some(&free)));
        assert!(!SearchNote::fair(Some(&sixty), Some(&ten)) && !SearchNote::fair(Some(&sixty), None));
    }

    #[test]
    fn a_key_that_leads_nowhere_is_refused() {
        for key in
            ["lambda", "title.x", "modulation.modulators.na.receptors.7.sensitivity", "parameters.lambda.x"]
        {
            let values = Table::from_iter([(key.to_owned(), Value::from(1.0))]);
            let error = preset().with_values("split", &values).expect_err(key).to_string();
            assert!(error.contains(key) && error.contains("na.toml"), "{error}");
        }
    }

    #[test]
    fn the_digest_notices_what_decides_a_run_and_nothing_else() {
        let (own, mut other) = (preset(), preset());
        other.header.title = "another title".into();
        other.header.on.insert("elsewhere".into(), Table::new());
        assert_eq!(own.digest("split").unwrap(), other.digest("split").unwrap());
        other.header.parameters.insert("lambda".into(), Value::from(2.0));
        assert_ne!(own.digest("split").unwrap(), other.digest("split").unwrap());
    }
}
