//! Streams with drift, for the online paradigm: samples one after another, concepts that change.

use super::super::batch::Batch;
use super::schedule::Change;
use super::shifts::Shifts;
use crate::error::{Error, Result};
use crate::nn::Active;
use candle_core::{Device, Tensor};
use std::ops::Range;

/// The news that the concept has changed. It has no public constructor: a learner cannot make one up, and only a
/// learner of the oracle's type has a place where one could be put.
///
/// ```compile_fail
/// let told = learn::stream::online::ToldChange(());
/// ```
#[derive(Debug)]
pub struct ToldChange(());

/// The news in which hidden state the stream is. It has no public constructor either.
///
/// ```compile_fail
/// let told = learn::stream::online::ToldState(1);
/// ```
#[derive(Debug)]
pub struct ToldState(usize);

impl ToldState {
    /// The state, from 0.
    pub fn state(&self) -> usize {
        self.0
    }
}

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
    /// What alternates between hidden states.
    pub(super) shifts: Option<Shifts>,
    /// First samples of what an oracle is told, in the order of time.
    pub(super) told: Vec<usize>,
}

impl OnlineStream {
    /// Puts the features of another stream behind its own, sample by sample; where the other `counts`, its class does too.
    pub(super) fn beside(&mut self, other: &Self, counts: impl Fn(usize) -> bool) {
        let features = self.features.max(1);
        let pairs = self.inputs.chunks_exact(features).zip(other.inputs.chunks_exact(features));
        self.inputs = pairs.flat_map(|(one, other)| one.iter().chain(other).copied()).collect();
        self.features *= 2;
        if let (Some(own), Some(other)) = (&mut self.ideal, &other.ideal) {
            for (at, (own, other)) in own.iter_mut().zip(other).enumerate() {
                if counts(at) {
                    *own = *other;
                }
            }
        }
    }

    /// A stream from values in memory, e.g. a user's own table; it has no known changes.
    ///
    /// # Errors
    /// Inputs that do not fit the labels, labels out of range, a single class.
    pub fn from_values(features: usize, classes: usize, inputs: Vec<f32>, labels: Vec<u32>) -> Result<Self> {
        Self {
            features,
            classes,
            inputs,
            labels,
            ideal: None,
            changes: Vec::new(),
            shifts: None,
            told: Vec::new(),
        }
        .check()
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

    /// News for the oracle: whether the middle of a change, or the first sample of another hidden state, lies among these
    /// samples.
    pub fn told(&self, samples: Range<usize>) -> Option<ToldChange> {
        let next = self.told.partition_point(|at| *at < samples.start);
        self.told.get(next).is_some_and(|at| *at < samples.end).then_some(ToldChange(()))
    }

    /// The hidden state of a sample, from 0; `None`: the stream has none.
    pub fn state(&self, at: usize) -> Option<usize> {
        self.shifts.as_ref().map(|shifts| shifts.state(at))
    }

    /// News for the oracle: the hidden state of a sample.
    pub fn told_state(&self, at: usize) -> Option<ToldState> {
        self.state(at).map(ToldState)
    }
}
