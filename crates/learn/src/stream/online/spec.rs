//! A stream with drift as a setting.

use serde::{Deserialize, Serialize};

use super::schedule::Schedule;
use super::shifts::Shifts;
use data::DataTable;

/// What the samples are and how their class follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// SEA (Street & Kim 2001): three features U(0, 10), class 1 where x₁ + x₂ ≤ θ; the third feature means nothing.
    Sea {
        /// θ of each concept, each in (0, 20). Default 8, 9, 7, 9.5.
        #[serde(default = "thresholds")]
        thresholds: Vec<f32>,
        /// Share of labels that are turned over, in [0, 0.5). Default 0.1.
        #[serde(default = "tenth")]
        noise: f32,
    },
    /// Rotating hyperplane (Hulten, Spencer & Domingos 2001): features U(0, 1), class 1 where Σ wᵢ xᵢ ≥ ½ Σ wᵢ; some
    /// weights move a little with every sample, so drift never stops and has no change points.
    Hyperplane {
        /// Default 10, 2 to 1,000.
        #[serde(default = "ten")]
        features: usize,
        /// Weights that move, 0 to `features`. Default 2.
        #[serde(default = "two")]
        moving: usize,
        /// Change of a moving weight per sample, 0 to 1. Default 0.001.
        #[serde(default = "thousandth")]
        speed: f32,
        /// Chance per sample that a moving weight turns round, in [0, 1]. Default 0.1.
        #[serde(default = "tenth")]
        turn: f32,
        /// Share of labels that are turned over, in [0, 0.5). Default 0.05.
        #[serde(default = "twentieth")]
        noise: f32,
    },
    /// STAGGER (Schlimmer & Granger 1986): size, colour and shape with three values each (one-hot); class 1 where
    /// 1) small and red, 2) green or a circle, 3) medium or large.
    Stagger,
    /// Sine (Gama et al. 2004): two features U(0, 1); class 1 where 1) y < sin x, 2) the reverse of 1,
    /// 3) y < 0.5 + 0.3 sin 3πx, 4) the reverse of 3.
    Sine {
        /// Share of labels that are turned over, in [0, 0.5). Default 0.
        #[serde(default)]
        noise: f32,
    },
    /// Ring: two features N(0, 1), class 1 where x² + y² < 2 ln 2, the median: what lies inside depends on the contrast.
    Ring {
        /// Share of labels that are turned over, in [0, 0.5). Default 0.
        #[serde(default)]
        noise: f32,
    },
    /// Images whose labels are exchanged at each change: reversal learning. Context 1 keeps the labels, every other
    /// one has its own permutation that leaves no label in place.
    DigitsDrift {
        /// Default: the embedded digits.
        #[serde(default, skip_serializing_if = "base::written::is_default")]
        images: Images,
        /// Permutations, 2 to 100. Default 3.
        #[serde(default = "three")]
        contexts: usize,
        /// Share of labels that become another one, in [0, 0.5). Default 0.
        #[serde(default, skip_serializing_if = "base::written::is_default")]
        noise: f32,
    },
    /// The electricity table in the order of time: real drift, whose points nobody knows.
    Elec2,
    /// A table of one's own in the order of time: comma-separated values with a header, the class as a whole number
    /// from 0 in the last column, perhaps compressed (`.gz`).
    Table {
        /// Path within the data folder.
        file: String,
        /// Columns before the class, 1 to 10,000. They enter the network as they stand in the file.
        features: usize,
        /// 2 to 1,000.
        classes: usize,
        /// Of the decompressed file, so that a record names its data. Default: taken when the run is planned; demanded with
        /// `--strict`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sha256: Option<String>,
    },
    /// The rows of the benchmark's `[data]` table (layout `csv`), which stands here once its files are known, in their order.
    Data(Box<DataTable>),
}

/// Images of ten classes that a stream can be made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Images {
    /// 8 × 8, embedded.
    #[default]
    Digits,
    /// 28 × 28, in the data folder, as Fashion-MNIST is.
    Mnist,
    FashionMnist,
}

impl Images {
    /// Id of the data set.
    pub fn dataset(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
        }
    }

    /// Channels, height, width.
    fn shape(self) -> [usize; 3] {
        let side = if self == Self::Digits { 8 } else { 28 };
        [1, side, side]
    }
}

fn thresholds() -> Vec<f32> {
    vec![8.0, 9.0, 7.0, 9.5]
}

fn tenth() -> f32 {
    0.1
}

fn twentieth() -> f32 {
    0.05
}

fn thousandth() -> f32 {
    0.001
}

fn two() -> usize {
    2
}

fn three() -> usize {
    3
}

fn ten() -> usize {
    10
}

fn one() -> usize {
    1
}

/// Which rows of a table count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scored {
    /// All but the first tenth, which is there for choosing settings and is neither learned from nor scored.
    AfterTuning,
    /// All, as published results count them; nothing may be searched on such a stream.
    Whole,
}

/// Numbers in a whole stream: 400 MB.
pub(super) const MOST_VALUES: usize = 100_000_000;

/// A stream of samples with changes in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnlineStreamSpec {
    pub source: Source,
    /// Length of the stream, 10 to 10,000,000; of a table: rows from where scoring begins, all where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<usize>,
    /// Stretches of equal length with one concept each. More segments than concepts: concepts recur in turn. Default 1.
    #[serde(default = "one")]
    pub segments: usize,
    /// Samples over which an old concept gives way to the new one, centred on the change; within them the chance of
    /// the new concept grows linearly from 0 to 1. 0 (default): abrupt.
    #[serde(default)]
    pub transition: usize,
    /// A label arrives only after this many further samples. Default 0: at once.
    #[serde(default)]
    pub delay: usize,
    /// Of a table only: `after-tuning` (default) or `whole`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored: Option<Scored>,
    /// Of a generated source or digits: what alternates between hidden states. Default: nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shifts: Option<Shifts>,
}

impl OnlineStreamSpec {
    /// Id of the data set that is needed; `None` for generated samples.
    pub fn dataset(&self) -> Option<&'static str> {
        match self.source {
            Source::DigitsDrift { images, .. } => Some(images.dataset()),
            Source::Elec2 => Some("elec2"),
            _ => None,
        }
    }

    /// Number of different concepts; `None` where the source decides alone what changes when.
    pub fn concepts(&self) -> Option<usize> {
        match &self.source {
            Source::Sea { thresholds, .. } => Some(thresholds.len()),
            Source::Stagger => Some(3),
            Source::Sine { .. } => Some(4),
            Source::DigitsDrift { contexts, .. } => Some(*contexts),
            Source::Hyperplane { .. } | Source::Ring { .. } | Source::Elec2 => None,
            Source::Table { .. } | Source::Data(_) => None,
        }
    }

    /// Numbers per sample.
    pub fn features(&self) -> usize {
        let both = matches!(self.shifts, Some(Shifts::Relevance { .. }));
        self.source_features() * if both { 2 } else { 1 }
    }

    fn source_features(&self) -> usize {
        match &self.source {
            Source::Sea { .. } => 3,
            Source::Hyperplane { features, .. } | Source::Table { features, .. } => *features,
            Source::Data(table) => table.shape.unwrap_or_default().iter().product(),
            Source::Stagger => 9,
            Source::Sine { .. } | Source::Ring { .. } => 2,
            Source::DigitsDrift { images, .. } => images.shape().iter().product(),
            Source::Elec2 => 6,
        }
    }

    /// Channels, height, width for the network.
    pub fn shape(&self) -> [usize; 3] {
        match &self.source {
            Source::DigitsDrift { images, .. } => images.shape(),
            Source::Data(table) => table.shape.unwrap_or_default(),
            _ => [1, 1, self.features()],
        }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        match &self.source {
            Source::DigitsDrift { .. } => 10,
            Source::Table { classes, .. } => *classes,
            Source::Data(table) => table.classes.as_ref().map_or(0, Vec::len),
            _ => 2,
        }
    }

    /// Length for estimates of cost.
    pub fn expected_samples(&self) -> usize {
        self.samples.unwrap_or(45_312)
    }

    /// Writes out which rows count, where rows do: what a record keeps.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        if self.is_table() {
            self.scored.get_or_insert(Scored::AfterTuning);
        }
        self
    }

    /// The plan of the concepts: of the shifts where they decide it, else of equal segments.
    pub(super) fn schedule(&self) -> Schedule {
        let (samples, concepts) = (self.expected_samples(), self.concepts().unwrap_or(1));
        match self.shifts.as_ref().and_then(|shifts| shifts.concepts(samples, concepts)) {
            Some(changes) => Schedule::of(changes),
            None => Schedule::new(samples, self.segments, concepts, self.transition),
        }
    }

    /// First samples at which what is shown changes, as an oracle is told: the middle of a concept's change, and where a
    /// hidden state gives way to another.
    pub fn told(&self) -> Vec<usize> {
        let samples = self.expected_samples();
        let changes = self.schedule().into_changes();
        let mut told: Vec<usize> =
            changes.iter().map(|change| usize::midpoint(change.begin, change.end)).collect();
        told.extend(self.shifts.iter().flat_map(|shifts| shifts.switches(samples)));
        told.sort_unstable();
        told.dedup();
        told
    }

    /// Hidden states that the stream goes through; 0: it has none.
    pub fn states(&self) -> usize {
        self.shifts.as_ref().map_or(0, |shifts| shifts.states(self.expected_samples()))
    }

    /// How many states there are of each of two kinds that alternate independently; `None`: states are of one kind.
    pub fn kinds(&self) -> Option<[usize; 2]> {
        self.shifts.as_ref().and_then(Shifts::kinds)
    }

    pub(super) fn is_table(&self) -> bool {
        matches!(self.source, Source::Elec2 | Source::Table { .. } | Source::Data(_))
    }
}
