//! The task: which stimulus is shown, which is the Go cue, what a response earns, when the cue changes.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::probing::ProbeSettings;
use crate::check;
use base::error::DefinitionError;
use base::rng::StreamRng;
use contract::allowed;

/// The four compounds AX, AY, BX, BY as element indices (A 0, B 1, X 2, Y 3).
pub const COMPOUNDS: [[usize; 2]; 4] = [[0, 2], [0, 3], [1, 2], [1, 3]];

/// The Go cue of a block, written `A`, `B`, `X` or `Y`; a star (`X*`) brings novel exemplars of all four elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cue {
    /// 0 A, 1 B (visual), 2 X, 3 Y (auditory).
    pub element: usize,
    /// Fresh input weights and predictions from this block on.
    pub novel: bool,
}

impl Cue {
    /// 0 visual, 1 auditory.
    pub fn dimension(self) -> usize {
        self.element / 2
    }
}

impl TryFrom<String> for Cue {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (name, novel) = text.strip_suffix('*').map_or((text.as_str(), false), |name| (name, true));
        match "ABXY".find(name) {
            Some(element) if name.len() == 1 => Ok(Self { element, novel }),
            _ => Err(format!(
                "`{text}` is no cue; allowed: A, B, X, Y, each also with a star for novel exemplars"
            )),
        }
    }
}

impl From<Cue> for String {
    fn from(cue: Cue) -> Self {
        let name = &"ABXY"[cue.element..=cue.element];
        if cue.novel { format!("{name}*") } else { name.to_owned() }
    }
}

/// What the paper's sentence on rewards may mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RewardReading {
    /// Hit +1, false alarm −1, miss 0, correct rejection 0.
    #[default]
    Asymmetric,
    /// +1 for every right, −1 for every wrong answer.
    Symmetric,
    /// Hit +1, miss −1, 0 whenever the cue is absent: always answering Go is optimal, so the task is degenerate.
    Literal,
}

impl RewardReading {
    /// Reward of answering (`go`) when the cue is (`present`).
    pub fn reward(self, present: bool, go: bool) -> f32 {
        match (self, present, go) {
            (_, true, true) => 1.0,
            (Self::Asymmetric, true, false) | (Self::Literal, false, _) => 0.0,
            (Self::Asymmetric, false, true) | (Self::Literal, true, false) => -1.0,
            (Self::Asymmetric, false, false) => 0.0,
            (Self::Symmetric, present, go) => {
                if present == go {
                    1.0
                } else {
                    -1.0
                }
            }
        }
    }
}

/// When a block ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// After `block` trials.
    #[default]
    Fixed,
    /// After `criterion` consecutive correct answers, at the latest after `block` trials.
    Criterion,
}

/// The body of a benchmark's definition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskSettings {
    /// Go cue of each block.
    pub cues: Vec<Cue>,
    pub schedule: Schedule,
    /// Trials per block (at most, under a criterion).
    pub block: usize,
    /// Consecutive correct answers that end a block of a criterion schedule.
    pub criterion: usize,
    pub reward: RewardReading,
    /// Keep the spikes of a few trials of the session in the record.
    pub record_raster: bool,
    /// Probe the policy around each shift; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<ProbeSettings>,
}

impl Default for TaskSettings {
    fn default() -> Self {
        let cue = |element| Cue { element, novel: false };
        Self {
            cues: vec![cue(0), cue(1), cue(2), cue(3), cue(0)],
            schedule: Schedule::Fixed,
            block: 120,
            criterion: 6,
            reward: RewardReading::Asymmetric,
            record_raster: false,
            probe: None,
        }
    }
}

impl TaskSettings {
    /// Presentations to probe the policy over a whole session, for the expected cost.
    pub fn probed_presentations(&self) -> u64 {
        let Some(probe) = self.probe else { return 0 };
        let blocks = self.cues.len();
        let probed = (0..blocks).flat_map(|block| (0..self.block).map(move |within| (block, within)));
        let probed = probed.filter(|(block, within)| {
            let until = (block + 1 < blocks).then_some(self.block - within);
            probe.wants((*block > 0).then_some(*within), until)
        });
        probed.count() as u64 * u64::from(probe.realisations)
    }

    /// Checks the numbers.
    ///
    /// # Errors
    /// Names the key.
    pub fn check(&self) -> Result<(), DefinitionError> {
        if self.cues.is_empty() || self.cues.len() > 100 {
            return Err(DefinitionError::range(
                "cues",
                format!("{} cues", self.cues.len()),
                "from 1 to 100 cues",
            ));
        }
        // Measures look at the last 30 trials.
        allowed!(30 to 10000).check("block", self.block)?;
        check::within("criterion", self.criterion, 2, self.block)?;
        let Some(probe) = &self.probe else { return Ok(()) };
        if self.schedule == Schedule::Criterion {
            let allowed =
                "no such table: under a criterion nobody knows how many trials are left to the shift";
            return Err(DefinitionError::range("probe", "a table with schedule = \"criterion\"", allowed));
        }
        probe.check().map_err(|error| error.below("probe"))
    }

    /// The most trials that a session can have.
    pub fn longest(&self) -> usize {
        self.block * self.cues.len()
    }
}

/// How a block's cue relates to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShiftKind {
    /// The first block.
    Start,
    /// The same exemplars, the other value of the same dimension.
    Reversal,
    /// Novel exemplars, the same dimension.
    Intradimensional,
    /// The other dimension.
    Extradimensional,
    /// The same cue again: no shift.
    Same,
}

impl ShiftKind {
    /// The shift from one cue to the next.
    pub fn between(before: Option<Cue>, after: Cue) -> Self {
        match before {
            None => Self::Start,
            Some(before) if before.dimension() != after.dimension() => Self::Extradimensional,
            Some(_) if after.novel => Self::Intradimensional,
            Some(before) if before.element != after.element => Self::Reversal,
            Some(_) => Self::Same,
        }
    }

    /// As in the names of scalars.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Reversal => "reversal",
            Self::Intradimensional => "intradimensional",
            Self::Extradimensional => "extradimensional",
            Self::Same => "same",
        }
    }
}

/// A block as it was run: trials `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    pub start: usize,
    pub end: usize,
    pub cue: Cue,
    /// Cue of the block before.
    pub before: Option<Cue>,
}

impl Block {
    /// How this block began.
    pub fn shift(&self) -> ShiftKind {
        ShiftKind::between(self.before, self.cue)
    }
}

/// Compounds in random order, every four trials showing each once.
#[derive(Debug, Clone)]
pub struct TrialOrder {
    rng: StreamRng,
    deck: Vec<usize>,
}

impl TrialOrder {
    /// From the task's random stream.
    pub fn new(rng: StreamRng) -> Self {
        Self { rng, deck: Vec::with_capacity(4) }
    }

    /// Index of the next compound.
    pub fn draw(&mut self) -> usize {
        if self.deck.is_empty() {
            self.deck.extend(0..4);
        }
        let at = self.rng.random_range(0..self.deck.len());
        self.deck.swap_remove(at)
    }
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
