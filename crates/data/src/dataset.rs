//! A labelled data set in memory: bytes shared by every run, converted to floats batch by batch.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::pixels::Pixels;
use base::error::{Error, Result};

/// Samples of one split, as they were stored; `scale` and `offset` of the data set turn them into inputs.
#[derive(Debug, Clone)]
pub struct Split {
    /// n × features, row-major.
    pub pixels: Pixels,
    /// n labels, each below `classes`; of a regression the groups by which tasks may be made.
    pub labels: Arc<[u8]>,
    /// What is to be answered where that is no label; `None`: the labels are.
    pub values: Option<Values>,
}

/// Numbers to be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// n numbers, standardised by mean and deviation over what is trained on.
    pub numbers: Arc<[f32]>,
    /// What 1 of them is in the numbers' own unit.
    pub unit: f32,
}

impl Split {
    /// Samples whose labels are the answers.
    pub fn labelled(pixels: Pixels, labels: Arc<[u8]>) -> Self {
        Self { pixels, labels, values: None }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// How samples are dealt out to training, validation and test, where nobody has published that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Splitting {
    /// One split for all seeds.
    #[default]
    Fixed,
    /// Each seed draws its own, from the stream `data-split`.
    PerSeed,
}

impl Splitting {
    /// Whether this is the default, which records leave out.
    pub fn is_fixed(&self) -> bool {
        *self == Self::Fixed
    }
}

/// A classification data set, cut into splits.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Registry id, e.g. `mnist`.
    pub id: String,
    /// Channels, height, width.
    pub shape: [usize; 3],
    pub classes: usize,
    /// An input is a pixel's value times this, plus `offset`; in [0, 1] unless a benchmark normalises.
    pub scale: f32,
    /// 0 unless a benchmark normalises.
    pub offset: f32,
    /// Names of the classes, where they have other ones than 0, 1, …
    pub names: Option<Arc<[String]>>,
    pub train: Split,
    /// For choosing hyper-parameters; never part of `train`.
    pub validation: Split,
    /// Where `validation` was cut from the published training set, the two together: what a final run trains on.
    /// Equal to `train` where the validation split is a fixed part of its own.
    pub train_full: Split,
    pub test: Split,
}

impl Dataset {
    /// The name of a class.
    pub fn class_name(&self, class: usize) -> String {
        self.names.as_ref().and_then(|names| names.get(class)).map_or_else(|| class.to_string(), Clone::clone)
    }

    /// Whether numbers are to be answered instead of labels.
    pub fn is_regression(&self) -> bool {
        self.train.values.is_some()
    }

    /// Numbers per sample.
    pub fn features(&self) -> usize {
        self.shape.iter().product()
    }

    /// Checks that splits are complete and labels are in range.
    ///
    /// # Errors
    /// A data error that names the split and the offending value.
    pub fn check(self) -> Result<Self> {
        let splits = [("train", &self.train), ("validation", &self.validation), ("test", &self.test)];
        for (name, split) in splits {
            if split.pixels.len() != split.len() * self.features() {
                let problem = format!(
                    "{name} has {} labels but {} pixels, not {} per sample",
                    split.len(),
                    split.pixels.len(),
                    self.features()
                );
                return Err(Error::data(&self.id, problem));
            }
            if let Some(values) = split.values.as_ref().filter(|values| values.numbers.len() != split.len()) {
                let problem =
                    format!("{name} has {} samples but {} answers", split.len(), values.numbers.len());
                return Err(Error::data(&self.id, problem));
            }
            if let Some(label) = split.labels.iter().find(|label| usize::from(**label) >= self.classes) {
                let problem =
                    format!("{name} holds the label {label}; allowed are 0 to {}", self.classes - 1);
                return Err(Error::data(&self.id, problem));
            }
        }
        Ok(self)
    }
}
