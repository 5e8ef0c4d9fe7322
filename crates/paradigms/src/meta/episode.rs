//! Episodes: a task's few samples to adapt to (D_i^train), and others to be judged on (D_i^val).

use serde::{Deserialize, Serialize};

use std::sync::Arc;

use super::few_shot::FewShot;
use super::sinusoid::Sinusoid;
use base::error::{DefinitionError, Result};
use base::rng::FastRng;
use data::{Data, Dataset};
use learn::nn::twice::{Samples, Targets};

/// Samples that own their values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Set {
    /// n × inputs.
    pub inputs: Vec<f32>,
    pub answers: Answers,
}

/// What a set asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// n values: regression.
    Values(Vec<f32>),
    /// n labels in 0..ways: classification.
    Labels(Vec<u32>),
}

impl Default for Answers {
    fn default() -> Self {
        Self::Values(Vec::new())
    }
}

impl Set {
    /// The samples as the network takes them.
    pub fn samples(&self) -> Samples<'_> {
        let targets = match &self.answers {
            Answers::Values(values) => Targets::Values(values),
            Answers::Labels(labels) => Targets::Labels(labels),
        };
        Samples { inputs: &self.inputs, targets }
    }

    /// Number of samples.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        match &self.answers {
            Answers::Values(values) => values.len(),
            Answers::Labels(labels) => labels.len(),
        }
    }

    /// Appends the samples of a set of the same kind.
    pub fn extend(&mut self, other: &Self) {
        self.inputs.extend_from_slice(&other.inputs);
        match (&mut self.answers, &other.answers) {
            (Answers::Values(own), Answers::Values(more)) => own.extend_from_slice(more),
            (Answers::Labels(own), Answers::Labels(more)) => own.extend_from_slice(more),
            (own, more) => own.clone_from(more),
        }
    }
}

/// One task.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Episode {
    /// What the learner adapts to.
    pub support: Set,
    /// What it is judged on.
    pub query: Set,
}

impl Episode {
    /// Support and query together, for methods that do not tell them apart.
    pub fn all(&self) -> Set {
        let mut all = self.support.clone();
        all.extend(&self.query);
        all
    }
}

/// Where episodes come from; the `kind` key chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum EpisodeSpec {
    Sinusoid(Sinusoid),
    FewShot(FewShot),
}

/// Which tasks are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Meta-training.
    Training,
    /// Tasks that meta-training never meets.
    Test,
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
