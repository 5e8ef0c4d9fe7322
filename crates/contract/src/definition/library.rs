//! All definitions: those that ship, and a user's folder on top.

use std::collections::BTreeMap;
use std::path::Path;

use super::benchmark::Benchmark;
use super::method::MethodPreset;
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
}

impl Library {
    /// Definitions by name (a path, for messages) and text.
    ///
    /// # Errors
    /// Definition errors.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut library = Self::default();
        for (name, text) in texts {
            library.add(Source { name: name.to_owned(), text: text.to_owned() })?;
        }
        Ok(library)
    }

    /// The definitions as they stand in the source tree that this was compiled in, named by their path from its root:
    /// for tests and programs that are being worked on, which need not be compiled again when a definition changes.
    ///
    /// # Errors
    /// When the tree is gone; definition errors.
    pub fn of_tree() -> Result<Self> {
        let root = Path::new(TREE);
        let mut library = Self::default();
        library.add_below(&root.join("benchmarks"), &|path| {
            path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
        })?;
        Ok(library)
    }

    /// Adds every `*.toml` below a user's folder; an id that exists already is replaced.
    ///
    /// # Errors
    /// Unreadable files and definition errors.
    pub fn add_folder(&mut self, folder: &Path) -> Result<()> {
        self.add_below(folder, &|path| path.display().to_string())
    }

    fn add_below(&mut self, folder: &Path, name: &dyn Fn(&Path) -> String) -> Result<()> {
        let mut entries = std::fs::read_dir(folder)
            .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
            .map_err(Error::input("read the folder of definitions", folder))?;
        entries.sort_by_key(std::fs::DirEntry::path);
        for entry in entries {
            let path = entry.path();
            if path.is_dir() {
                self.add_below(&path, name)?;
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                let bytes = std::fs::read(&path).map_err(Error::input("read the definition", &path))?;
                self.add(Source::of_bytes(name(&path), bytes)?)?;
            }
        }
        Ok(())
    }

    /// Adds one definition; its kind is told by its keys: `cell` a suite, `kind` a method, `tuned` what searches found,
    /// otherwise a benchmark.
    ///
    /// # Errors
    /// Definition errors.
    pub fn add(&mut self, source: Source) -> Result<()> {
        let table = source.table()?;
        if table.contains_key("cell") {
            let suite = Suite::parse(source)?;
            self.suites.insert(suite.header.id.clone(), suite);
        } else if table.contains_key("kind") {
            let method = MethodPreset::parse(source)?;
            let key = (method.header.paradigm.clone(), method.header.id.clone());
            self.methods.insert(key, method);
        } else if table.contains_key("tuned") {
            let TunedFile { tuned: paradigm, entry, .. } = TunedFile::parse(&source)?;
            for one in entry {
                let key = (paradigm.clone(), one.method.clone(), one.benchmark.clone(), one.arm);
                self.tuned.insert(key, one);
            }
        } else {
            let benchmark = Benchmark::parse(source)?;
            self.benchmarks.insert(benchmark.header.id.clone(), benchmark);
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

    /// Ids of the method presets of a paradigm.
    pub fn method_ids<'a>(&'a self, paradigm: &'a str) -> impl Iterator<Item = &'a str> {
        self.methods.keys().filter(move |(of, _)| of == paradigm).map(|(_, id)| id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_definition_parses_and_stands_in_a_file_of_its_name() {
        let library = Library::of_tree().expect("shipped definitions are valid");
        for benchmark in library.benchmarks.values() {
            let expected = format!("benchmarks/{}/{}.toml", benchmark.header.paradigm, benchmark.header.id);
            assert_eq!(benchmark.source.name, expected);
        }
        for suite in library.suites.values() {
            assert_eq!(suite.source.name, format!("benchmarks/suites/{}.toml", suite.header.id));
        }
    }
}
