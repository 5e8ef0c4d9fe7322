//! What can go wrong where tensors are: an error of the tensor engine, which the crates below do not know, or any other.

use base::error::{DefinitionError, Error as Common};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Becomes [`base::error::Error::Engine`] above.
    #[error("tensor engine: {0}")]
    Engine(#[from] candle_core::Error),

    #[error(transparent)]
    Common(#[from] Common),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An operation that the engine would have refused, in our own words.
    pub fn engine(problem: impl Into<String>) -> Self {
        Self::Engine(candle_core::Error::Msg(problem.into()))
    }

    /// As [`Common::data`].
    pub fn data(dataset: impl Into<String>, problem: impl Into<String>) -> Self {
        Common::data(dataset, problem).into()
    }
}

impl From<Error> for Common {
    fn from(error: Error) -> Self {
        match error {
            Error::Engine(error) => Self::Engine(error.into()),
            Error::Common(error) => error,
        }
    }
}

impl From<DefinitionError> for Error {
    fn from(error: DefinitionError) -> Self {
        Self::Common(error.into())
    }
}

impl From<Box<DefinitionError>> for Error {
    fn from(error: Box<DefinitionError>) -> Self {
        Self::Common(error.into())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Common(error.into())
    }
}
