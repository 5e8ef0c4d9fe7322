//! What the registry of sources holds, and a source as a definition names it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rule::{BoundaryTold, Need, Observation, Rule, StateTold};
use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::Parameter;

/// The registry, handed to sources that read others.
pub(super) type Known = &'static [SourceEntry];

/// A running source.
pub trait Signal: Send {
    fn next(&mut self, seen: &Observation) -> f64;
    fn boundary(&mut self, told: &BoundaryTold);
    fn state(&mut self, told: &StateTold);
    fn save(&self) -> Result<Value>;
    fn load(&mut self, state: &Value) -> Result<()>;
}

struct Running<R: Rule> {
    rule: R,
    memory: R::Memory,
}

impl<R: Rule> Signal for Running<R> {
    fn next(&mut self, seen: &Observation) -> f64 {
        self.rule.next(&mut self.memory, seen)
    }

    fn boundary(&mut self, told: &BoundaryTold) {
        self.rule.boundary(&mut self.memory, told);
    }

    fn state(&mut self, told: &StateTold) {
        self.rule.state(&mut self.memory, told);
    }

    fn save(&self) -> Result<Value> {
        Ok(serde_json::to_value(&self.memory)?)
    }

    fn load(&mut self, state: &Value) -> Result<()> {
        self.memory = serde_json::from_value(state.clone())?;
        Ok(())
    }
}

/// A registered source.
pub struct SourceEntry {
    /// The value of `source.kind`.
    pub name: &'static str,
    pub formula: &'static str,
    /// A line per setting.
    pub parameters: &'static [Parameter],
    /// Where it comes from.
    pub reference: &'static str,
    pub needs: &'static [Need],
    pub(super) resolve: fn(Value, Known) -> Result<Value, DefinitionError>,
    pub(super) start: fn(Value, Known, &Streams) -> Result<Box<dyn Signal>>,
}

impl SourceEntry {
    pub(super) const fn of<R: Rule>(
        name: &'static str,
        formula: &'static str,
        reference: &'static str,
        needs: &'static [Need],
    ) -> Self {
        Self {
            name,
            formula,
            parameters: R::PARAMETERS,
            reference,
            needs,
            resolve: resolve::<R>,
            start: start::<R>,
        }
    }
}

fn resolve<R: Rule>(settings: Value, _: Known) -> Result<Value, DefinitionError> {
    let rule: R = serde_json::from_value(settings).map_err(wrong)?;
    rule.check()?;
    serde_json::to_value(&rule).map_err(wrong)
}

/// An error of reading or writing settings.
pub(super) fn wrong(error: serde_json::Error) -> DefinitionError {
    DefinitionError { problem: error.to_string(), ..DefinitionError::default() }
}

fn start<R: Rule>(settings: Value, _: Known, streams: &Streams) -> Result<Box<dyn Signal>> {
    let rule: R = serde_json::from_value(settings)?;
    let memory = rule.start(streams);
    Ok(Box::new(Running { rule, memory }))
}

/// A source as a definition names it: its kind and the settings of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceSpec {
    /// A name in the registry.
    pub kind: String,
    /// Complete once it is resolved.
    #[serde(flatten)]
    pub settings: serde_json::Map<String, Value>,
}

impl SourceSpec {
    /// A source with the settings that its kind has by default.
    pub(super) fn named(kind: &str) -> Self {
        Self { kind: kind.into(), settings: serde_json::Map::new() }
    }

    pub(super) fn entry_of(&self, known: Known) -> Result<&'static SourceEntry, DefinitionError> {
        known.iter().find(|entry| entry.name == self.kind).ok_or_else(|| DefinitionError {
            key: "kind".into(),
            ..DefinitionError::unknown("source", &self.kind, known.iter().map(|entry| entry.name))
        })
    }

    pub(super) fn resolve_of(&mut self, known: Known) -> Result<(), DefinitionError> {
        let entry = self.entry_of(known)?;
        if let Value::Object(settings) = (entry.resolve)(Value::Object(self.settings.clone()), known)? {
            self.settings = settings;
        }
        Ok(())
    }

    pub(super) fn start_of(&self, known: Known, streams: &Streams) -> Result<Box<dyn Signal>> {
        (self.entry_of(known)?.start)(Value::Object(self.settings.clone()), known, streams)
    }
}
