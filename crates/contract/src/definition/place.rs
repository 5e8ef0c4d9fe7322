//! What follows from where a file stands below a folder of definitions.
//!
//! ```text
//! PARADIGM/ID.toml            a benchmark
//! methods/PARADIGM/ID.toml    a method preset
//! suites/ID.toml              a suite
//! tuned/PARADIGM.toml         what searches found
//! ```
//!
//! Nothing follows for a file elsewhere, e.g. directly in a user's folder: it states its keys.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::header::SCHEMA;
use base::error::{DefinitionError, nearest};

/// What a definition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Benchmark,
    Method,
    Suite,
    Tuned,
}

impl Kind {
    /// What a table's own keys tell; `None` where they tell nothing.
    pub fn told(table: &Table) -> Option<Self> {
        let has = |key: &str| table.contains_key(key);
        match () {
            () if has("cell") => Some(Self::Suite),
            () if has("tuned") => Some(Self::Tuned),
            () if has("kind") || has("provenance") => Some(Self::Method),
            () if has("score") || has("methods") => Some(Self::Benchmark),
            () => None,
        }
    }

    /// As errors call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Benchmark => "benchmark",
            Self::Method => "method preset",
            Self::Suite => "suite",
            Self::Tuned => "file of tuned values",
        }
    }
}

/// What follows from a file's path, or from a variant's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub kind: Option<Kind>,
    pub paradigm: Option<String>,
    pub id: Option<String>,
    /// Why no paradigm follows, where a folder stands in its place: the nearest known name of one.
    nearest: Option<String>,
}

impl Place {
    /// The place of a file by its path below the folder of definitions, with `/` between names. A folder stands for a
    /// paradigm if its name is among the known ones; `None`: whatever its name.
    pub fn of(path: &str, known: Option<&BTreeSet<String>>) -> Self {
        let parts: Vec<&str> = path.strip_suffix(".toml").unwrap_or(path).split('/').collect();
        let id = |id: &str| Some(id.to_owned());
        let (kind, paradigm, id) = match parts[..] {
            ["tuned", paradigm] => {
                return Self { kind: Some(Kind::Tuned), paradigm: id(paradigm), ..Self::default() };
            }
            ["suites", name] => return Self { kind: Some(Kind::Suite), id: id(name), ..Self::default() },
            ["methods", paradigm, name] => (Kind::Method, paradigm, name),
            [paradigm, name] if paradigm != "methods" => (Kind::Benchmark, paradigm, name),
            _ => return Self::default(),
        };
        if let Some(known) = known.filter(|known| !known.contains(paradigm)) {
            let nearest = nearest(paradigm, known.iter().map(String::as_str));
            return Self { nearest, ..Self::default() };
        }
        Self { kind: Some(kind), paradigm: Some(paradigm.to_owned()), id: Some(id.to_owned()), nearest: None }
    }

    /// The place of a variant that stands in the file of another definition.
    pub fn variant(kind: Kind, paradigm: &str, id: &str) -> Self {
        Self { kind: Some(kind), paradigm: Some(paradigm.to_owned()), id: Some(id.to_owned()), nearest: None }
    }

    /// The same place where the table's own keys do not say that it holds something else; there nothing follows.
    pub fn fitting(self, kind: Kind) -> Self {
        if self.kind == Some(kind) { self } else { Self { nearest: self.nearest, ..Self::default() } }
    }

    /// Puts the keys that follow into a table that does not state them.
    ///
    /// # Errors
    /// A stated key that contradicts the place; one that is not stated and does not follow.
    pub fn complete(&self, kind: Kind, table: &mut Table) -> Result<(), DefinitionError> {
        let text = |text: &Option<String>| text.as_deref().map(Value::from);
        let mut follows = match kind {
            Kind::Tuned => vec![("tuned", text(&self.paradigm))],
            Kind::Suite => vec![("id", text(&self.id))],
            Kind::Benchmark | Kind::Method => {
                vec![("paradigm", text(&self.paradigm)), ("id", text(&self.id))]
            }
        };
        let schema = self.kind.map(|_| Value::from(i64::from(SCHEMA)));
        // Another schema is refused when the header is checked: it contradicts the program, not the place.
        follows.push(("schema", schema.filter(|_| !table.contains_key("schema"))));
        for (key, follows) in follows {
            match (table.get(key), follows) {
                (Some(stated), Some(follows)) if *stated != follows => {
                    let problem =
                        format!("contradicts the place of this {}, which says {follows}", kind.word());
                    let allowed = vec![format!("{follows}, or no `{key}` at all: it follows from the path")];
                    let found = stated.to_string();
                    return Err(DefinitionError {
                        key: key.into(),
                        found,
                        problem,
                        allowed,
                        ..DefinitionError::default()
                    });
                }
                (None, Some(follows)) => {
                    table.insert(key.to_owned(), follows);
                }
                (None, None) => return Err(self.missing(kind, key)),
                (Some(_), _) => {}
            }
        }
        Ok(())
    }

    fn missing(&self, kind: Kind, key: &str) -> DefinitionError {
        let path = match kind {
            Kind::Benchmark => "PARADIGM/ID.toml",
            Kind::Method => "methods/PARADIGM/ID.toml",
            Kind::Suite => "suites/ID.toml",
            Kind::Tuned => "tuned/PARADIGM.toml",
        };
        DefinitionError {
            key: key.into(),
            problem: format!("missing from this {}, and nothing follows from its path", kind.word()),
            allowed: vec![format!("`{key} = …`, or the file as {path} below the folder of definitions")],
            nearest: self.nearest.clone(),
            ..DefinitionError::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_from_a_path() {
        let known = BTreeSet::from(["incremental".to_owned()]);
        let place = |path: &str| Place::of(path, Some(&known));
        assert_eq!(place("incremental/mine.toml"), Place::variant(Kind::Benchmark, "incremental", "mine"));
        assert_eq!(
            place("methods/incremental/mine.toml"),
            Place::variant(Kind::Method, "incremental", "mine")
        );
        assert_eq!(place("suites/mine.toml").id.as_deref(), Some("mine"));
        assert_eq!(place("tuned/incremental.toml").paradigm.as_deref(), Some("incremental"));
        for flat in ["mine.toml", "notes/mine.toml", "methods/mine.toml", "a/b/mine.toml"] {
            assert_eq!(place(flat).kind, None, "{flat}");
        }
        assert_eq!(Place::of("new/mine.toml", None).paradigm.as_deref(), Some("new"));
    }

    #[test]
    fn a_folder_with_a_misspelt_name_of_a_paradigm_is_told_its_neighbour() {
        let known = BTreeSet::from(["incremental".to_owned()]);
        let place = Place::of("incremntal/mine.toml", Some(&known)).fitting(Kind::Benchmark);
        let error = place.complete(Kind::Benchmark, &mut Table::new()).unwrap_err().to_string();
        assert!(
            error.contains("did you mean `incremental`?") && error.contains("PARADIGM/ID.toml"),
            "{error}"
        );
    }

    #[test]
    fn a_contradiction_names_both() {
        let place = Place::variant(Kind::Method, "incremental", "mine");
        let mut table = Table::from_iter([("id".to_owned(), Value::from("other"))]);
        let error = place.complete(Kind::Method, &mut table).unwrap_err().to_string();
        assert!(error.contains("`id` = \"other\"") && error.contains("says \"mine\""), "{error}");
        let mut table = Table::from_iter([("id".to_owned(), Value::from("mine"))]);
        place.complete(Kind::Method, &mut table).unwrap();
        assert_eq!(table["paradigm"].as_str(), Some("incremental"));
    }
}
