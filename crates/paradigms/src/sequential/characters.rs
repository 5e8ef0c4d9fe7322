//! Classes of handwritten characters: those that meta-training meets, and sequences of others to be learned.

use std::sync::Arc;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt};

use super::settings::SequentialSettings;
use base::rng::Streams;
use data::{Dataset, Split, omniglot};
use learn::stream::EvaluateOn;

/// Images (n × 28 × 28, ink in [0, 1]) with their labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawings {
    pub images: Vec<f32>,
    pub labels: Vec<u32>,
}

/// Classes to be learned one after another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sequence {
    /// Class by class, numbered in the order in which they come.
    pub learned: Drawings,
    /// Other drawings of the same classes, class by class too.
    pub held_out: Drawings,
}

/// What meta-training may see, and what it is measured on.
#[derive(Debug)]
pub(super) struct Characters {
    dataset: Arc<Dataset>,
    evaluate: EvaluateOn,
    turns: usize,
    /// Character and quarter turns of each class of meta-training.
    training: Vec<(usize, usize)>,
}

impl Characters {
    /// Draws the classes of meta-training; settings must have been checked against the number that exist.
    pub fn new(dataset: Arc<Dataset>, settings: &SequentialSettings, streams: &Streams) -> Self {
        let (turns, evaluate) = (settings.characters.turns(), settings.evaluate);
        let mut characters = Self { dataset, evaluate, turns, training: Vec::new() };
        let all = characters.train().len() / omniglot::DRAWINGS * turns;
        let count = settings.characters.training_classes.min(all);
        let chosen = rand::seq::index::sample(&mut streams.fast("classes/training"), all, count);
        characters.training = chosen.into_iter().map(|class| (class / turns, class % turns)).collect();
        characters
    }

    fn train(&self) -> &Split {
        match self.evaluate {
            EvaluateOn::Test => &self.dataset.train_full,
            EvaluateOn::Validation => &self.dataset.train,
        }
    }

    fn measured(&self) -> &Split {
        match self.evaluate {
            EvaluateOn::Test => &self.dataset.test,
            EvaluateOn::Validation => &self.dataset.validation,
        }
    }

    /// Appends drawings of a class of meta-training under its own number.
    fn add(&self, class: usize, drawings: &[usize], to: &mut Drawings) {
        let (character, turns) = self.training[class];
        for drawing in drawings {
            let sample = character * omniglot::DRAWINGS + drawing;
            omniglot::append_turned(self.train(), sample, turns, self.dataset.scale, &mut to.images);
            to.labels.push(u32::try_from(class).unwrap_or(u32::MAX));
        }
    }

    /// `classes` random classes of meta-training one after another with `shots` random drawings each; returns their
    /// numbers.
    pub fn trajectory(
        &self,
        classes: usize,
        shots: usize,
        random: &mut impl Rng,
        to: &mut Drawings,
    ) -> Vec<usize> {
        let chosen = rand::seq::index::sample(random, self.training.len(), classes).into_vec();
        for class in &chosen {
            let mut drawings: Vec<usize> = (0..omniglot::DRAWINGS).collect();
            let (drawings, _) = drawings.partial_shuffle(random, shots);
            self.add(*class, drawings, to);
        }
        chosen
    }

    /// `count` random drawings of all classes of meta-training.
    pub fn random(&self, count: usize, random: &mut impl Rng, to: &mut Drawings) {
        for _ in 0..count {
            let class = random.random_range(0..self.training.len());
            self.add(class, &[random.random_range(0..omniglot::DRAWINGS)], to);
        }
    }

    /// `classes` classes that meta-training never met, with `shots` drawings each to learn and `queries` others.
    pub fn sequence(&self, classes: usize, shots: usize, queries: usize, random: &mut impl Rng) -> Sequence {
        let split = self.measured();
        let all = split.len() / omniglot::DRAWINGS * self.turns;
        let mut sequence = Sequence { learned: Drawings::default(), held_out: Drawings::default() };
        for (label, class) in (0u32..).zip(rand::seq::index::sample(random, all, classes)) {
            let (character, turns) = (class / self.turns, class % self.turns);
            let mut drawings: Vec<usize> = (0..omniglot::DRAWINGS).collect();
            let (drawings, _) = drawings.partial_shuffle(random, shots + queries);
            for (place, drawing) in drawings.iter().enumerate() {
                let to = if place < shots { &mut sequence.learned } else { &mut sequence.held_out };
                let sample = character * omniglot::DRAWINGS + drawing;
                omniglot::append_turned(split, sample, turns, self.dataset.scale, &mut to.images);
                to.labels.push(label);
            }
        }
        sequence
    }
}
