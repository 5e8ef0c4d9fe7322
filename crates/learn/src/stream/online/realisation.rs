//! Streams with drift, for the online paradigm: samples one after another, concepts that change.

use super::super::batch::Batch;
use super::super::tasks::EvaluateOn;
use super::schedule::Change;
use super::spec::{OnlineStreamSpec, Scored, Source};
use crate::nn::Active;
use base::error::{Error, Result};
use base::rng::Streams;
use candle_core::{Device, Tensor};
use data::{Data, Table};
use std::ops::Range;

/// The news that the concept has changed. It has no public constructor: a learner cannot make one up, and only a
/// learner of the oracle's type has a place where one could be put.
///
/// ```compile_fail
/// let told = learn::stream::online::ToldChange(());
/// ```
#[derive(Debug)]
pub struct ToldChange(());

/// A whole stream with its hidden side.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlineStream {
    pub(super) features: usize,
    pub(super) classes: usize,
    pub(super) inputs: Vec<f32>,
    pub(super) labels: Vec<u32>,
    /// The class by the concept that holds, before noise; `None` for real data.
    pub(super) ideal: Option<Vec<u32>>,
    pub(super) changes: Vec<Change>,
}

/// The first of so many parts of a table is for searching settings.
const SEARCH_SHARE: usize = 10;

impl OnlineStream {
    /// Draws or reads the stream. What is searched on and what is scored have no sample in common, whatever the seeds:
    /// tables are cut in two, images come from different splits, generated samples from random streams of their own.
    ///
    /// # Errors
    /// Settings out of range; missing or damaged data; fewer rows than asked for; a stream with one class only.
    pub fn new(spec: &OnlineStreamSpec, data: &Data, on: EvaluateOn, streams: &Streams) -> Result<Self> {
        spec.check()?;
        let streams = match on {
            EvaluateOn::Test => streams.within("stream"),
            EvaluateOn::Validation => streams.within("validation").within("stream"),
        };
        let stream = match &spec.source {
            Source::Elec2 => Self::table(spec, "elec2", &*data.table("elec2")?, on)?,
            Source::Table { file, features, classes, sha256 } => {
                let table = data.own_table(file, *features, *classes, sha256)?;
                Self::table(spec, file, &table, on)?
            }
            Source::DigitsDrift { .. } => {
                let digits = data.get("digits")?;
                super::generate::generate(spec, Some((&digits, on)), &streams)
            }
            _ => super::generate::generate(spec, None, &streams),
        };
        stream.check()
    }

    /// Settings are searched on the first tenth of the table, the rest is scored.
    pub(super) fn table(spec: &OnlineStreamSpec, id: &str, table: &Table, on: EvaluateOn) -> Result<Self> {
        let tuning = table.len() / SEARCH_SHARE;
        let rows = match (on, spec.scored.unwrap_or(Scored::AfterTuning)) {
            (EvaluateOn::Validation, _) => 0..tuning,
            (EvaluateOn::Test, Scored::AfterTuning) => tuning..table.len(),
            (EvaluateOn::Test, Scored::Whole) => 0..table.len(),
        };
        let asked = spec.samples.filter(|_| on == EvaluateOn::Test).unwrap_or(rows.len());
        if asked > rows.len() {
            let behind =
                if rows.start > 0 { format!(" after the {tuning} for tuning") } else { String::new() };
            let problem = format!("has {} rows{behind}, fewer than the {asked} asked for", rows.len());
            return Err(Error::data(id, problem));
        }
        let rows = rows.start..rows.start + asked;
        let features = table.columns.len();
        Ok(Self {
            features,
            classes: table.classes,
            inputs: table.values[rows.start * features..rows.end * features].to_vec(),
            labels: table.labels[rows].to_vec(),
            ideal: None,
            changes: Vec::new(),
        })
    }

    /// A stream from values in memory, e.g. a user's own table; it has no known changes.
    ///
    /// # Errors
    /// Inputs that do not fit the labels, labels out of range, a single class.
    pub fn from_values(features: usize, classes: usize, inputs: Vec<f32>, labels: Vec<u32>) -> Result<Self> {
        Self { features, classes, inputs, labels, ideal: None, changes: Vec::new() }.check()
    }

    pub(super) fn check(self) -> Result<Self> {
        let refuse = |problem: String| Err(Error::data("stream", problem));
        if self.inputs.len() != self.labels.len() * self.features {
            let (found, n) = (self.inputs.len(), self.labels.len());
            return refuse(format!("{found} values for {n} samples of {} features", self.features));
        }
        let Some(first) = self.labels.first() else { return refuse("has no samples".into()) };
        let out = self.labels.iter().position(|label| *label as usize >= self.classes);
        if let Some(at) = out {
            let (label, most) = (self.labels[at], self.classes.saturating_sub(1));
            return refuse(format!("sample {} has the label {label}; allowed are 0 to {most}", at + 1));
        }
        if self.labels.iter().all(|label| label == first) {
            return refuse(format!("holds only the class {first}; a stream needs at least two"));
        }
        if let Some(at) = self.inputs.iter().position(|value| !value.is_finite()) {
            let (sample, feature) = (at / self.features + 1, at % self.features + 1);
            return refuse(format!("sample {sample}, feature {feature}: {} is not finite", self.inputs[at]));
        }
        Ok(self)
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none; never after a check.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Numbers per sample.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The inputs of some samples, for prediction: all that a learner sees before it answers.
    pub fn inputs(&self, samples: Range<usize>) -> &[f32] {
        &self.inputs[samples.start * self.features..samples.end * self.features]
    }

    /// The same samples with their labels, for learning.
    ///
    /// # Errors
    /// Engine errors.
    pub fn labelled(&self, samples: Range<usize>) -> Result<Batch> {
        let inputs =
            Tensor::from_slice(self.inputs(samples.clone()), (samples.len(), self.features), &Device::Cpu)?;
        Ok(Batch {
            inputs,
            targets: self.labels[samples].to_vec(),
            active: Active::All,
            task: None,
            extra: super::super::batch::Extra::None,
        })
    }

    /// All labels: for scoring.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// The class by the concept that holds, before noise; `None` for real data. For scoring.
    pub fn ideal(&self) -> Option<&[u32]> {
        self.ideal.as_deref()
    }

    /// All changes: for scoring and charts.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// News for the oracle: whether the middle of a change lies among these samples.
    pub fn told(&self, samples: Range<usize>) -> Option<ToldChange> {
        let middle = |change: &Change| usize::midpoint(change.begin, change.end);
        self.changes.iter().any(|change| samples.contains(&middle(change))).then_some(ToldChange(()))
    }
}
