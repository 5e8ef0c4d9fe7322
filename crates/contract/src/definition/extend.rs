//! Definitions that say only how they differ: a parent, and variants in one file.
//!
//! Tables merge, everything else replaces. What is said *about* a definition (its title, where its values come from, its
//! part in a verdict) is not handed down: it would be said of something else.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::merge::{after, merge, remove, share_out};
use super::origin::{Layer, Origin};
use super::place::{Kind, Place};
use base::error::{DefinitionError, Result};
use base::source::Source;

/// Parents above a definition at most.
const MOST_PARENTS: usize = 2;

/// Keys of a parent that its children do not get.
fn own_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Method => {
            &["schema", "id", "paradigm", "title", "provenance", "mechanism", "control", "unjudged", "search"]
        }
        _ => &["schema", "id", "paradigm", "title", "summary"],
    }
}

/// Kind, paradigm and id: what a parent is found by.
pub(super) type Key = (Kind, String, String);

/// A benchmark or a method preset as it is written, before its parent is below it.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    kind: Kind,
    table: Table,
    parent: Option<String>,
    /// Keys of the parent that do not hold here.
    dropped: Vec<String>,
    layer: Layer,
}

impl Draft {
    /// A file's definition and its variants.
    ///
    /// # Errors
    /// Keys that contradict the place or are missing; `extends`, `drop` or `variant` of another type; a benchmark that gets a
    /// value twice.
    pub fn read(kind: Kind, place: &Place, source: &Source, mut table: Table) -> Result<Vec<Self>> {
        let layer = Layer { source: source.clone(), at: String::new() };
        let variants = match table.remove("variant") {
            None => Table::new(),
            Some(Value::Table(variants)) => variants,
            Some(other) => return Err(layer.locate(wrong("variant", &other, "tables [variant.ID]"))),
        };
        let first = Self::one(kind, place, layer, table)?;
        let (_, paradigm, id) = first.key();
        let mut drafts = vec![first];
        for (name, variant) in variants {
            let layer = Layer { source: source.clone(), at: format!("variant.{name}") };
            let Value::Table(table) = variant else {
                return Err(layer.locate(wrong("", &variant, "a table of what differs")));
            };
            let mut draft = Self::one(kind, &Place::variant(kind, &paradigm, &name), layer, table)?;
            draft.parent.get_or_insert_with(|| id.clone());
            drafts.push(draft);
        }
        Ok(drafts)
    }

    fn one(kind: Kind, place: &Place, layer: Layer, mut table: Table) -> Result<Self> {
        place.complete(kind, &mut table).map_err(|error| layer.locate(error))?;
        if let Some(Value::Table(on)) = table.get_mut("on") {
            share_out(on).map_err(|error| layer.locate(error))?;
        }
        for key in ["id", "paradigm"] {
            // Who asks for a parent needs them before the header is read.
            if let Some(other) = table.get(key).filter(|value| !value.is_str()) {
                return Err(layer.locate(wrong(key, other, "a text")));
            }
        }
        let parent = match table.remove("extends") {
            None => None,
            Some(Value::String(parent)) => Some(parent),
            Some(other) => {
                let allowed = format!("the id of one {} of the same paradigm", kind.word());
                return Err(layer.locate(wrong("extends", &other, &allowed)));
            }
        };
        let dropped = match table.remove("drop") {
            None => Vec::new(),
            Some(list) => list.clone().try_into().map_err(|_| {
                layer.locate(wrong(
                    "drop",
                    &list,
                    "a list of the parent's keys: [\"on\", \"parameters.rate\"]",
                ))
            })?,
        };
        Ok(Self { kind, table, parent, dropped, layer })
    }

    pub fn key(&self) -> Key {
        let text = |key: &str| self.table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        (self.kind, text("paradigm"), text("id"))
    }

    /// The definition with everything that its parents say below it.
    ///
    /// # Errors
    /// An unknown parent, with the nearest known one; a circle; more than two parents above; a dropped key that the
    /// parent does not have.
    pub fn whole(&self, all: &BTreeMap<Key, Self>) -> Result<Origin> {
        self.above(all, &mut Vec::new())
    }

    fn above(&self, all: &BTreeMap<Key, Self>, children: &mut Vec<String>) -> Result<Origin> {
        let refuse = |error: DefinitionError| self.layer.locate(error);
        let (kind, paradigm, id) = self.key();
        children.push(id);
        let Some(parent) = &self.parent else {
            if let Some(key) = self.dropped.first() {
                let error = DefinitionError::range("drop", format!("{key:?}"), "nothing without `extends`");
                return Err(refuse(error));
            }
            return Ok(Origin { table: self.table.clone(), layers: vec![self.layer.clone()] });
        };
        let chain = || format!("{} → {parent}", children.join(" → "));
        if children.contains(parent) {
            return Err(refuse(chain_error(parent, format!("a circle: {}", chain()))));
        }
        if children.len() > MOST_PARENTS {
            let problem = format!("too deep: {}; at most {MOST_PARENTS} parents above a definition", chain());
            return Err(refuse(chain_error(parent, problem)));
        }
        let Some(below) = all.get(&(kind, paradigm.clone(), parent.clone())) else {
            let known = all.keys().filter(|(other, of, _)| *other == kind && *of == paradigm);
            let what = format!("{} of the paradigm {paradigm}", kind.word());
            let error = DefinitionError::unknown(&what, parent, known.map(|(.., id)| id.as_str()));
            return Err(refuse(DefinitionError { key: "extends".into(), ..error }));
        };
        let Origin { mut table, mut layers } = below.above(all, children)?;
        for key in own_keys(kind) {
            table.remove(*key);
        }
        for key in &self.dropped {
            if !remove(&mut table, key) {
                let known: Vec<&str> = table.keys().map(String::as_str).collect();
                let error = DefinitionError::unknown(&format!("key of its parent `{parent}`"), key, known);
                return Err(refuse(DefinitionError { key: "drop".into(), ..error }));
            }
        }
        // What is gone cannot be searched.
        if let Some(Value::Table(space)) = table.get_mut("space") {
            space.retain(|searched, _| !self.dropped.iter().any(|key| after(searched, key).is_some()));
        }
        merge(&mut table, &self.table);
        layers.insert(0, self.layer.clone());
        Ok(Origin { table, layers })
    }
}

fn wrong(key: &str, found: &Value, allowed: &str) -> DefinitionError {
    DefinitionError::range(key, found, allowed)
}

fn chain_error(parent: &str, problem: String) -> DefinitionError {
    let found = format!("{parent:?}");
    DefinitionError { key: "extends".into(), found, problem, ..DefinitionError::default() }
}

#[cfg(test)]
mod tests {
    use super::super::{Library, MethodPreset};
    use base::error::Result;

    const PARENT: &str = "title = \"EWC\"\nkind = \"ewc\"\nprovenance = \"a paper\"\nmechanism = true\n\
                          parameters = { lambda = 1.0, fisher = { estimator = \"exact\", samples = [1, 2] } }\n\
                          on.split.lambda = 5.0\n[space]\n\"parameters.lambda\" = { low = 1.0, high = 2.0 }\n";

    /// Definitions by their path below `benchmarks/`.
    fn library(files: &[(&str, &str)]) -> Result<Library> {
        let files: Vec<(String, &str)> =
            files.iter().map(|(path, text)| (format!("benchmarks/{path}"), *text)).collect();
        Library::of(files.iter().map(|(path, text)| (path.as_str(), *text)))
    }

    fn with_child(child: &str) -> Result<MethodPreset> {
        let files = [("methods/incremental/a.toml", child), ("methods/incremental/ewc.toml", PARENT)];
        Ok(library(&files)?.method("incremental", "a")?.clone())
    }

    const HEAD: &str = "extends = \"ewc\"\ntitle = \"A\"\nprovenance = \"mine\"\n";

    #[test]
    fn tables_merge_arrays_replace_and_what_is_said_about_the_parent_stays_there() {
        let child = with_child(&format!("{HEAD}parameters.fisher.samples = [3]\non.rotated.lambda = 2.0\n"));
        let header = child.unwrap().header;
        assert_eq!(header.parameters["fisher"]["samples"].as_array().map(Vec::len), Some(1));
        assert_eq!(header.parameters["fisher"]["estimator"].as_str(), Some("exact"));
        assert_eq!((header.on.len(), header.kind.as_str(), header.space.len()), (2, "ewc", 1));
        assert!(!header.mechanism && header.title == "A");
        let silent = with_child("extends = \"ewc\"\ntitle = \"A\"\n").unwrap_err().to_string();
        assert!(silent.contains("provenance"), "values come from somewhere else than the parent's: {silent}");
    }

    #[test]
    fn a_key_of_the_parent_can_be_dropped_and_must_be_one() {
        let dropped = "drop = [\"on\", \"parameters.fisher\", \"space.parameters.lambda\"]\n";
        let header = with_child(&format!("{HEAD}{dropped}")).unwrap().header;
        assert!(header.on.is_empty() && header.parameters.len() == 1 && header.space.is_empty());
        let ranges = with_child(&format!("{HEAD}drop = [\"parameters.lambda\"]\n")).unwrap().header.space;
        assert!(ranges.is_empty(), "the range of what is gone goes too");
        let error = with_child(&format!("{HEAD}drop = [\"parametrs\"]\n")).unwrap_err().to_string();
        assert!(error.contains("a.toml:4: `drop` = parametrs") && error.contains("`parameters`?"), "{error}");
    }

    #[test]
    fn errors_name_the_file_in_which_the_key_stands() {
        #[derive(Debug, PartialEq, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Parameters {
            lambda: f64,
            fisher: toml::Table,
            #[serde(default)]
            discount: f64,
        }
        let read = |child: &str| with_child(child)?.parameters::<Parameters>("none");
        let error = read(&format!("{HEAD}parameters.discont = 0.5\n")).unwrap_err().to_string();
        assert!(
            error.starts_with("benchmarks/methods/incremental/a.toml:4: `parameters.discont`"),
            "{error}"
        );
        let refused = with_child(HEAD).unwrap();
        let range = base::error::DefinitionError::range("parameters.lambda", 1.0, "another");
        let error = refused.refuse(range).to_string();
        assert!(
            error.starts_with("benchmarks/methods/incremental/ewc.toml:5: `parameters.lambda`"),
            "{error}"
        );
        let places: Vec<String> = refused.origin.written().into_iter().filter_map(|one| one.place).collect();
        assert!(places.contains(&"benchmarks/methods/incremental/a.toml:2".to_owned()), "{places:?}");
        assert!(places.contains(&"benchmarks/methods/incremental/ewc.toml:6".to_owned()), "{places:?}");
    }

    #[test]
    fn an_unknown_parent_a_circle_and_a_long_chain_are_refused() {
        let unknown = with_child(&HEAD.replace("ewc", "ewk")).unwrap_err().to_string();
        assert!(unknown.contains("a.toml:1: `extends` = ewk") && unknown.contains("`ewc`?"), "{unknown}");
        let child = |parent: &str| HEAD.replace("ewc", parent);
        let chain = |last: &str| {
            library(&[
                ("methods/incremental/a.toml", &child("b")),
                ("methods/incremental/b.toml", &child("c")),
                ("methods/incremental/c.toml", &child(last)),
                ("methods/incremental/ewc.toml", PARENT),
            ])
        };
        let circle = chain("a").unwrap_err().to_string();
        assert!(circle.contains("c.toml:1: `extends`") && circle.contains("a → b → c → a"), "{circle}");
        let deep = chain("ewc").unwrap_err().to_string();
        assert!(deep.contains("at most 2 parents") && deep.contains("a → b → c → ewc"), "{deep}");
    }

    #[test]
    fn a_variant_extends_the_definition_whose_file_it_shares() {
        let text = format!(
            "{PARENT}\n[variant.ewc-weak]\ntitle = \"Weak\"\nprovenance = \"none\"\nparameters.lambda = 0.1\n"
        );
        let file = [("methods/incremental/ewc.toml", text.as_str())];
        let library = library(&file).unwrap();
        let weak = library.method("incremental", "ewc-weak").unwrap();
        assert_eq!(weak.header.parameters["lambda"].as_float(), Some(0.1));
        assert_eq!(weak.header.on["split"]["lambda"].as_float(), Some(5.0));
        let error = weak.refuse(base::error::DefinitionError::range("parameters.lambda", 0.1, "more"));
        assert!(error.to_string().starts_with("benchmarks/methods/incremental/ewc.toml:13:"), "{error}");
    }

    #[test]
    fn a_file_below_nothing_states_its_keys_and_may_extend_what_ships() {
        let mut library = library(&[("methods/incremental/ewc.toml", PARENT)]).unwrap();
        let source = |text: String| base::source::Source { name: "mine.toml".into(), text };
        let full = format!("schema = 1\nid = \"mine\"\nparadigm = \"incremental\"\n{HEAD}");
        library.add(source(full.clone())).unwrap();
        assert_eq!(library.method("incremental", "mine").unwrap().header.kind, "ewc");
        for key in ["schema", "id", "paradigm"] {
            let text: String =
                full.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
            let error = library.add(source(text)).unwrap_err().to_string();
            let told =
                error.contains(&format!("`{key}`: missing")) && error.contains("methods/PARADIGM/ID.toml");
            assert!(told && error.starts_with("mine.toml"), "{error}");
        }
    }
}
