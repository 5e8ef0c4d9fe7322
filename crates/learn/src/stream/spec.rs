//! A sequence of tasks as a setting.

use serde::{Deserialize, Serialize};

use base::error::DefinitionError;
use contract::Reveal;
use data::Dataset;

/// The three scenarios of van de Ven, Tuytelaars & Tolias 2022.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// The task is known: each task has its own outputs, only those compete.
    Task,
    /// The task is not known: all tasks share the same outputs.
    Domain,
    /// The task must be inferred: all classes seen so far compete.
    Class,
}

/// How tasks are made from a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StreamKind {
    /// Classes are dealt out over tasks.
    Split {
        /// ≥ 2, divides the number of classes. Default 2.
        #[serde(default = "two")]
        classes_per_task: usize,
        /// A new order of classes per seed. Default true; false keeps 0, 1, 2, …
        #[serde(default = "yes")]
        shuffle_classes: bool,
    },
    /// Every task permutes the pixels in its own way.
    Permuted {
        /// ≥ 2. Default 10.
        #[serde(default = "ten")]
        tasks: usize,
        /// The first task keeps them. Default true.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        identity_first: bool,
    },
    /// Every task rotates the image by its own angle (bilinear interpolation, zero outside).
    Rotated {
        /// Degrees, one per task, at least two.
        angles: Vec<f32>,
    },
    /// The same by an angle per task that each seed draws uniformly between two.
    RandomlyRotated {
        /// ≥ 2. Default 10.
        #[serde(default = "ten")]
        tasks: usize,
        /// Least and largest angle in degrees. Default 0 and 180.
        #[serde(default = "half_turn")]
        between: [f32; 2],
    },
}

fn two() -> usize {
    2
}

fn ten() -> usize {
    10
}

fn half_turn() -> [f32; 2] {
    [0.0, 180.0]
}

fn yes() -> bool {
    true
}

// What is written without it is what was written before there was any.
fn is_true(value: &bool) -> bool {
    *value
}

/// A sequence of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StreamSpec {
    /// How tasks are made.
    pub tasks: StreamKind,
    pub scenario: Scenario,
    /// What the learner may know.
    pub reveals: Vec<Reveal>,
    /// Each task's training data hold those of all tasks before it. Default false.
    #[serde(default)]
    pub cumulative: bool,
    /// In the class scenario all outputs compete from the first task on, not only those of classes seen. Default false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_outputs: bool,
}

impl StreamSpec {
    /// Checks the stream against a data set's number of classes.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, classes: usize) -> Result<(), DefinitionError> {
        match &self.tasks {
            StreamKind::Split { classes_per_task: n, .. } => {
                if *n < 2 || !classes.is_multiple_of(*n) || *n == classes {
                    let divisors: Vec<String> =
                        (2..classes).filter(|n| classes.is_multiple_of(*n)).map(|n| n.to_string()).collect();
                    let allowed = format!("a divisor of the {classes} classes: {}", divisors.join(", "));
                    return Err(DefinitionError::range("stream.tasks.classes_per_task", n, &allowed));
                }
            }
            StreamKind::Permuted { tasks, .. } => check_tasks(*tasks)?,
            StreamKind::RandomlyRotated { tasks, between } => {
                check_tasks(*tasks)?;
                let [low, high] = between;
                if !(low.is_finite() && high.is_finite() && low < high) {
                    let found = format!("{between:?}");
                    return Err(DefinitionError::range(
                        "stream.tasks.between",
                        found,
                        "two finite angles, the smaller one first",
                    ));
                }
            }
            StreamKind::Rotated { angles } => {
                if angles.len() < 2 || angles.iter().any(|angle| !angle.is_finite()) {
                    let found = format!("{angles:?}");
                    return Err(DefinitionError::range(
                        "stream.tasks.angles",
                        found,
                        "at least two finite angles",
                    ));
                }
            }
        }
        if self.all_outputs && self.scenario != Scenario::Class {
            let rule = "false outside the class scenario";
            return Err(DefinitionError::range("stream.all_outputs", true, rule));
        }
        let needs_id = self.scenario == Scenario::Task;
        if needs_id != self.reveals.contains(&Reveal::TaskId) {
            let rule = "`task-id` is revealed in the task scenario and only there";
            return Err(DefinitionError::range("stream.reveals", format!("{:?}", self.words()), rule));
        }
        Ok(())
    }

    /// Whether something is revealed.
    pub fn reveals(&self, what: Reveal) -> bool {
        self.reveals.contains(&what)
    }

    fn words(&self) -> Vec<&'static str> {
        self.reveals.iter().map(|reveal| reveal.word()).collect()
    }

    /// Number of tasks.
    pub fn len(&self, classes: usize) -> usize {
        match &self.tasks {
            StreamKind::Split { classes_per_task, .. } => classes / classes_per_task,
            StreamKind::Permuted { tasks, .. } | StreamKind::RandomlyRotated { tasks, .. } => *tasks,
            StreamKind::Rotated { angles } => angles.len(),
        }
    }

    /// Classes inside one task.
    pub fn classes_per_task(&self, classes: usize) -> usize {
        match &self.tasks {
            StreamKind::Split { classes_per_task, .. } => *classes_per_task,
            _ => classes,
        }
    }

    /// Outputs that a network needs.
    pub fn outputs(&self, classes: usize) -> usize {
        let own = self.classes_per_task(classes);
        if self.scenario == Scenario::Domain { own } else { own * self.len(classes) }
    }

    /// Whether the data set's images allow this stream.
    ///
    /// # Errors
    /// Rotation of something that is not an image.
    pub fn check_shape(&self, dataset: &Dataset) -> Result<(), DefinitionError> {
        let [_, height, width] = dataset.shape;
        let kind = match self.tasks {
            StreamKind::Rotated { .. } => "rotated",
            StreamKind::RandomlyRotated { .. } => "randomly-rotated",
            _ => return Ok(()),
        };
        if height < 2 || width < 2 {
            return Err(DefinitionError::range("stream.tasks.kind", kind, "a data set of images"));
        }
        Ok(())
    }
}

fn check_tasks(tasks: usize) -> Result<(), DefinitionError> {
    if (2..=100).contains(&tasks) {
        return Ok(());
    }
    Err(DefinitionError::range("stream.tasks.tasks", tasks, "2 to 100"))
}
