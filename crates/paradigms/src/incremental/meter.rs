//! Measures accuracy on test data, which the learner never sees.

use std::borrow::Cow;

use super::answers::{Answers, squared_errors};
use super::settings::CurveSettings;
use crate::method::TaskOwned;
use base::error::Result;
use base::rng::Streams;
use contract::{Curve, Pace};
use learn::Learner;
use learn::gains::Gains;
use learn::stream::{TaskStream, TestSet};

/// Test sets, and the curves measured so far.
pub(super) struct Meter {
    /// Per task: all test samples, and smaller sets for the matrix and for curves.
    full: Vec<TestSet>,
    /// Those for the rows of the matrix before its last.
    earlier: Vec<TestSet>,
    thinned: Vec<TestSet>,
    tasks: Vec<Curve>,
    seen: Curve,
    loss: Curve,
    /// Sum and count of training losses since the last point.
    losses: (f64, u32),
    /// Tasks that have curves.
    first: usize,
    /// Where numbers are answered: what R² is measured against.
    pub answers: Option<Answers>,
    /// What is a task's own in training is so at its test too.
    pub own: Option<Box<dyn TaskOwned>>,
    /// Where hidden units are silent by chance in tests too: the random streams of that.
    pub noise: Option<Streams>,
}

impl Meter {
    /// `first`: how many tasks have curves; `None`: all.
    pub fn new(
        stream: &TaskStream,
        curve: &CurveSettings,
        first: Option<usize>,
        own: Option<Box<dyn TaskOwned>>,
    ) -> Self {
        let sets = |limit: usize| -> Vec<TestSet> {
            (0..stream.len()).map(|task| stream.test_set(task, limit)).collect()
        };
        let full = sets(usize::MAX);
        let answers = Answers::of(stream, &full);
        let name = if answers.is_some() { "r2" } else { "accuracy" };
        Self {
            full,
            answers,
            earlier: sets(curve.matrix.unwrap_or(usize::MAX)),
            thinned: sets(curve.samples),
            tasks: (0..stream.len()).map(|task| Curve::new(format!("{name}/task{task}"))).collect(),
            seen: Curve::new(format!("{name}/seen")),
            loss: Curve::new("loss"),
            losses: (0.0, 0),
            first: first.unwrap_or(usize::MAX),
            own,
            noise: None,
        }
    }

    /// Bytes of what is kept for tasks beside the network's parameters.
    pub fn own_bytes(&self) -> u64 {
        self.own.as_ref().map_or(0, |own| own.state_bytes())
    }

    /// Accuracy on every task when training has reached task `reached` (`None`: before training): row `row` of the matrix.
    pub fn accuracies(
        &self,
        stream: &TaskStream,
        learner: &Learner,
        (row, reached): (usize, Option<usize>),
        pace: &mut Pace<'_>,
    ) -> Result<Vec<f64>> {
        let sets = self.sets(row);
        let score = |(task, set)| self.score(set, stream, learner, (task, reached), pace);
        sets.iter().enumerate().map(score).collect()
    }

    /// What a row of the matrix is measured on: the last one on all test samples.
    fn sets(&self, row: usize) -> &[TestSet] {
        if row + 1 == self.full.len() { &self.full } else { &self.earlier }
    }

    /// Accuracy on one task when training has reached another, as a row of the matrix has it.
    pub fn accuracy(
        &self,
        stream: &TaskStream,
        learner: &Learner,
        (row, task, reached): (usize, usize, Option<usize>),
        pace: &mut Pace<'_>,
    ) -> Result<f64> {
        self.score(&self.sets(row)[task], stream, learner, (task, reached), pace)
    }

    /// Notes a training loss.
    pub fn saw(&mut self, loss: f64) {
        self.losses.0 += loss;
        self.losses.1 += 1;
    }

    /// Adds a point to every curve: tasks up to `reached` (of those measured), after `updates` updates.
    pub fn measure(
        &mut self,
        stream: &TaskStream,
        learner: &Learner,
        reached: usize,
        updates: usize,
        pace: &mut Pace<'_>,
    ) -> Result<()> {
        let x = updates as f64;
        let mut sum = 0.0;
        let measured = (reached + 1).min(self.first);
        for task in 0..measured {
            let accuracy = self.score(&self.thinned[task], stream, learner, (task, Some(reached)), pace)?;
            self.tasks[task].push(x, accuracy);
            sum += accuracy;
        }
        self.seen.push(x, sum / measured as f64);
        self.loss.push(x, self.losses.0 / f64::from(self.losses.1.max(1)));
        self.losses = (0.0, 0);
        Ok(())
    }

    /// All curves. Where each task has a network of its own, only the loss is a curve over the whole run.
    pub fn curves(&self, separate: bool) -> Vec<Curve> {
        if separate {
            return vec![self.loss.clone()];
        }
        let all = self.tasks.iter().chain([&self.seen, &self.loss]);
        all.filter(|curve| !curve.x.is_empty()).cloned().collect()
    }

    /// The gains under which a task is tested: those in force, with what is its own.
    pub fn gains_in<'l>(&self, task: usize, learner: &'l Learner) -> Cow<'l, Gains> {
        let mut gains = Cow::Borrowed(learner.gains());
        let Some(own) = &self.own else { return gains };
        if own.gates_units() && learner.modulation().is_some() {
            // A modulator's gate lies on the task's own, not on those of the task at hand.
            let mut base = learner.base.clone();
            own.set(task, &mut base);
            return Cow::Owned(learner.gains_over(&base));
        }
        own.set(task, gains.to_mut());
        gains
    }

    /// Accuracy on some test samples of a task, when training has reached another. Parameters that are the task's own are lent to
    /// the network for as long.
    pub fn score(
        &self,
        set: &TestSet,
        stream: &TaskStream,
        learner: &Learner,
        (task, reached): (usize, Option<usize>),
        pace: &mut Pace<'_>,
    ) -> Result<f64> {
        let parameters = learner.model.parameters();
        let lent = self.own.as_ref().map_or(Ok(None), |own| own.tested(task, parameters))?;
        let Some(lent) = lent else { return self.count(set, stream, learner, (task, reached), pace) };
        let now = parameters.snapshot()?;
        parameters.restore(&lent)?;
        let outcome = self.count(set, stream, learner, (task, reached), pace);
        // Back whatever happened.
        parameters.restore(&now)?;
        outcome
    }

    /// The share of a task's samples that the network answers rightly as it is; of numbers R².
    fn count(
        &self,
        set: &TestSet,
        stream: &TaskStream,
        learner: &Learner,
        (task, reached): (usize, Option<usize>),
        pace: &mut Pace<'_>,
    ) -> Result<f64> {
        /// Samples per forward pass.
        const BATCH: usize = 512;
        let active = stream.test_active(task, reached);
        let mut gains = self.gains_in(task, learner);
        let readout = learner.objective.readout(learner.model.as_ref(), &gains)?;
        let (mut correct, mut squares) = (0, 0.0);
        for first in (0..set.len()).step_by(BATCH) {
            pace.ask()?;
            let (inputs, targets) = set.batch(first..set.len().min(first + BATCH))?;
            if let Some(noise) = &self.noise {
                let mut random = noise.fast(&format!("dropout/{}/{task}/{first}", learner.updates()));
                gains.to_mut().silence(&learner.model.layer_units(), targets.len(), &mut random);
            }
            if self.answers.is_some() {
                squares += squared_errors(set, (first, targets.len()), &inputs, learner, &gains)?;
                continue;
            }
            let labels = readout.predict(learner.model.as_ref(), &inputs, &active, &gains)?;
            correct +=
                labels.iter().zip(&targets).filter(|(label, target)| **label == **target as usize).count();
        }
        let count = set.len().max(1) as f64;
        Ok(self.answers.as_ref().map_or(correct as f64 / count, |answers| answers.explained(squares / count)))
    }
}
