//! What a stateful part needs to go on after a checkpoint.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{DefinitionError, Result};

/// Named numbers and named lists of buffers; empty for a part without state.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub buffers: BTreeMap<String, Vec<Vec<f32>>>,
    /// Whatever else a part remembers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, serde_json::Value>,
    /// States of parts inside this one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, State>,
}

impl State {
    /// Adds a number.
    #[must_use]
    pub fn number(mut self, name: &str, value: f64) -> Self {
        self.numbers.insert(name.to_owned(), value);
        self
    }

    /// Adds buffers.
    #[must_use]
    pub fn buffer(mut self, name: &str, values: &[Vec<f32>]) -> Self {
        self.buffers.insert(name.to_owned(), values.to_vec());
        self
    }

    /// Adds a value.
    #[must_use]
    pub fn value(mut self, name: &str, value: serde_json::Value) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// A number by name.
    ///
    /// # Errors
    /// When it is missing: a checkpoint of another method.
    pub fn get_number(&self, name: &str) -> Result<f64> {
        self.numbers.get(name).copied().ok_or_else(|| missing(name, self.numbers.keys()))
    }

    /// Buffers by name.
    ///
    /// # Errors
    /// When they are missing: a checkpoint of another method.
    pub fn get_buffer(&self, name: &str) -> Result<Vec<Vec<f32>>> {
        self.buffers.get(name).cloned().ok_or_else(|| missing(name, self.buffers.keys()))
    }

    /// A value by name.
    ///
    /// # Errors
    /// When it is missing or something else: a checkpoint of another method.
    pub fn get_value<T: DeserializeOwned>(&self, name: &str) -> Result<T> {
        let value = self.values.get(name).ok_or_else(|| missing(name, self.values.keys()))?;
        Ok(T::deserialize(value)?)
    }

    /// The state of an inner part.
    ///
    /// # Errors
    /// When it is missing: a checkpoint of another method.
    pub fn get_part(&self, name: &str) -> Result<&Self> {
        self.parts.get(name).ok_or_else(|| missing(name, self.parts.keys()))
    }

    /// Bytes held in buffers.
    pub fn bytes(&self) -> u64 {
        let own: usize = self.buffers.values().flatten().map(|buffer| size_of_val(buffer.as_slice())).sum();
        own as u64 + self.parts.values().map(Self::bytes).sum::<u64>()
    }
}

fn missing<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> crate::error::Error {
    DefinitionError::unknown("part of a checkpoint", name, known.map(String::as_str)).into()
}
