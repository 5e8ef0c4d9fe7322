//! Several tasks at once on the same or on different samples.

use std::sync::Arc;

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::batch::Extra;
use super::table::{Inputs, Table};
use super::tasks::EvaluateOn;
use crate::error::Result;
use base::error::{DefinitionError, Error};
use base::rng::{FastRng, Streams};
use data::{Data, Dataset, Split, entry};

/// Which tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MultiTaskSpec {
    /// Three questions about the same image of a digit: odd or even, above 4 or not, which one.
    Attributes { data: String },
    /// Every class belongs to one task, in order; a sample has a label only for its own task.
    Split {
        data: String,
        /// ≥ 2, divides the number of classes. Default 2.
        #[serde(default = "two")]
        classes_per_task: usize,
    },
    /// Two images in one, the first at the upper left, the second at the lower right, the brighter pixel wins where they
    /// overlap; both are to be named. The canvas is larger than an image by two sevenths. Pairs are drawn per seed.
    Pair {
        data: String,
        /// Composed training images, ≥ 1. Default 20,000.
        #[serde(default = "many")]
        samples: usize,
        /// Composed test images, ≥ 1. Default 5,000.
        #[serde(default = "some")]
        test_samples: usize,
    },
}

fn two() -> usize {
    2
}

fn many() -> usize {
    20_000
}

fn some() -> usize {
    5000
}

/// Tasks, their data, and how they share the outputs.
#[derive(Debug, Clone)]
pub struct TaskSet {
    pub train: Arc<Table>,
    /// Never reachable from a learner.
    pub test: Arc<Table>,
}

/// A task's name and its number of outputs.
pub type TaskHead = (String, usize);

impl MultiTaskSpec {
    /// Id of the data set.
    pub fn data(&self) -> &str {
        match self {
            Self::Attributes { data } | Self::Split { data, .. } | Self::Pair { data, .. } => data,
        }
    }

    /// Names and numbers of outputs of the tasks, and the shape of an input.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self) -> Result<(Vec<TaskHead>, [usize; 3])> {
        let entry = entry(self.data()).map_err(|error| match error {
            Error::Definition(e) => DefinitionError { key: "tasks.data".into(), ..*e }.into(),
            other => other,
        })?;
        let [channels, height, width] = entry.shape;
        let named = |tasks: &[(&str, usize)]| tasks.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect();
        match self {
            Self::Attributes { .. } => {
                let tasks = [("parity", 2), ("above-4", 2), ("identity", entry.classes)];
                Ok((named(&tasks), entry.shape))
            }
            Self::Split { classes_per_task: own, .. } => {
                if *own < 2 || entry.classes % own != 0 || *own == entry.classes {
                    let allowed = format!("a divisor of the {} classes, at least 2", entry.classes);
                    return Err(DefinitionError::range("tasks.classes_per_task", own, &allowed).into());
                }
                let names = (0..entry.classes / own).map(|task| {
                    let members: Vec<String> =
                        (task * own..(task + 1) * own).map(|c| c.to_string()).collect();
                    (members.join("|"), *own)
                });
                Ok((names.collect(), entry.shape))
            }
            Self::Pair { samples, test_samples, .. } => {
                for (key, value) in [("tasks.samples", samples), ("tasks.test_samples", test_samples)] {
                    if !(1..=1_000_000).contains(value) {
                        return Err(DefinitionError::range(key, value, "1 to 1000000").into());
                    }
                }
                let tasks = [("upper-left", entry.classes), ("lower-right", entry.classes)];
                Ok((named(&tasks), [channels, height + offset(height), width + offset(width)]))
            }
        }
    }

    /// Loads or composes the samples.
    ///
    /// # Errors
    /// Missing data; a spec that does not fit them.
    pub fn load(&self, data: &Data, on: EvaluateOn, streams: &Streams) -> Result<TaskSet> {
        self.check()?;
        let dataset = data.get(self.data())?;
        let (train, test) = match on {
            EvaluateOn::Test => (&dataset.train_full, &dataset.test),
            EvaluateOn::Validation => (&dataset.train, &dataset.validation),
        };
        let streams = streams.within("multi-task");
        let table = |split: &Split, name: &str, samples: usize| {
            Arc::new(match self {
                Self::Pair { .. } => pairs(&dataset, split, samples, &mut streams.fast(name)),
                _ => Table {
                    features: dataset.features(),
                    inputs: Inputs::Pixels { pixels: split.pixels.shared_bytes(), scale: dataset.scale },
                    targets: Extra::Heads(self.labels(&dataset, split)),
                },
            })
        };
        let (n, m) = match self {
            Self::Pair { samples, test_samples, .. } => (*samples, *test_samples),
            _ => (train.len(), test.len()),
        };
        Ok(TaskSet { train: table(train, "train", n), test: table(test, "test", m) })
    }

    fn labels(&self, dataset: &Dataset, split: &Split) -> Vec<Vec<u32>> {
        let each = |label: &dyn Fn(u32) -> u32| split.labels.iter().map(|l| label(u32::from(*l))).collect();
        match self {
            Self::Split { classes_per_task, .. } => {
                let own = u32::try_from(*classes_per_task).unwrap_or(u32::MAX);
                let tasks = u32::try_from(dataset.classes).unwrap_or(u32::MAX) / own;
                (0..tasks)
                    .map(|task| each(&|class| if class / own == task { class % own } else { Extra::ABSENT }))
                    .collect()
            }
            _ => vec![each(&|class| class % 2), each(&|class| u32::from(class > 4)), each(&|class| class)],
        }
    }
}

/// By how much the second image is moved: 8 of 28 pixels, as in Sabour, Frosst & Hinton 2017 (there at random up to 4).
fn offset(size: usize) -> usize {
    size * 2 / 7
}

fn pairs(dataset: &Dataset, split: &Split, count: usize, random: &mut FastRng) -> Table {
    let [channels, height, width] = dataset.shape;
    let (down, right) = (offset(height), offset(width));
    let (tall, wide) = (height + down, width + right);
    let features = channels * tall * wide;
    let mut pixels = vec![0u8; count * features];
    let mut heads = vec![Vec::with_capacity(count), Vec::with_capacity(count)];
    for canvas in pixels.chunks_exact_mut(features) {
        for (head, (top, left)) in heads.iter_mut().zip([(0, 0), (down, right)]) {
            let index = random.random_range(0..split.len());
            let image = &split.pixels.bytes()[index * dataset.features()..(index + 1) * dataset.features()];
            for (at, pixel) in image.iter().enumerate() {
                let (channel, row, column) = (at / (height * width), at / width % height, at % width);
                let target = &mut canvas[(channel * tall + row + top) * wide + column + left];
                *target = (*target).max(*pixel);
            }
            head.push(u32::from(split.labels[index]));
        }
    }
    let inputs = Inputs::Pixels { pixels: pixels.into(), scale: dataset.scale };
    Table { features, inputs, targets: Extra::Heads(heads) }
}
