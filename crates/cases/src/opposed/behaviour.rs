//! Behaviours: what is shown, and what each behaviour answers.

use serde::{Deserialize, Serialize};

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stimulus {
    Plus,
    Minus,
    Null,
}

impl Stimulus {
    /// All three, in the order of the benchmark's keys.
    pub const ALL: [Self; 3] = [Self::Plus, Self::Minus, Self::Null];

    /// Input while the stimulus is on.
    pub fn amplitude(self) -> f32 {
        match self {
            Self::Plus => 1.0,
            Self::Minus => -1.0,
            Self::Null => 0.0,
        }
    }

    /// For curve names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plus => "plus",
            Self::Minus => "minus",
            Self::Null => "null",
        }
    }
}

/// One stimulus–response map.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    pub name: String,
    /// f, where a method selects behaviours by level; 1 is no modulation.
    pub level: f64,
    /// Answers to the three stimuli: 1, 0, −1; a stimulus that is absent is never shown.
    #[serde(default)]
    pub plus: Option<i8>,
    #[serde(default)]
    pub minus: Option<i8>,
    #[serde(default)]
    pub null: Option<i8>,
}

impl Behaviour {
    /// The answer to a stimulus.
    pub fn response(&self, stimulus: Stimulus) -> Option<i8> {
        match stimulus {
            Stimulus::Plus => self.plus,
            Stimulus::Minus => self.minus,
            Stimulus::Null => self.null,
        }
    }
}
