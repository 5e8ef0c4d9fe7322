//! What a benchmark of sequential learning says in its TOML, checked.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Result};
use data::omniglot;
use learn::optim::OptimiserSpec;
use learn::stream::EvaluateOn;

/// The body of a benchmark file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SequentialSettings {
    pub characters: CharacterSpec,
    #[serde(default)]
    pub features: Features,
    /// The outer loop's. Default Adam, 0.001.
    #[serde(default)]
    pub optimiser: OptimiserSpec,
    #[serde(default)]
    pub inner: Inner,
    pub budget: Budget,
    #[serde(default)]
    pub sequence: SequenceSpec,
    /// Which characters sequences are made of: `test` (default) or `validation`, which meta-training then leaves out.
    #[serde(default)]
    pub evaluate: EvaluateOn,
}

/// Which classes there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharacterSpec {
    /// Classes of meta-training, drawn by the run's seed, 2 to the number that exist: 720 with rotations, 180 without
    /// (600 and 150 with `evaluate = "validation"`).
    pub training_classes: usize,
    /// Each character turned by 90°, 180° and 270° counts as three more classes. Default true.
    #[serde(default = "base::written::yes")]
    pub rotations: bool,
}

impl CharacterSpec {
    pub(super) fn turns(&self) -> usize {
        if self.rotations { 4 } else { 1 }
    }
}

/// The representation: 3 × 3 convolutions of stride 2, each with ReLU; its output is read by the head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Features {
    /// Channels of each convolution of the prediction network, 1 to 4 convolutions. Default [16, 32, 32].
    pub channels: Vec<usize>,
    /// The same of the neuromodulatory network, before its dense layer with one output per feature. Default [8, 16, 16].
    pub gate_channels: Vec<usize>,
}

impl Default for Features {
    fn default() -> Self {
        Self { channels: vec![16, 32, 32], gate_channels: vec![8, 16, 16] }
    }
}

/// The inner loop of meta-training: a few classes learned one after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Inner {
    /// α of the steps on the head, > 0; a method may set its own. Default 0.1.
    pub rate: f32,
    /// Classes per outer update, 1 to `characters.training_classes`. Default 1.
    pub classes: usize,
    /// Drawings of each, 1 to 20. Default 15.
    pub shots: usize,
    /// Random drawings of all training classes in the outer loss, 1 to 10,000. Default 64.
    pub remember: usize,
}

impl Default for Inner {
    fn default() -> Self {
        Self { rate: 0.1, classes: 1, shots: 15, remember: 64 }
    }
}

/// How long meta-training goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Outer updates, 1 to 10,000,000.
    pub outer_steps: usize,
    /// Outer updates between points of the curve of the outer loss, ≥ 1. Default 100.
    #[serde(default = "hundred")]
    pub every: usize,
}

fn hundred() -> usize {
    100
}

/// What is learned at test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SequenceSpec {
    /// Classes learned one after another, 2 to the number that exist: 248 with rotations, 62 without (120 and 30 with
    /// `evaluate = "validation"`). Default 50.
    pub classes: usize,
    /// Drawings of each, seen once, ≥ 1; with `queries` at most 20. Default 15.
    pub shots: usize,
    /// Drawings of each that are held out, ≥ 1. Default 5.
    pub queries: usize,
    /// Drawings per step, 1 to `shots`. Default 1.
    pub batch: usize,
    /// Classes from one measurement to the next, 1 to `classes`. Default 10.
    pub every: usize,
    /// Sequences per run, 2 to 10,000. Default 20.
    pub sequences: usize,
}

impl Default for SequenceSpec {
    fn default() -> Self {
        Self { classes: 50, shots: 15, queries: 5, batch: 1, every: 10, sequences: 20 }
    }
}

/// Channels of a stack of convolutions that leaves something of 28 × 28 pixels and fits in memory.
pub(super) fn check_channels(key: &str, channels: &[usize]) -> Result<(), DefinitionError> {
    if !(1..=4).contains(&channels.len()) || channels.iter().any(|units| !(1..=512).contains(units)) {
        return Err(DefinitionError::range(key, format!("{channels:?}"), "1 to 4 numbers from 1 to 512"));
    }
    Ok(())
}

impl SequentialSettings {
    pub(super) fn check(&self) -> Result<(), DefinitionError> {
        self.optimiser.check("optimiser")?;
        check_channels("features.channels", &self.features.channels)?;
        check_channels("features.gate_channels", &self.features.gate_channels)?;
        let all = omniglot::CHARACTERS - omniglot::TEST_CHARACTERS;
        let (train, measured) = match self.evaluate {
            EvaluateOn::Test => (all, omniglot::TEST_CHARACTERS),
            EvaluateOn::Validation => {
                (all - omniglot::VALIDATION_CHARACTERS, omniglot::VALIDATION_CHARACTERS)
            }
        };
        let turns = self.characters.turns();
        let (inner, sequence) = (&self.inner, &self.sequence);
        for (key, count, characters) in [
            ("characters.training_classes", self.characters.training_classes, train),
            ("sequence.classes", sequence.classes, measured),
        ] {
            let classes = characters * turns;
            if !(2..=classes).contains(&count) {
                let rule = format!("2 to {classes}: that many classes exist ({characters} characters)");
                return Err(DefinitionError::range(key, count, &rule));
            }
        }
        if !(inner.rate > 0.0 && inner.rate.is_finite()) {
            return Err(DefinitionError::range("inner.rate", inner.rate, "a number > 0"));
        }
        let drawings = omniglot::DRAWINGS;
        for (key, count, high) in [
            ("inner.classes", inner.classes, self.characters.training_classes),
            ("inner.shots", inner.shots, drawings),
            ("inner.remember", inner.remember, 10_000),
            ("budget.outer_steps", self.budget.outer_steps, 10_000_000),
            ("budget.every", self.budget.every, 10_000_000),
            ("sequence.shots", sequence.shots, drawings - 1),
            ("sequence.queries", sequence.queries, drawings - 1),
            ("sequence.batch", sequence.batch, sequence.shots),
            ("sequence.every", sequence.every, sequence.classes),
        ] {
            if !(1..=high).contains(&count) {
                return Err(DefinitionError::range(key, count, &format!("1 to {high}")));
            }
        }
        if sequence.shots + sequence.queries > drawings {
            let found = format!("{} with {} queries", sequence.shots, sequence.queries);
            let rule = format!("shots + queries at most {drawings}: that many drawings of a character exist");
            return Err(DefinitionError::range("sequence.shots", found, &rule));
        }
        if !(2..=10_000).contains(&sequence.sequences) {
            return Err(DefinitionError::range("sequence.sequences", sequence.sequences, "2 to 10000"));
        }
        Ok(())
    }
}
