//! Where episodes come from: sinusoids, or few samples of characters.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::episode::{Episode, Phase};
use super::few_shot::FewShot;
use super::sinusoid::Sinusoid;
use base::error::{DefinitionError, Result};
use base::rng::FastRng;
use data::{Data, Dataset};

/// Where episodes come from; the `kind` key chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EpisodeSpec {
    Sinusoid(Sinusoid),
    FewShot(FewShot),
}

impl EpisodeSpec {
    /// Checks every range; keys are reported below `episodes`.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(), DefinitionError> {
        match self {
            Self::Sinusoid(sinusoid) => sinusoid.check("episodes"),
            Self::FewShot(few_shot) => few_shot.check("episodes"),
        }
    }

    /// Shape of an input: channels, height, width.
    pub fn shape(&self) -> [usize; 3] {
        match self {
            Self::Sinusoid(_) => [1, 1, 1],
            Self::FewShot(few_shot) => few_shot.shape(),
        }
    }

    /// Values or scores that a task asks for.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Sinusoid(_) => 1,
            Self::FewShot(few_shot) => few_shot.ways,
        }
    }

    /// Samples in a support set.
    pub fn support(&self) -> usize {
        match self {
            Self::Sinusoid(sinusoid) => sinusoid.shots,
            Self::FewShot(few_shot) => few_shot.ways * few_shot.shots,
        }
    }

    /// Samples in a query set.
    pub fn query(&self, phase: Phase) -> usize {
        match (self, phase) {
            (Self::Sinusoid(sinusoid), Phase::Training) => sinusoid.queries,
            (Self::Sinusoid(sinusoid), Phase::Test) => sinusoid.test_queries,
            (Self::FewShot(few_shot), _) => few_shot.ways * few_shot.queries,
        }
    }

    /// The data set that tasks are cut from; none where they are generated.
    pub fn dataset(&self) -> Option<&'static str> {
        match self {
            Self::Sinusoid(_) => None,
            Self::FewShot(_) => Some("omniglot"),
        }
    }

    /// The tasks themselves.
    ///
    /// # Errors
    /// Missing or damaged data.
    pub(super) fn open(&self, data: &Data) -> Result<Tasks> {
        Ok(match self {
            Self::Sinusoid(sinusoid) => Tasks::Sinusoid(sinusoid.clone()),
            Self::FewShot(few_shot) => Tasks::FewShot(few_shot.clone(), data.get("omniglot")?),
        })
    }
}

/// A source of episodes with its data.
#[derive(Debug, Clone)]
pub(super) enum Tasks {
    Sinusoid(Sinusoid),
    FewShot(FewShot, Arc<Dataset>),
}

impl Tasks {
    /// The next task.
    pub fn draw(&self, phase: Phase, random: &mut FastRng) -> Episode {
        match (self, phase) {
            (Self::Sinusoid(sinusoid), Phase::Training) => sinusoid.draw(sinusoid.queries, random),
            (Self::Sinusoid(sinusoid), Phase::Test) => sinusoid.draw(sinusoid.test_queries, random),
            (Self::FewShot(few_shot, dataset), _) => few_shot.draw(dataset, phase, random),
        }
    }
}
