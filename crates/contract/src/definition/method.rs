//! Method presets: a registered method with its parameters, and what it changes on single benchmarks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::header::check_header;
use super::merge::merge;
use super::origin::Origin;
use super::search_note::SearchNote;
use super::space::Space;
use crate::declare::Declared;
use crate::method_info::{MethodInfo, Parameter};
use base::error::{DefinitionError, Error, Result};
use base::source::Source;

/// A named method with its parameters.
#[derive(Debug, Clone)]
pub struct MethodPreset {
    pub header: MethodHeader,
    /// Its own text, without its parents'.
    pub source: Source,
    /// Where each of its keys stands.
    pub origin: Origin,
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
    /// What a search finds for the mechanism holds for this control too, wherever it does not itself say otherwise: it is
    /// the same learner with something taken away or replaced, and is not searched. Default false.
    #[serde(default)]
    pub follows: bool,
}

/// Tables in `on.<benchmark>` that are not parameters.
const APART: [&str; 3] = ["optimiser", "model", "modulation"];

impl MethodPreset {
    /// Parses a text that states everything.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn parse(source: Source) -> Result<Self> {
        Self::of(Origin::of(source)?)
    }

    pub(super) fn of(origin: Origin) -> Result<Self> {
        let header: MethodHeader = origin.read(origin.table.clone().into(), "")?;
        check_header(&origin, header.schema, &header.id)?;
        if header.mechanism && header.control.is_some() {
            let allowed = "false where the preset is a control: it is one or the other";
            return Err(origin.locate(DefinitionError::range("mechanism", true, allowed)));
        }
        for (key, range) in &header.space {
            range.check(key).map_err(|error| origin.locate(error))?;
        }
        if header.unjudged.is_some() && (header.mechanism || header.control.is_some()) {
            let allowed = "absent where the preset is a mechanism or a control: those are judged, or judge";
            let found = header.unjudged.clone().unwrap_or_default();
            return Err(origin.locate(DefinitionError::range("unjudged", found, allowed)));
        }
        Ok(Self { header, source: origin.own(), origin })
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
            if self.origin.read::<T>(self.header.parameters.clone().into(), &at).is_ok() {
                at = format!("on.{benchmark}");
            }
        }
        self.origin.read(table.into(), &at)
    }

    /// The same, each in the range that its declaration says.
    ///
    /// # Errors
    /// Definition errors with file and line.
    pub fn checked<T: serde::de::DeserializeOwned + Declared>(&self, benchmark: &str) -> Result<T> {
        let settings: T = self.parameters(benchmark)?;
        settings.check_ranges().map_err(|error| self.refuse_parameter(benchmark, error))?;
        Ok(settings)
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
        self.origin.read(table.into(), "modulation").map(Some)
    }

    /// One of the preset's tables as it holds on a benchmark, unchecked.
    pub fn effective(&self, key: &str, benchmark: &str) -> toml::Table {
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
        self.origin.read(merged.into(), key).map(Some)
    }

    /// Points an error in one of the parameters for a benchmark, which the preset may override there, at its place.
    pub fn refuse_parameter(&self, benchmark: &str, error: DefinitionError) -> Error {
        let mut keys = error.key.split('.');
        let table = keys.next().and_then(|key| self.header.on.get(benchmark)?.get(key));
        let overridden = table.and_then(|table| keys.try_fold(table, |table, key| table.get(key))).is_some();
        let place = if overridden { format!("on.{benchmark}") } else { "parameters".into() };
        self.refuse(error.below(place))
    }

    /// The parameters for one benchmark where a kind of method has only some of those that its protocol reads.
    ///
    /// # Errors
    /// Definition errors with file and line; one that the kind does not list, with those that it does.
    pub fn listed<T: serde::de::DeserializeOwned>(&self, benchmark: &str, kind: &MethodInfo) -> Result<T> {
        let settings = self.parameters(benchmark)?;
        let lines = kind.parameters;
        let known = |key: &str| lines.iter().any(|one| one.key().split('.').next() == Some(key));
        let Some((key, value)) =
            self.effective("parameters", benchmark).into_iter().find(|(key, _)| !known(key))
        else {
            return Ok(settings);
        };
        let all: Vec<String> = lines.iter().map(Parameter::key).collect();
        let allowed = format!("no `{key}`: `{}` has {}", kind.kind, all.join(", "));
        Err(self.refuse_parameter(benchmark, DefinitionError::range(&key, value, &allowed)))
    }

    /// Points an error in a parameter at the file in which it stands.
    pub fn refuse(&self, error: DefinitionError) -> Error {
        self.origin.locate(error)
    }
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
