//! TOML to typed settings, with errors that name the file, the line, the key, the value, what is allowed and the
//! nearest known name.

use serde::de::DeserializeOwned;
use toml::de::{DeTable, DeValue};

use crate::error::{DefinitionError, Error, Result, nearest};

/// A text and where it came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    /// File name, for messages.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A file's content.
    ///
    /// # Errors
    /// A definition error with the line of the first byte that is not UTF-8.
    pub fn of_bytes(name: String, bytes: Vec<u8>) -> Result<Self> {
        String::from_utf8(bytes).map(|text| Self { name: name.clone(), text }).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count();
            let problem = format!("not a text in UTF-8: byte 0x{:02x}", error.as_bytes()[at]);
            let allowed = vec!["a definition in TOML, which is UTF-8".into()];
            DefinitionError { problem, allowed, ..DefinitionError::default() }.at(name, Some(line)).into()
        })
    }

    /// Parses the text as a TOML table.
    ///
    /// # Errors
    /// A definition error with the line of the syntax error.
    pub fn table(&self) -> Result<toml::Table> {
        self.text.parse::<toml::Table>().map_err(|error| {
            let line = error.span().map(|span| line_of(&self.text, span.start));
            let problem = format!("not valid TOML: {}", error.message());
            DefinitionError { problem, ..DefinitionError::default() }.at(&self.name, line).into()
        })
    }

    /// The 1-based line of a dotted key, e.g. `stream.classes_per_task`; of a place in an array, `receptors[0].target`, that
    /// of the array.
    pub fn line_of_key(&self, dotted: &str) -> Option<usize> {
        let table = DeTable::parse(&self.text).ok()?;
        self.line_within(table.get_ref(), dotted)
    }

    /// The line of `rest` within a table. A key may speak of several names at once, `"a, b"`.
    fn line_within(&self, table: &DeTable<'_>, rest: &str) -> Option<usize> {
        let mut fitting = Vec::new();
        for (key, value) in table {
            for name in key.get_ref().split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let after =
                    rest.strip_prefix(name).filter(|own| own.is_empty() || own.starts_with(['.', '[']));
                fitting.extend(after.map(|after| (after.trim_start_matches('.'), key.span().start, value)));
            }
        }
        // Ids may hold dots and dashes, so the longest key comes first.
        fitting.sort_by_key(|(after, ..)| after.len());
        fitting.into_iter().find_map(|(after, start, value)| match value.get_ref() {
            DeValue::Table(inner) if !after.is_empty() => self.line_within(inner, after),
            _ => Some(line_of(&self.text, start)),
        })
    }

    /// Turns part of this text into a checked struct. `at` is the dotted place of `value` in the text.
    ///
    /// # Errors
    /// A definition error that names the key, what was found and what is allowed.
    pub fn read<T: DeserializeOwned>(&self, value: toml::Value, at: &str) -> Result<T> {
        serde_path_to_error::deserialize(value.clone()).map_err(|error| {
            let inner = error.path().to_string();
            let path = match (at, inner.as_str()) {
                (at, "." | "") => at.to_owned(),
                ("", inner) => inner.to_owned(),
                (at, inner) => format!("{at}.{inner}"),
            };
            self.explain(&error.inner().to_string(), path, at, &value)
        })
    }

    /// Points a definition error that only knows its key at this source.
    pub fn locate(&self, mut error: DefinitionError) -> Error {
        if error.place.is_empty() {
            error.place.clone_from(&self.name);
            error.line = self.line_of_key(&error.key);
        }
        error.into()
    }

    fn explain(&self, message: &str, path: String, at: &str, value: &toml::Value) -> Error {
        let message = message.lines().next().unwrap_or_default().trim();
        let (problem, offender, allowed) = parse_serde_message(message);
        let mut error = DefinitionError { key: path, problem, ..DefinitionError::default() };
        if let Some(offender) = offender {
            error.nearest = nearest(&offender, allowed.iter().map(String::as_str));
            if error.problem == "unknown key" && !error.key.ends_with(&offender) {
                let separator = if error.key.is_empty() { "" } else { "." };
                error.key = format!("{}{separator}{offender}", error.key);
            } else if error.problem != "unknown key" {
                error.found = format!("{offender:?}");
            }
        } else if let Some(found) = lookup(value, error.key.strip_prefix(at).unwrap_or(&error.key)) {
            error.found = found.to_string();
        }
        error.allowed = allowed;
        let line = self.line_of_key(&error.key);
        error.at(&self.name, line).into()
    }
}

fn lookup<'a>(value: &'a toml::Value, path: &str) -> Option<&'a toml::Value> {
    let value =
        path.split('.').filter(|part| !part.is_empty()).try_fold(value, |value, part| value.get(part))?;
    (!value.is_table()).then_some(value)
}

/// Splits serde's "unknown field `a`, expected one of `b`, `c`" into problem, offender and alternatives.
fn parse_serde_message(message: &str) -> (String, Option<String>, Vec<String>) {
    let quoted =
        |text: &str| -> Vec<String> { text.split('`').skip(1).step_by(2).map(str::to_owned).collect() };
    for (start, problem) in [("unknown field `", "unknown key"), ("unknown variant `", "unknown value")] {
        if let Some(rest) = message.strip_prefix(start) {
            let (offender, rest) = rest.split_once('`').unwrap_or((rest, ""));
            return (problem.to_owned(), Some(offender.to_owned()), quoted(rest));
        }
    }
    (message.to_owned(), None, Vec::new())
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Model {
        kind: Kind,
        hidden: Vec<usize>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Mlp,
        Cnn,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        model: Model,
    }

    #[test]
    fn a_key_that_speaks_of_several_names_is_found_for_each() {
        let text = "on.\"a, b\".x = 1\non.\"b, c\".y = 2\n".to_owned();
        let source = Source { name: "mine.toml".into(), text };
        let lines = ["on.a.x", "on.b.x", "on.b.y", "on.c.y", "on.a.y"].map(|key| source.line_of_key(key));
        assert_eq!(lines, [Some(1), Some(1), Some(2), Some(2), None]);
    }

    fn error_of(text: &str) -> String {
        let source = Source { name: "mine.toml".into(), text: text.into() };
        let result = source.table().and_then(|table| source.read::<File>(table.into(), ""));
        result.expect_err("must be refused").to_string()
    }

    #[test]
    fn an_unknown_key_names_file_line_and_neighbour() {
        let message = error_of("[model]\nkind = \"mlp\"\nhiden = [3]\n");
        assert_eq!(
            message,
            "mine.toml:3: `model.hiden`: unknown key; did you mean `hidden`?\n  allowed: kind, hidden"
        );
    }

    #[test]
    fn an_unknown_value_lists_what_is_allowed() {
        let message = error_of("model = { kind = \"mpl\", hidden = [3] }\n");
        assert_eq!(
            message,
            "mine.toml:1: `model.kind` = \"mpl\": unknown value; did you mean `mlp`?\n  allowed: mlp, cnn"
        );
    }

    #[test]
    fn a_wrong_type_shows_the_value() {
        let message = error_of("[model]\nkind = \"mlp\"\nhidden = \"three\"\n");
        assert!(message.starts_with("mine.toml:3: `model.hidden` = \"three\": invalid type"), "{message}");
    }

    #[test]
    fn broken_syntax_has_a_line() {
        let message = error_of("[model]\nkind = = 3\n");
        assert!(message.starts_with("mine.toml:2: not valid TOML"), "{message}");
    }
}
