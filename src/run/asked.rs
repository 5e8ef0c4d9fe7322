//! Who asked for a method, so that an error about it is told where it was asked for and not where its parts are defined.

use base::error::{DefinitionError, Error};
use base::source::Source;
use contract::definition::{Benchmark, Suite};

/// The command line, a suite's cell or a benchmark's own list.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'l> {
    CommandLine,
    Suite(&'l Suite),
    Benchmark(&'l Benchmark),
}

impl Asked<'_> {
    fn source(&self) -> Option<(&Source, &'static str)> {
        match self {
            Self::CommandLine => None,
            Self::Suite(suite) => Some((&suite.source, "cell.methods")),
            Self::Benchmark(benchmark) => Some((&benchmark.source, "methods")),
        }
    }

    /// An error that does not know its place: a name that does not exist, a control that does not follow.
    pub fn refuse(&self, method: &str, error: DefinitionError) -> Error {
        if !error.place.is_empty() {
            return error.into();
        }
        if !error.key.is_empty() {
            return self.blame(method, error);
        }
        let Some((source, key)) = self.source() else {
            return DefinitionError { key: "--method".into(), found: format!("{method:?}"), ..error }.into();
        };
        let line = line_of_word(source, method).or_else(|| source.line_of_key(key));
        DefinitionError { key: key.into(), ..error }.at(&source.name, line).into()
    }

    /// An error in what was put on top of a preset by the method's name: it keeps its key, and its place is that name.
    pub fn blame(&self, method: &str, error: DefinitionError) -> Error {
        let Some((source, key)) = self.source() else {
            return error.at(format!("--method {method}"), None).into();
        };
        let line = line_of_word(source, method).or_else(|| source.line_of_key(key));
        let line = line.map_or_else(String::new, |line| format!(":{line}"));
        error.at(format!("{}{line}: {method}", source.name), None).into()
    }
}

/// The first line in which the word stands in quotes.
pub(super) fn line_of_word(source: &Source, word: &str) -> Option<usize> {
    let quoted = format!("\"{word}\"");
    source.text.lines().position(|line| line.contains(&quoted)).map(|at| at + 1)
}
