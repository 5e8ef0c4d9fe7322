//! A sequence of tasks made from one data set.

use std::sync::Arc;

use rand::RngExt;
use rand::seq::SliceRandom;

use super::gradual::{Bumps, Gradual};
use super::mix::mixed;
use super::rotation::Rotation;
use super::scenario::Scenario;
use super::spec::{StreamKind, StreamSpec};
use super::test_set::TestSet;
use super::training::{Samples, TrainingData};
use super::view::{PixelMap, View};
use crate::error::Result;
use crate::nn::Active;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::Reveal;
use data::{Dataset, Split};

/// A task: what is trained on, what is tested, and its name in charts.
#[derive(Debug, Clone)]
struct Task {
    label: String,
    /// Its own samples first; with blurred boundaries those of other tasks behind them.
    train: Vec<View>,
    test: View,
}

/// The whole stream. Only the protocol holds it; the learner gets [`TrainingData`] and batches of it.
#[derive(Debug, Clone)]
pub struct TaskStream {
    dataset: Arc<Dataset>,
    spec: StreamSpec,
    tasks: Vec<Task>,
    outputs: usize,
}

/// Which split is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluateOn {
    /// The published test split, training on all training data.
    #[default]
    Test,
    /// A held-out part of the training data, for choosing hyper-parameters.
    Validation,
}

/// What a task does to the pixels, and how it is called.
fn seen(
    tasks: &StreamKind,
    index: usize,
    (dataset, members): (&Dataset, &[usize]),
    streams: &Streams,
) -> (PixelMap, String) {
    let turned = |angle: f32, label: String| {
        let [_, height, width] = dataset.shape;
        (PixelMap::Rotate(Arc::new(Rotation::new(height, width, angle))), label)
    };
    match tasks {
        StreamKind::Split { .. } => {
            let names: Vec<String> = members.iter().map(|class| dataset.class_name(*class)).collect();
            (PixelMap::Identity, names.join("|"))
        }
        StreamKind::Shards { .. } => (PixelMap::Identity, format!("part {}", index + 1)),
        StreamKind::Permuted { identity_first, .. } => {
            let count = u32::try_from(dataset.features()).unwrap_or(u32::MAX);
            let mut order: Vec<u32> = (0..count).collect();
            if index > 0 || !identity_first {
                order.shuffle(&mut streams.get(&format!("permutation{index}")));
            }
            (PixelMap::Permute(order.into()), format!("permutation {}", index + 1))
        }
        StreamKind::Rotated { angles } => turned(angles[index], format!("{}°", angles[index])),
        StreamKind::RandomlyRotated { tasks, between: [low, high], ascending } => {
            let part = (high - low) / *tasks as f32;
            let own = if *ascending {
                low + part * index as f32..low + part * (index + 1) as f32
            } else {
                *low..*high
            };
            let angle = streams.get(&format!("rotation{index}")).random_range(own);
            turned(angle, format!("{angle:.0}°"))
        }
    }
}

/// The tasks so many times, each time told apart by name.
fn repeated(tasks: Vec<Task>, times: usize) -> Vec<Task> {
    let again = |time: usize| {
        tasks.iter().cloned().map(move |task| match time {
            0 => task,
            _ => Task { label: format!("{} ({})", task.label, time + 1), ..task },
        })
    };
    (0..times).flat_map(again).collect()
}

impl TaskStream {
    /// Builds the tasks. Class order, permutations and random angles come from the streams `stream/classes`,
    /// `stream/permutation{i}` and `stream/rotation{i}`; `mix.rs` names those of parts.
    ///
    /// # Errors
    /// When the spec does not fit the data set.
    pub fn new(spec: &StreamSpec, dataset: &Arc<Dataset>, on: EvaluateOn, streams: &Streams) -> Result<Self> {
        let regression = dataset.is_regression();
        if regression {
            spec.check_regression(dataset.classes)?
        } else {
            spec.check(dataset.classes)?
        }
        spec.check_shape(dataset)?;
        let streams = streams.within("stream");
        let mut classes: Vec<usize> = (0..dataset.classes).collect();
        if let StreamKind::Split { shuffle_classes: true, .. } = spec.tasks {
            classes.shuffle(&mut streams.get("classes"));
        }
        let (train, test) = match on {
            EvaluateOn::Test => (&dataset.train_full, &dataset.test),
            EvaluateOn::Validation => (&dataset.train, &dataset.validation),
        };
        let (mut names, mut trains, mut tests) = (Vec::new(), Vec::new(), Vec::new());
        for index in 0..spec.distinct(dataset.classes) {
            let members = &classes[spec.members(index, dataset.classes)];
            let (map, name) = seen(&spec.tasks, index, (dataset, members), &streams);
            let offset = spec.own_outputs(index, dataset.classes).start;
            let mut outputs = vec![u32::MAX; dataset.classes];
            for (at, class) in members.iter().enumerate() {
                let own = if regression { 0 } else { offset + at };
                outputs[*class] = u32::try_from(own).unwrap_or(u32::MAX);
            }
            let outputs: Arc<[u32]> = outputs.into();
            let view = |split: &Split| View {
                split: split.clone(),
                indices: (0..split.len())
                    .filter(|i| outputs[usize::from(split.labels[*i])] != u32::MAX)
                    .filter_map(|i| u32::try_from(i).ok())
                    .collect(),
                map: map.clone(),
                outputs: outputs.clone(),
            };
            names.push(name);
            trains.push(view(train));
            tests.push(view(test));
        }
        let mut tasks = Vec::new();
        for (index, (train, test)) in mixed(spec, trains, &streams).into_iter().zip(tests).enumerate() {
            let label = std::mem::take(&mut names[index]);
            if train.iter().all(View::is_empty) || test.is_empty() {
                let what = format!("task {} ({label})", index + 1);
                return Err(
                    DefinitionError::range(&what, "no samples", "at least one sample per split").into()
                );
            }
            tasks.push(Task { label, train, test });
        }
        Ok(Self {
            dataset: dataset.clone(),
            spec: spec.clone(),
            tasks: repeated(tasks, spec.repeats.unwrap_or(1)),
            outputs: if regression { 1 } else { spec.outputs(dataset.classes) },
        })
    }

    /// Number of tasks.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn distinct(&self) -> usize {
        self.spec.distinct(self.dataset.classes)
    }

    /// Number of views of all different tasks.
    pub fn views(&self) -> usize {
        self.tasks[..self.distinct().min(self.len())].iter().map(|task| task.train.len()).sum()
    }

    /// Number of the first of a task's views among those of all different tasks: with the place in the view it says which
    /// sample one is, also where a task is met again.
    pub fn first_view(&self, task: usize) -> usize {
        self.tasks[..task % self.distinct().max(1)].iter().map(|task| task.train.len()).sum()
    }

    /// Names for charts.
    pub fn labels(&self) -> Vec<String> {
        self.tasks.iter().map(|task| task.label.clone()).collect()
    }

    /// Outputs that a network needs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// What 1 is of the numbers to be answered, in their own unit; `None`: classes are answered.
    pub fn unit(&self) -> Option<f32> {
        self.dataset.test.values.as_ref().map(|values| values.unit)
    }

    /// Whether something is revealed to the learner.
    pub fn reveals(&self, what: Reveal) -> bool {
        self.spec.reveals(what)
    }

    /// The hidden state that a task is, the same each time it is met; `None`: nobody may know.
    pub fn state(&self, task: usize) -> Option<usize> {
        let states = self.spec.states(self.dataset.classes);
        (states > 0).then(|| task % states)
    }

    /// Training data of one task (of all up to it where the stream is cumulative).
    pub fn training(&self, task: usize) -> TrainingData {
        let first = if self.spec.cumulative { 0 } else { task };
        self.pool(first, task)
    }

    /// Training data of the tasks `first..=last`, with what the stream reveals and no more.
    pub fn pool(&self, first: usize, last: usize) -> TrainingData {
        let own_mask = self.spec.scenario == Scenario::Task;
        let masks = if own_mask {
            (first..=last).map(|task| self.mask(task, task)).collect()
        } else {
            Arc::from([self.mask(last, last)])
        };
        TrainingData {
            samples: Samples::Views {
                dataset: self.dataset.clone(),
                views: self.tasks[first..=last].iter().flat_map(|task| task.train.clone()).collect(),
            },
            masks,
            own_mask,
            task: (first == last && self.reveals(Reveal::TaskId)).then_some(last),
        }
    }

    /// The source of all batches where tasks flow into one another, `bounds` the updates before each task's part and after the
    /// last one; `None`: they come one after another.
    pub fn gradual(&self, bounds: &[usize], batch: usize, streams: &Streams) -> Option<Gradual> {
        let bumps = Bumps::new(bounds, self.spec.gradual?);
        let tasks: Vec<TrainingData> = (0..self.len()).map(|task| self.pool(task, task)).collect();
        Some(Gradual::new(self.pool(0, self.len() - 1), &tasks, bumps, batch, streams))
    }

    /// Outputs that compete for a sample of `task` when training has reached `reached`.
    fn mask(&self, task: usize, reached: usize) -> Arc<[bool]> {
        let classes = self.dataset.classes;
        let range = match self.spec.scenario {
            Scenario::Task => self.spec.own_outputs(task, classes),
            Scenario::Domain => 0..self.outputs,
            // A growing set of classes would give boundaries away where the stream hides them.
            Scenario::Class if self.spec.all_outputs || !self.reveals(Reveal::Boundary) => 0..self.outputs,
            Scenario::Class => 0..self.spec.own_outputs(reached.min(self.distinct() - 1), classes).end,
        };
        (0..self.outputs).map(|output| range.contains(&output)).collect()
    }

    /// Outputs that compete when `task` is tested after training has reached `reached`; `None`: before any training,
    /// when all classes of the stream compete.
    pub fn test_active(&self, task: usize, reached: Option<usize>) -> Active {
        Active::Same(self.mask(task, reached.unwrap_or(self.len() - 1)))
    }

    /// Test samples of one task, at most `limit` of them, evenly spaced.
    pub fn test_set(&self, task: usize, limit: usize) -> TestSet {
        let view = self.tasks[task].test.clone();
        TestSet::new(self.dataset.clone(), view, limit)
    }
}
