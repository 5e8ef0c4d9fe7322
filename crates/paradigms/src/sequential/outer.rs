//! The outer gradient, Eq. 2: of the loss on what was just learned and on what should not have been forgotten.

use super::characters::{Characters, Drawings};
use super::fast::{Lesson, Walk};
use super::method::Kind;
use super::networks::{Networks, Pass};
use super::resolved::Resolved;
use super::settings::Inner;
use base::rng::FastRng;
use learn::nn::twice::{Function, Samples, Tape, Targets};

/// One outer update's drawings.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// What is learned in order (`learned` of them), then what is to be remembered.
    pub drawings: Drawings,
    pub learned: usize,
    /// Classes whose rows of the output layer start at 0.
    pub fresh: Vec<usize>,
}

/// Draws the drawings of one outer update; without an inner loop all of them are random.
pub(super) fn draw(kind: Kind, inner: &Inner, characters: &Characters, random: &mut FastRng) -> Task {
    let mut task = Task::default();
    if kind == Kind::Pretrained {
        characters.random(inner.classes * inner.shots + inner.remember, random, &mut task.drawings);
        return task;
    }
    task.fresh = characters.trajectory(inner.classes, inner.shots, random, &mut task.drawings);
    task.learned = inner.classes * inner.shots;
    characters.random(inner.remember, random, &mut task.drawings);
    task
}

/// Computes ∂/∂w; the rest is storage.
#[derive(Debug)]
pub(super) struct Outer {
    pub networks: Networks,
    rate: f32,
    pass: Pass,
    walk: Walk,
    tape: Tape,
    start: Vec<f32>,
    to_z: Vec<f32>,
}

impl Outer {
    pub fn new(resolved: &Resolved) -> Self {
        Self {
            networks: Networks::new(&resolved.benchmark, &resolved.method),
            rate: resolved.method.inner_rate,
            pass: Pass::default(),
            walk: Walk::default(),
            tape: Tape::default(),
            start: Vec::new(),
            to_z: Vec::new(),
        }
    }

    /// The same with H = 0 and no way from the inner steps back to the features: to show that it is another gradient.
    #[cfg(test)]
    pub fn first_order_gradient(&mut self, theta: &[f32], task: &Task, gradient: &mut [f32]) -> f64 {
        self.descend(theta, task, gradient, false)
    }

    /// L(θ_K) on all drawings of the task, θ_K the head after learning the first `learned` one after another, and its
    /// gradient with respect to w, exact, overwritten.
    pub fn gradient(&mut self, theta: &[f32], task: &Task, gradient: &mut [f32]) -> f64 {
        self.descend(theta, task, gradient, true)
    }

    fn descend(&mut self, theta: &[f32], task: &Task, gradient: &mut [f32], exact: bool) -> f64 {
        let Self { networks, rate, pass, walk, tape, start, to_z } = self;
        let (head, from) = (&networks.head, networks.head_start());
        let Task { drawings: Drawings { images, labels }, learned, fresh } = task;
        networks.represent(theta, images, pass);
        start.clear();
        start.extend_from_slice(&theta[from..]);
        clear_rows(head, fresh, start);
        let lesson = Lesson { z: &pass.z[..learned * head.inputs()], labels: &labels[..*learned], batch: 1 };
        let end = walk.walk(head, start, *rate, lesson);
        let v = &mut gradient[from..];
        let samples = Samples { inputs: &pass.z, targets: Targets::Labels(labels) };
        let loss = head.gradient(end, &samples, tape, v);
        to_z.resize(pass.z.len(), 0.0);
        head.input_gradient(end, tape, to_z);
        if exact {
            walk.pull_back(head, *rate, lesson, v, &mut to_z[..learned * head.inputs()]);
        }
        clear_rows(head, fresh, v);
        networks.pull_back(theta, images, to_z, pass, gradient);
        loss
    }
}

/// Sets the rows of the output layer that belong to `classes` to 0, weights and biases.
fn clear_rows(head: &Function, classes: &[usize], values: &mut [f32]) {
    let Some([inputs, units]) = head.layers().last() else { return };
    let weights = head.head();
    for class in classes {
        values[weights + class * inputs..weights + (class + 1) * inputs].fill(0.0);
        values[weights + units * inputs + class] = 0.0;
    }
}
