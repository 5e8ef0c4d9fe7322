//! The texts that a definition is made of: its own, and those of the definitions that it extends.

use toml::{Table, Value};

use base::error::{DefinitionError, Error, Result};
use base::source::Source;

/// A text, and the dotted place in it at which a definition begins: empty for a whole file, `variant.ID` for a variant.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub source: Source,
    pub at: String,
}

impl Layer {
    /// The line of a definition's key in this text.
    fn line_of(&self, key: &str) -> Option<usize> {
        match (self.at.as_str(), key) {
            ("", key) => self.source.line_of_key(key),
            (at, "") => self.source.line_of_key(at),
            (at, key) => self.source.line_of_key(&format!("{at}.{key}")),
        }
    }

    /// Points an error that only knows its key at this text.
    pub fn locate(&self, error: DefinitionError) -> Error {
        if !error.place.is_empty() {
            return error.into();
        }
        let line = self.line_of(&error.key).or_else(|| self.line_of(""));
        error.at(&self.source.name, line).into()
    }
}

/// A definition's merged table and where each of its keys stands.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub(super) table: Table,
    /// Its own text first, then its parent's, then that one's parent's.
    pub(super) layers: Vec<Layer>,
}

/// A value of a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// Dotted, quoted where TOML wants it.
    pub key: String,
    pub value: Value,
    /// `file:line`; `None`: it follows from the path.
    pub place: Option<String>,
}

impl Origin {
    /// A definition that one text holds.
    ///
    /// # Errors
    /// A text that is not TOML.
    pub(super) fn of(source: Source) -> Result<Self> {
        let table = source.table()?;
        Ok(Self::whole(source, table))
    }

    /// The same with what follows from the text's place in its table.
    pub(super) fn whole(source: Source, table: Table) -> Self {
        Self { table, layers: vec![Layer { source, at: String::new() }] }
    }

    /// Its own text.
    pub(super) fn own(&self) -> Source {
        self.layers.first().map_or_else(Source::default, |layer| layer.source.clone())
    }

    /// Points a definition error that only knows its key at the text in which that key stands.
    pub(super) fn locate(&self, error: DefinitionError) -> Error {
        if !error.place.is_empty() {
            return error.into();
        }
        let Some(own) = self.layers.first() else { return error.into() };
        match self.find(&error.key) {
            Some((layer, line)) => error.at(&layer.source.name, Some(line)).into(),
            None => own.locate(error),
        }
    }

    /// Part of this definition as a checked struct. `at` is the dotted place of `value` in the definition.
    ///
    /// # Errors
    /// A definition error that names the key, what was found, what is allowed, and where it stands.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self, value: Value, at: &str) -> Result<T> {
        self.own().read(value, at).map_err(|error| match error {
            Error::Definition(error) => {
                self.locate(self.inherited(DefinitionError { place: String::new(), ..*error }))
            }
            other => other,
        })
    }

    /// An unknown key that stands in a parent alone belongs to what was replaced here: says how to leave it out.
    fn inherited(&self, error: DefinitionError) -> DefinitionError {
        let in_parent = match &self.layers[..] {
            [own, parents @ ..] if error.problem == "unknown key" => {
                let says = |layer: &Layer| layer.line_of(&error.key).is_some();
                !says(own) && parents.iter().any(says)
            }
            _ => false,
        };
        if !in_parent {
            return error;
        }
        let problem = format!("unknown key, said by a parent; `drop = [\"{}\"]` leaves it out", error.key);
        DefinitionError { problem, nearest: None, ..error }
    }

    /// Every value of the merged definition with its place, arrays as one value.
    pub fn written(&self) -> Vec<Written> {
        let mut all = Vec::new();
        self.collect("", "", &self.table, &mut all);
        all
    }

    /// The definition as one text that states everything, so that it can be parsed where nothing follows from a path: its own
    /// words below the keys that followed; of one that extends another, a line per value.
    pub fn text(&self) -> String {
        let line = |one: &Written| format!("{} = {}\n", one.key, one.value);
        match &self.layers[..] {
            [own] if own.at.is_empty() => {
                let written = self.written();
                let follows: String = written.iter().filter(|one| one.place.is_none()).map(line).collect();
                follows + &own.source.text
            }
            _ => self.written().iter().map(line).collect(),
        }
    }

    fn collect(&self, plain: &str, quoted: &str, table: &Table, all: &mut Vec<Written>) {
        for (name, value) in table {
            let join = |path: &str, name: &str| {
                if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
            };
            let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            let quote = if name.chars().all(bare) { name.clone() } else { Value::from(&**name).to_string() };
            let (path, key) = (join(plain, name), join(quoted, &quote));
            match value {
                Value::Table(inner) if !inner.is_empty() => self.collect(&path, &key, inner, all),
                _ => {
                    let place = self.find(&path);
                    let place = place.map(|(layer, line)| format!("{}:{line}", layer.source.name));
                    all.push(Written { key, value: value.clone(), place });
                }
            }
        }
    }

    /// The uppermost text in which a key stands, and its line there.
    fn find(&self, key: &str) -> Option<(&Layer, usize)> {
        let lines = self.layers.iter().filter(|_| !key.is_empty());
        lines.filter_map(|layer| layer.line_of(key).map(|line| (layer, line))).next()
    }
}
