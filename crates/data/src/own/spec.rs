//! What `data` says in a benchmark: the id of a set of the manifest, or a table that changes one or names files of one's own.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::table::{DataTable, Facts, not_known};
use crate::dataset::Splitting;
use crate::manifest;
use base::error::{DefinitionError, Result};

/// `data = "mnist"`, `data = { set = "mnist", … }`, or `data = { layout = "npz", … }`.
#[derive(Debug, Clone, PartialEq)]
pub enum DataSpec {
    Named(String),
    Table(Box<DataTable>),
}

impl DataSpec {
    /// The id of a set of the manifest on which it rests; `None`: files of one's own.
    pub fn set(&self) -> Option<&str> {
        match self {
            Self::Named(id) => Some(id),
            Self::Table(table) => table.set.as_deref(),
        }
    }

    /// A name for messages and records: the set's, or the file's that is trained on.
    pub fn name(&self) -> String {
        match self {
            Self::Named(id) => id.clone(),
            Self::Table(table) => table.name(),
        }
    }

    /// Shape and number of classes.
    ///
    /// # Errors
    /// An unknown set; one that does not hold images; files of one's own that nobody has looked into yet
    /// (`Data::complete` does).
    pub fn facts(&self) -> Result<Facts> {
        let Some(id) = self.set() else {
            return match self {
                Self::Table(table) => Ok(table.facts()?),
                Self::Named(_) => Err(DefinitionError::default().into()),
            };
        };
        let entry = manifest::entry(id)?;
        entry.check_images(id)?;
        let (pad, regression) = match self {
            Self::Table(table) => (2 * table.pad, table.target.is_some()),
            Self::Named(_) => (0, false),
        };
        let [channels, height, width] = entry.shape;
        Ok(Facts { shape: [channels, height + pad, width + pad], classes: entry.classes, regression })
    }

    /// About how many training samples there are, for estimates before the data are read: those of the embedded digits, or
    /// as many as MNIST has.
    pub fn expected_samples(&self) -> usize {
        let embedded = self.set().and_then(|id| manifest::entry(id).ok()).is_some_and(|entry| entry.embedded);
        if embedded { 1_000 } else { 60_000 }
    }

    /// Name and fingerprint of what is trained on: part of every run's key.
    ///
    /// # Errors
    /// An unknown set; files of one's own whose checksum nobody has taken yet.
    pub fn fingerprint(&self) -> Result<(String, String)> {
        if let Some(id) = self.set() {
            return Ok((id.to_owned(), manifest::entry(id)?.fingerprint()));
        }
        match self {
            Self::Table(table) if table.sha256.is_some() => {
                Ok((table.name(), table.sha256.clone().unwrap_or_default()))
            }
            _ => Err(DefinitionError { key: "data.sha256".into(), ..not_known() }.into()),
        }
    }

    /// Checks that nobody has published what is training and what is test, where each seed is to draw it.
    ///
    /// # Errors
    /// Any set but those of the manifest, as they are, whose split is this program's own.
    pub fn check_splitting(&self, splitting: Splitting) -> Result<(), DefinitionError> {
        match self {
            Self::Named(id) => {
                let entry = manifest::entry(id).map_err(|_| DefinitionError::unknown("data set", id, []))?;
                entry.check_splitting(splitting)
            }
            Self::Table(_) if splitting.is_fixed() => Ok(()),
            Self::Table(_) => {
                let allowed = "\"fixed\": what a `[data]` table holds out is the same for all seeds";
                Err(DefinitionError::range("split", "\"per-seed\"", allowed))
            }
        }
    }

    /// Checks what can be checked without the files. Keys are told below `data`.
    ///
    /// # Errors
    /// The first value out of range, or a key that the layout does not have.
    pub fn check(&self) -> Result<(), DefinitionError> {
        match self {
            Self::Named(_) => Ok(()),
            Self::Table(table) => table.check(),
        }
    }
}

impl Serialize for DataSpec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Named(id) => serializer.serialize_str(id),
            Self::Table(table) => table.serialize(serializer),
        }
    }
}

// By hand, so that an unknown key of the table is told as such.
impl<'de> Deserialize<'de> for DataSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = DataSpec;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a data set, or a table")
            }

            fn visit_str<E: serde::de::Error>(self, id: &str) -> Result<DataSpec, E> {
                if id.is_empty() {
                    Err(E::custom("the id of a data set is empty"))
                } else {
                    Ok(DataSpec::Named(id.into()))
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DataSpec, A::Error> {
                DataTable::deserialize(MapAccessDeserializer::new(map))
                    .map(|table| DataSpec::Table(Box::new(table)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
