//! Episodes: a task's few samples to adapt to (D_i^train), and others to be judged on (D_i^val).

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

/// Which tasks are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Meta-training.
    Training,
    /// Tasks that meta-training never meets.
    Test,
}
