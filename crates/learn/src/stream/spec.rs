//! A sequence of tasks as a setting.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::counts::{CLASSES_PER_TASK, MOST_STATES, check_count, check_sizes};
use super::scenario::Scenario;
use base::error::DefinitionError;
use contract::{Reveal, allowed};
use data::Dataset;

/// How tasks are made from a data set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum StreamKind {
    /// Classes are dealt out over tasks.
    Split {
        /// ≥ 2, divides the number of classes. Default 2.
        #[serde(default = "two")]
        classes_per_task: usize,
        /// Instead: how many classes each task has. They sum to the number of classes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sizes: Option<Vec<usize>>,
        /// A new order of classes per seed. Default true; false keeps 0, 1, 2, …
        #[serde(default = "base::written::yes")]
        shuffle_classes: bool,
    },
    /// Every task permutes the pixels in its own way.
    Permuted {
        /// ≥ 2. Default 10.
        #[serde(default = "ten")]
        tasks: usize,
        /// The first task keeps them. Default true.
        #[serde(default = "base::written::yes", skip_serializing_if = "base::written::is_true")]
        identity_first: bool,
    },
    /// Every task has all classes and its own part of the training data (data-incremental); the domain scenario alone.
    Shards {
        /// ≥ 2. Default 10.
        #[serde(default = "ten")]
        tasks: usize,
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
        /// Each task draws from its own of as many equally wide parts, the first from the part of the smallest angles (Lopez-Paz &
        /// Ranzato 2017). Default false.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        ascending: bool,
    },
}

fn two() -> usize {
    CLASSES_PER_TASK
}

fn ten() -> usize {
    10
}

fn half_turn() -> [f32; 2] {
    [0.0, 180.0]
}

impl StreamKind {
    /// Whether tasks share the data set out between them; else each sees all of it.
    pub fn deals_out(&self) -> bool {
        matches!(self, Self::Split { .. } | Self::Shards { .. })
    }
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
    /// The whole sequence of tasks is met so many times, ≥ 2; each time its tasks count as tasks. Absent: once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<usize>,
    /// Each task has only so many training samples, ≥ 1, which each seed draws. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_per_task: Option<usize>,
    /// Blurred boundaries: this share of each task's training samples, above 0 and at most 0.5, is dealt out evenly over the
    /// other tasks. Absent: none. After Bang et al. 2021.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blur: Option<f32>,
    /// Tasks flow into one another: each has a bump of this width over the updates, in lengths of its part of the budget, 0.05 to 5,
    /// and every sample is drawn by the shares (`Bumps`). Nothing may be revealed. Absent: one after another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gradual: Option<f32>,
}

impl StreamSpec {
    /// Checks the stream against a data set's number of classes.
    ///
    /// # Errors
    /// The first value out of range.
    pub fn check(&self, classes: usize) -> Result<(), DefinitionError> {
        self.check_tasks(classes)?;
        self.check_mix()?;
        if self.all_outputs && self.scenario != Scenario::Class {
            let rule = "false outside the class scenario";
            return Err(DefinitionError::range("stream.all_outputs", true, rule));
        }
        let fits = match self.scenario {
            Scenario::Task => self.reveals(Reveal::TaskId),
            Scenario::Domain => true,
            Scenario::Class => !self.reveals(Reveal::TaskId),
        };
        if !fits {
            let rule = "with `task-id` in the task scenario, without it in the class scenario; in the domain scenario it may be told";
            return Err(DefinitionError::range("stream.reveals", format!("{:?}", self.words()), rule));
        }
        Ok(())
    }

    fn check_tasks(&self, classes: usize) -> Result<(), DefinitionError> {
        match &self.tasks {
            StreamKind::Split { classes_per_task, sizes: Some(sizes), .. } => {
                check_sizes(sizes, *classes_per_task, classes, self.scenario)
            }
            StreamKind::Split { classes_per_task: n, .. } => {
                if *n < 2 || !classes.is_multiple_of(*n) || *n == classes {
                    let divisors: Vec<String> =
                        (2..classes).filter(|n| classes.is_multiple_of(*n)).map(|n| n.to_string()).collect();
                    let allowed = match &divisors[..] {
                        [] => format!(
                            "nothing: the {classes} classes cannot be dealt out evenly over tasks of two or more; `sizes`, or another kind of task, as `permuted` or `shards`"
                        ),
                        _ => format!("a divisor of the {classes} classes: {}", divisors.join(", ")),
                    };
                    return Err(DefinitionError::range("stream.tasks.classes_per_task", n, &allowed));
                }
                Ok(())
            }
            StreamKind::Permuted { tasks, .. } => check_count(*tasks),
            StreamKind::Shards { tasks } => {
                if self.scenario != Scenario::Domain {
                    let allowed = "another kind, or the domain scenario: every task has the same classes";
                    return Err(DefinitionError::range("stream.tasks.kind", "shards", allowed));
                }
                check_count(*tasks)
            }
            StreamKind::RandomlyRotated { tasks, between: [low, high], .. } => {
                if !(low.is_finite() && high.is_finite() && low < high) {
                    let (found, rule) = ([low, high], "two finite angles, the smaller one first");
                    return Err(DefinitionError::range("stream.tasks.between", format!("{found:?}"), rule));
                }
                check_count(*tasks)
            }
            StreamKind::Rotated { angles } => {
                if angles.len() < 2 || angles.iter().any(|angle| !angle.is_finite()) {
                    let (found, rule) = (format!("{angles:?}"), "at least two finite angles");
                    return Err(DefinitionError::range("stream.tasks.angles", found, rule));
                }
                Ok(())
            }
        }
    }

    /// What is done with the tasks' samples once the tasks stand.
    pub(super) fn check_mix(&self) -> Result<(), DefinitionError> {
        allowed!(2 to 100).check("stream.repeats", self.repeats.unwrap_or(2))?;
        DefinitionError::check_count(
            "stream.samples_per_task",
            self.samples_per_task.unwrap_or(1),
            10_000_000,
        )?;
        if let Some(width) = self.gradual {
            allowed!(0.05 to 5).check("stream.gradual", width)?;
            if !self.reveals.is_empty() || self.cumulative || self.blur.is_some() {
                let allowed = "absent, unless `reveals = []`: there is no boundary that could be told; not with `cumulative` or `blur`";
                return Err(DefinitionError::range("stream.gradual", width, allowed));
            }
        }
        let Some(blur) = self.blur else { return Ok(()) };
        if !(blur > 0.0 && blur <= 0.5) {
            return Err(DefinitionError::range("stream.blur", blur, "above 0 and at most 0.5"));
        }
        let compete = self.scenario == Scenario::Domain
            || self.scenario == Scenario::Class && (self.all_outputs || !self.reveals(Reveal::Boundary));
        if !compete || self.cumulative {
            let allowed = "absent, unless the samples of all tasks may compete: the domain scenario, or the class scenario \
                           with `all_outputs` or without `boundary`; not with `cumulative`";
            return Err(DefinitionError::range("stream.blur", blur, allowed));
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

    /// Number of tasks, each time that one is met.
    pub fn len(&self, classes: usize) -> usize {
        self.distinct(classes) * self.repeats.unwrap_or(1)
    }

    /// Number of different tasks.
    pub fn distinct(&self, classes: usize) -> usize {
        match &self.tasks {
            StreamKind::Split { sizes: Some(sizes), .. } => sizes.len(),
            StreamKind::Split { classes_per_task, .. } => classes / classes_per_task,
            StreamKind::Permuted { tasks, .. }
            | StreamKind::Shards { tasks }
            | StreamKind::RandomlyRotated { tasks, .. } => *tasks,
            StreamKind::Rotated { angles } => angles.len(),
        }
    }

    /// Hidden states that the stream goes through, which are its different tasks, where the learner may know them; 0: it may
    /// not, or they are more than [`MOST_STATES`].
    pub fn states(&self, classes: usize) -> usize {
        let distinct = self.distinct(classes);
        if self.reveals(Reveal::TaskId) && distinct <= MOST_STATES { distinct } else { 0 }
    }

    /// Which places in the order of classes a task has.
    pub fn members(&self, task: usize, classes: usize) -> Range<usize> {
        let task = task % self.distinct(classes).max(1);
        match &self.tasks {
            StreamKind::Split { sizes: Some(sizes), .. } => {
                let first = sizes[..task].iter().sum();
                first..first + sizes[task]
            }
            StreamKind::Split { classes_per_task: own, .. } => task * own..(task + 1) * own,
            _ => 0..classes,
        }
    }

    /// Which outputs belong to a task.
    pub fn own_outputs(&self, task: usize, classes: usize) -> Range<usize> {
        let members = self.members(task, classes);
        match (self.scenario, &self.tasks) {
            (Scenario::Domain, _) => 0..members.len(),
            (_, StreamKind::Split { .. }) => members,
            _ => {
                let first = task % self.distinct(classes).max(1) * classes;
                first..first + classes
            }
        }
    }

    /// Outputs that a network needs.
    pub fn outputs(&self, classes: usize) -> usize {
        (0..self.distinct(classes)).map(|task| self.own_outputs(task, classes).end).max().unwrap_or(0)
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
