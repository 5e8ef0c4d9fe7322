//! All definitions: those that ship, and a user's folder on top.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::benchmark::Benchmark;
use super::extend::{Draft, Key};
use super::method::MethodPreset;
use super::origin::Origin;
use super::place::{Kind, Place};
use super::suite::Suite;
use super::tuned::{Arm, Tuned, TunedFile};
use base::error::{DefinitionError, Error, Result};
use base::source::Source;

/// The root of the source tree that this was compiled in.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Every known definition, ordered by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    pub benchmarks: BTreeMap<String, Benchmark>,
    /// Keyed by paradigm and id: the same name may mean different things in different paradigms.
    pub methods: BTreeMap<(String, String), MethodPreset>,
    pub suites: BTreeMap<String, Suite>,
    /// What searches found, keyed by paradigm, method, benchmark and arm.
    pub tuned: BTreeMap<(String, String, String, Arm), Tuned>,
    /// Benchmarks and presets as they are written: what others extend.
    drafts: BTreeMap<Key, Draft>,
}

/// The folder of the definitions that ship.
const SHIPPED: &str = "benchmarks";

impl Library {
    /// The definitions that ship, by path from the root of the source tree and text.
    ///
    /// # Errors
    /// Definition errors.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut library = Self::default();
        let placed = texts.into_iter().map(|(name, text)| {
            let below = name.strip_prefix(SHIPPED).unwrap_or(name).trim_start_matches('/');
            (Place::of(below, None), Source { name: name.to_owned(), text: text.to_owned() })
        });
        library.add_all(placed.collect())?;
        Ok(library)
    }

    /// The definitions as they stand in the source tree that this was compiled in, named by their path from its root:
    /// for tests and programs that are being worked on, which need not be compiled again when a definition changes.
    ///
    /// # Errors
    /// When the tree is gone; definition errors.
    pub fn of_tree() -> Result<Self> {
        let root = Path::new(TREE);
        let mut files = Vec::new();
        read_below(&root.join(SHIPPED), "", &mut files)?;
        let mut library = Self::default();
        let placed = files.into_iter().map(|(below, source)| {
            let name = format!("{SHIPPED}/{below}");
            (Place::of(&below, None), Source { name, ..source })
        });
        library.add_all(placed.collect())?;
        Ok(library)
    }

    /// Adds every `*.toml` below a user's folder; an id that exists already is replaced, but not below what extends it and
    /// was there before.
    ///
    /// # Errors
    /// Unreadable files and definition errors.
    pub fn add_folder(&mut self, folder: &Path) -> Result<()> {
        let mut files = Vec::new();
        read_below(folder, "", &mut files)?;
        let known = self.paradigms();
        let placed = files.into_iter().map(|(below, source)| (Place::of(&below, Some(&known)), source));
        self.add_all(placed.collect())
    }

    /// Adds the definitions of one text that stands nowhere, so that nothing follows from its path. Its kind is told by its
    /// keys: `cell` a suite, `kind` or `provenance` a method, `tuned` what searches found, otherwise a benchmark.
    ///
    /// # Errors
    /// Definition errors.
    pub fn add(&mut self, source: Source) -> Result<()> {
        self.add_all(vec![(Place::default(), source)])
    }

    /// Names of paradigms, as far as definitions tell.
    fn paradigms(&self) -> BTreeSet<String> {
        self.drafts.keys().map(|(_, paradigm, _)| paradigm.clone()).collect()
    }

    /// Adds texts that may extend each other, in whatever order.
    fn add_all(&mut self, texts: Vec<(Place, Source)>) -> Result<()> {
        let mut added = Vec::new();
        for (place, source) in texts {
            let mut table = source.table()?;
            let kind = Kind::told(&table).or(place.kind).unwrap_or(Kind::Benchmark);
            let place = place.fitting(kind);
            if matches!(kind, Kind::Benchmark | Kind::Method) {
                for draft in Draft::read(kind, &place, &source, table)? {
                    let key = draft.key();
                    self.drafts.insert(key.clone(), draft);
                    added.push(key);
                }
                continue;
            }
            place.complete(kind, &mut table).map_err(|error| source.locate(error))?;
            if kind == Kind::Suite {
                let suite = Suite::of(&Origin::whole(source, table))?;
                self.suites.insert(suite.header.id.clone(), suite);
                continue;
            }
            let TunedFile { tuned: paradigm, entry, .. } = TunedFile::of(&source, table)?;
            for one in entry {
                let key = (paradigm.clone(), one.method.clone(), one.benchmark.clone(), one.arm);
                self.tuned.insert(key, one);
            }
        }
        for key in added {
            let Some(draft) = self.drafts.get(&key) else { continue };
            let origin = draft.whole(&self.drafts)?;
            let (kind, paradigm, id) = key;
            if kind == Kind::Method {
                self.methods.insert((paradigm, id), MethodPreset::of(origin)?);
            } else {
                self.benchmarks.insert(id, Benchmark::of(origin)?);
            }
        }
        Ok(())
    }

    /// A benchmark by id.
    ///
    /// # Errors
    /// Unknown id, with the nearest known one.
    pub fn benchmark(&self, id: &str) -> Result<&Benchmark> {
        self.benchmarks.get(id).ok_or_else(|| {
            DefinitionError::unknown("benchmark", id, self.benchmarks.keys().map(String::as_str)).into()
        })
    }

    /// A method preset of a paradigm.
    ///
    /// # Errors
    /// Unknown id, with the nearest known one.
    pub fn method(&self, paradigm: &str, id: &str) -> Result<&MethodPreset> {
        self.methods.get(&(paradigm.to_owned(), id.to_owned())).ok_or_else(|| {
            DefinitionError::unknown(&format!("method of paradigm {paradigm}"), id, self.method_ids(paradigm))
                .into()
        })
    }

    /// What a search found for a preset on a benchmark, if neither has changed since.
    ///
    /// # Errors
    /// A preset that cannot be written.
    pub fn found(&self, preset: &MethodPreset, benchmark: &Benchmark, arm: Arm) -> Result<Option<&Tuned>> {
        let (header, id) = (&preset.header, &benchmark.header.id);
        let key = (header.paradigm.clone(), header.id.clone(), id.clone(), arm);
        let Some(tuned) = self.tuned.get(&key) else { return Ok(None) };
        let fresh = tuned.version == benchmark.header.version && tuned.preset == preset.digest(id)?;
        Ok(fresh.then_some(tuned))
    }

    /// Whether there are values for this preset on this benchmark that no longer hold: one of the two has changed since.
    ///
    /// # Errors
    /// A preset that cannot be written.
    pub fn outdated(&self, preset: &MethodPreset, benchmark: &Benchmark) -> Result<Option<&Tuned>> {
        let (header, id) = (&preset.header, &benchmark.header.id);
        for arm in [Arm::Method, Arm::Mechanism, Arm::Constant, Arm::Optimiser] {
            let key = (header.paradigm.clone(), header.id.clone(), id.clone(), arm);
            if let (Some(tuned), None) = (self.tuned.get(&key), self.found(preset, benchmark, arm)?) {
                return Ok(Some(tuned));
            }
        }
        Ok(None)
    }

    /// Ids of the method presets of a paradigm.
    pub fn method_ids<'a>(&'a self, paradigm: &'a str) -> impl Iterator<Item = &'a str> {
        self.methods.keys().filter(move |(of, _)| of == paradigm).map(|(_, id)| id.as_str())
    }
}

/// Every `*.toml` below a folder, in order, with its path from there, `/` between names.
fn read_below(folder: &Path, below: &str, files: &mut Vec<(String, Source)>) -> Result<()> {
    let mut entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(Error::input("read the folder of definitions", folder))?;
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            read_below(&path, &format!("{name}/"), files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let bytes = std::fs::read(&path).map_err(Error::input("read the definition", &path))?;
            files.push((name, Source::of_bytes(path.display().to_string(), bytes)?));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_definition_parses_and_stands_in_the_folder_of_its_paradigm() {
        let library = Library::of_tree().expect("shipped definitions are valid");
        let benchmarks = library.benchmarks.values().map(|one| (&one.source, "", &one.header.paradigm));
        let methods = library.methods.values().map(|one| (&one.source, "methods/", &one.header.paradigm));
        for (source, kind, paradigm) in benchmarks.chain(methods) {
            let folder = format!("benchmarks/{kind}{paradigm}/");
            assert!(source.name.starts_with(&folder), "{} is not in {folder}", source.name);
        }
        for suite in library.suites.values() {
            assert_eq!(suite.source.name, format!("benchmarks/suites/{}.toml", suite.header.id));
        }
    }

    #[test]
    fn no_shipped_definition_takes_the_place_of_another() {
        let library = Library::of_tree().expect("shipped definitions are valid");
        let mut files = Vec::new();
        read_below(&Path::new(TREE).join(SHIPPED), "", &mut files).expect("readable");
        files.retain(|(below, _)| !below.starts_with("tuned/"));
        let variants = |source: &Source| {
            let table = source.table().expect("TOML");
            table.get("variant").and_then(toml::Value::as_table).map_or(0, toml::Table::len)
        };
        let written: usize = files.iter().map(|(_, source)| 1 + variants(source)).sum();
        assert_eq!(written, library.benchmarks.len() + library.methods.len() + library.suites.len());
    }

    #[test]
    fn a_users_folder_has_the_layout_of_the_shipped_one_and_extends_it() {
        let mut library = Library::of_tree().expect("shipped definitions are valid");
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("methods/incremental");
        std::fs::create_dir_all(&place).expect("created");
        let text = "extends = \"ewc\"\ntitle = \"Mine\"\nprovenance = \"none\"\nparameters.lambda = 3.0\n";
        std::fs::write(place.join("mine.toml"), text).expect("written");
        library.add_folder(folder.path()).expect("valid");
        let mine = library.method("incremental", "mine").expect("found");
        assert_eq!(mine.header.parameters["lambda"].as_float(), Some(3.0));
        assert_eq!(mine.header.kind, "ewc");
        std::fs::write(place.join("mine.toml"), format!("id = \"other\"\n{text}")).expect("written");
        let error = library.add_folder(folder.path()).expect_err("a contradiction").to_string();
        assert!(
            error.contains("mine.toml:1: `id` = \"other\"") && error.contains("says \"mine\""),
            "{error}"
        );
    }
}
