//! Error types of the library. Each names the offending value and what would be allowed.

use std::path::PathBuf;

/// Everything that can go wrong inside the library.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A definition (TOML file, command-line id, parameter value) says something that is not allowed.
    #[error(transparent)]
    Definition(#[from] Box<DefinitionError>),

    /// A data file is missing, damaged or not what its name says.
    #[error("data set `{dataset}`: {problem}")]
    Data { dataset: String, problem: String },

    /// Reading or writing a file failed.
    #[error("{action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },

    /// Something that the user named cannot be read, or cannot be written to before anything was done.
    #[error("{action} {}: {source}", path.display())]
    Input { action: &'static str, path: PathBuf, source: std::io::Error },

    /// A record file contains a line that is not a record, or not as it was written (a torn last line is recovered).
    #[error("{}:{line}: not a record: {problem}; --salvage goes on with the records that can be read", path.display())]
    Journal { path: PathBuf, line: usize, problem: String },

    /// The file that says what was asked for is damaged.
    #[error("{}: not a plan: {problem}; without the file a report cannot say what is missing", path.display())]
    Plan { path: PathBuf, problem: String },

    /// A file that this process writes to is no longer the one that stands under its path.
    #[error("{} was {problem} while it was written to; nothing more is written to it", path.display())]
    Gone { path: PathBuf, problem: String },

    /// Another process writes to the same output folder.
    #[error("{} is in use by another process (lock file {}); wait for it or choose another folder", dir.display(), lock.display())]
    Locked { dir: PathBuf, lock: PathBuf },

    /// A run that something else rests on, e.g. a search, did not end well; it is a record with the reason.
    #[error("{benchmark}: {method}, seed {seed}, did not end well: {problem}")]
    Run { benchmark: String, method: String, seed: u64, problem: String },

    /// Training produced a number that is not finite.
    #[error("diverged at update {update}: {what} is {value}")]
    Diverged { update: usize, what: String, value: f64 },

    /// A control replays a run that did not finish, or that had no modulation.
    #[error("there is nothing to replay: the run {key} did not finish or recorded no gains")]
    NothingToReplay { key: String },

    /// A run was asked to stop (time limit or interrupt).
    #[error("stopped: {0}")]
    Stopped(StopReason),

    /// The tensor engine, which learners alone know, refused an operation: a bug, or a shape that a check let through.
    #[error("tensor engine: {0}")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// Serialisation failed.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Why a run ended before its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    TimeLimit,
    Interrupt,
}

impl std::fmt::Display for StopReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TimeLimit => "the time limit was reached",
            Self::Interrupt => "interrupted",
        })
    }
}

/// A mistake in something the user wrote, with the place, the value, what is allowed and the nearest known name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DefinitionError {
    /// File, or the flag on the command line.
    pub place: String,
    /// 1-based line, where known.
    pub line: Option<usize>,
    /// Dotted key, e.g. `stream.classes_per_task`.
    pub key: String,
    /// What was found there.
    pub found: String,
    /// What is wrong with it.
    pub problem: String,
    /// What would be allowed.
    pub allowed: Vec<String>,
    /// The nearest known name, if one is near.
    pub nearest: Option<String>,
}

impl std::error::Error for DefinitionError {}

impl std::fmt::Display for DefinitionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.place.is_empty() {
            f.write_str(&self.place)?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str(": ")?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}`", self.key)?;
            if !self.found.is_empty() {
                write!(f, " = {}", self.found)?;
            }
            f.write_str(": ")?;
        } else if !self.found.is_empty() {
            write!(f, "`{}`: ", self.found)?;
        }
        f.write_str(&self.problem)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean `{nearest}`?")?;
        }
        if !self.allowed.is_empty() {
            write!(f, "\n  allowed: {}", self.allowed.join(", "))?;
        }
        Ok(())
    }
}

impl DefinitionError {
    /// An unknown name, with the nearest of `known`.
    pub fn unknown<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let allowed: Vec<String> = known.into_iter().map(str::to_owned).collect();
        Self {
            found: name.to_owned(),
            problem: format!("unknown {kind}"),
            nearest: nearest(name, allowed.iter().map(String::as_str)),
            allowed,
            ..Self::default()
        }
    }

    /// Checks that work which nothing interrupts stays short: between two questions whether to stop, so many samples pass
    /// through a network of so many multiply–adds. What is refused takes minutes per step on a fast core.
    ///
    /// # Errors
    /// Names the key and how many samples are allowed.
    pub fn check_work(key: &str, samples: usize, multiply_adds: u64) -> std::result::Result<(), Self> {
        /// 512 samples of the largest dense network; some ten seconds forward and back on one core.
        const MOST: u64 = 51_200_000_000;
        let most = MOST / multiply_adds.max(1);
        if samples as u64 <= most {
            return Ok(());
        }
        let allowed = format!(
            "at most {most}, with {multiply_adds} multiply–adds per sample: a longer step could not be stopped in time"
        );
        Err(Self::range(key, samples, &allowed))
    }

    /// A value outside its range: `key = found`, `allowed` in words.
    pub fn range(key: &str, found: impl std::fmt::Display, allowed: &str) -> Self {
        Self {
            key: key.to_owned(),
            found: found.to_string(),
            problem: "out of range".to_owned(),
            allowed: vec![allowed.to_owned()],
            ..Self::default()
        }
    }

    /// The same in a table: its key is `table.key`.
    #[must_use]
    pub fn below(self, table: impl std::fmt::Display) -> Self {
        Self { key: format!("{table}.{}", self.key), ..self }
    }

    /// The same error, told where it stands.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>, line: Option<usize>) -> Self {
        self.place = place.into();
        self.line = line;
        self
    }
}

impl From<DefinitionError> for Error {
    fn from(error: DefinitionError) -> Self {
        Self::Definition(Box::new(error))
    }
}

impl Error {
    /// Wraps an I/O error with what was being done to which path.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// The same for what the user named, found before anything was done.
    pub fn input(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Input { action, path, source }
    }

    /// Whether the fault lies in what the user gave (arguments, definitions, data, records) and not in a run or a disk.
    pub fn is_input(&self) -> bool {
        matches!(
            self,
            Self::Definition(_)
                | Self::Data { .. }
                | Self::Input { .. }
                | Self::Journal { .. }
                | Self::Plan { .. }
                | Self::Locked { .. }
        )
    }

    /// A data error.
    pub fn data(dataset: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Data { dataset: dataset.into(), problem: problem.into() }
    }
}

/// The library's result type.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The known name nearest to `name`, if one is near enough to be a typo.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().max(name.len()) / 4)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_neighbour_and_nonsense_finds_none() {
        assert_eq!(nearest("ewcc", ["naive", "ewc", "si"]).as_deref(), Some("ewc"));
        assert_eq!(nearest("quux-frobnicate", ["naive", "ewc", "si"]), None);
    }

    #[test]
    fn a_definition_error_names_place_key_value_and_alternatives() {
        let error = DefinitionError {
            key: "method".into(),
            ..DefinitionError::unknown("method", "ewcc", ["ewc", "si"])
        }
        .at("mine.toml", Some(3));
        assert_eq!(
            error.to_string(),
            "mine.toml:3: `method` = ewcc: unknown method; did you mean `ewc`?\n  allowed: ewc, si"
        );
    }
}
