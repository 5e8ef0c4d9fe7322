//! What a benchmark of sequential learning says in its TOML, checked.

use serde::{Deserialize, Serialize};

use base::error::{DefinitionError, Result};
use contract::declare::{Allowed, Declared};
use contract::settings;
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

settings! {
    /// The representation: 3 × 3 convolutions of stride 2, each with ReLU; its output is read by the head.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Features {
        /// channels of each convolution of the prediction network, 1 to 4 convolutions
        pub channels: Vec<usize> = vec![16, 32, 32];
        /// the same of the neuromodulatory network, before its dense layer with one output per feature
        pub gate_channels: Vec<usize> = vec![8, 16, 16];
    }
}

settings! {
    /// The inner loop of meta-training: a few classes learned one after another.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Inner {
        /// α of the steps on the head; a method may set its own
        pub rate: f32 = 0.1 => [above 0];
        /// classes per outer update, 1 to `characters.training_classes`
        pub classes: usize = 1;
        /// drawings of each
        pub shots: usize = 15 => [1 to 20];
        /// random drawings of all training classes in the outer loss
        pub remember: usize = 64 => [1 to 10000];
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

settings! {
    /// What is learned at test.
    #[derive(Debug, Clone, PartialEq)]
    pub struct SequenceSpec {
        /// classes learned one after another, 2 to the number that exist: 248 with rotations, 62 without (120 and 30 with
        /// `evaluate = "validation"`)
        pub classes: usize = 50;
        /// drawings of each, seen once; with `queries` at most 20
        pub shots: usize = 15 => [1 to 19];
        /// drawings of each that are held out
        pub queries: usize = 5 => [1 to 19];
        /// drawings per step, 1 to `shots`
        pub batch: usize = 1;
        /// classes from one measurement to the next, 1 to `classes`
        pub every: usize = 10;
        /// sequences per run
        pub sequences: usize = 20 => [2 to 10000];
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
        inner.check_ranges().map_err(|error| error.below("inner"))?;
        sequence.check_ranges().map_err(|error| error.below("sequence"))?;
        for (key, count, high) in [
            ("inner.classes", inner.classes, self.characters.training_classes),
            ("budget.outer_steps", self.budget.outer_steps, 10_000_000),
            ("budget.every", self.budget.every, 10_000_000),
            ("sequence.batch", sequence.batch, sequence.shots),
            ("sequence.every", sequence.every, sequence.classes),
        ] {
            Allowed::within(1.0, high as f64).check(key, count)?;
        }
        let drawings = omniglot::DRAWINGS;
        if sequence.shots + sequence.queries > drawings {
            let found = format!("{} with {} queries", sequence.shots, sequence.queries);
            let rule = format!("shots + queries at most {drawings}: that many drawings of a character exist");
            return Err(DefinitionError::range("sequence.shots", found, &rule));
        }
        Ok(())
    }
}
