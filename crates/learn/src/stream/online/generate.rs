//! The generated sources: features and the class that each concept gives them, without noise.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, StandardNormal};

use super::realisation::OnlineStream;
use super::spec::{OnlineStreamSpec, Source};
use crate::stream::tasks::EvaluateOn;
use base::rng::{StreamRng, Streams};
use data::Dataset;

/// Class of a SEA sample (features in 0 to 10) under threshold θ: x₁ + x₂ ≤ θ.
pub fn sea(x: [f32; 3], threshold: f32) -> bool {
    x[0] + x[1] <= threshold
}

/// Class of a STAGGER sample under concept 0, 1 or 2; sizes small, medium, large, colours red, green, blue, shapes
/// square, circle, triangle count from 0.
pub fn stagger(size: usize, colour: usize, shape: usize, concept: usize) -> bool {
    match concept {
        0 => size == 0 && colour == 0,
        1 => colour == 1 || shape == 1,
        _ => size != 0,
    }
}

/// Class of a sine sample under concept 0 to 3.
pub fn sine(x: f32, y: f32, concept: usize) -> bool {
    let below = match concept / 2 {
        0 => y < x.sin(),
        _ => y < 0.5 + 0.3 * (3.0 * std::f32::consts::PI * x).sin(),
    };
    below == concept.is_multiple_of(2)
}

/// Class of a ring sample: inside the circle that half of the samples lie in.
pub fn ring(x: f32, y: f32) -> bool {
    x * x + y * y < 2.0 * std::f32::consts::LN_2
}

/// A plane through the middle of the unit cube whose first weights wander.
struct Plane {
    weights: Vec<f32>,
    direction: Vec<f32>,
}

impl Plane {
    fn new(features: usize, moving: usize, random: &mut StreamRng) -> Self {
        let weights = (0..features).map(|_| random.random()).collect();
        Self { weights, direction: vec![1.0; moving] }
    }

    /// A point into `inputs`, and on which side it lies.
    fn sample(&self, random: &mut StreamRng, inputs: &mut Vec<f32>) -> u32 {
        let x: Vec<f32> = self.weights.iter().map(|_| random.random()).collect();
        let sum: f32 = self.weights.iter().zip(&x).map(|(w, x)| w * x).sum();
        inputs.extend(x);
        u32::from(sum >= 0.5 * self.weights.iter().sum::<f32>())
    }

    /// Moves by `speed`; each direction turns with chance `turn`.
    fn turn(&mut self, speed: f32, turn: f32, drift: &mut StreamRng) {
        for (weight, sign) in self.weights.iter_mut().zip(&mut self.direction) {
            *weight += *sign * speed;
            if drift.random::<f32>() < turn {
                *sign = -*sign;
            }
        }
    }
}

/// Draws the whole stream. Features come from the stream `samples`, noise from `noise`, transitions from `drift`, so
/// that one can change without the others; a second source of features from streams of its own within `other`.
pub(super) fn generate(
    spec: &OnlineStreamSpec,
    digits: Option<(&Dataset, EvaluateOn)>,
    streams: &Streams,
) -> OnlineStream {
    let (mut stream, noise) = noiseless(spec, digits, streams);
    if let Some(shifts) = &spec.shifts {
        if spec.features() > stream.features {
            let other = noiseless(spec, digits, &streams.within("other")).0;
            stream.beside(&other, |at| shifts.state(at) == 1);
        }
        shifts.apply(stream.features, &mut stream.inputs);
    }
    let noise = |at: usize| spec.shifts.as_ref().and_then(|shifts| shifts.noise(at)).unwrap_or(noise);
    let classes = u32::try_from(spec.classes()).unwrap_or(u32::MAX);
    stream.labels =
        turn_over(stream.ideal.as_deref().unwrap_or_default(), noise, classes, &mut streams.get("noise"));
    stream
}

/// The source's stream before noise and shifts of its inputs, and the source's noise.
fn noiseless(
    spec: &OnlineStreamSpec,
    digits: Option<(&Dataset, EvaluateOn)>,
    streams: &Streams,
) -> (OnlineStream, f32) {
    let samples = spec.expected_samples();
    let schedule = spec.schedule();
    let mut drift = streams.get("drift");
    let mut random = streams.get("samples");
    let mut inputs = Vec::with_capacity(samples * spec.features());
    let mut ideal = Vec::with_capacity(samples);
    let noise = match &spec.source {
        Source::Sea { thresholds, noise } => {
            for at in 0..samples {
                let x: [f32; 3] = std::array::from_fn(|_| 10.0 * random.random::<f32>());
                inputs.extend(x.map(|value| value / 10.0));
                ideal.push(u32::from(sea(x, thresholds[schedule.concept(at, &mut drift)])));
            }
            *noise
        }
        Source::Hyperplane { features, moving, speed, turn, noise } => {
            let mut plane = Plane::new(*features, *moving, &mut random);
            for at in 0..samples {
                ideal.push(plane.sample(&mut random, &mut inputs));
                let factor = spec.shifts.as_ref().and_then(|shifts| shifts.speed(at)).unwrap_or(1.0);
                plane.turn(*speed * factor, *turn, &mut drift);
            }
            *noise
        }
        Source::Stagger => {
            for at in 0..samples {
                let [size, colour, shape]: [usize; 3] = std::array::from_fn(|_| random.random_range(0..3));
                for value in [size, colour, shape] {
                    inputs.extend((0..3).map(|other| f32::from(u8::from(other == value))));
                }
                let concept = schedule.concept(at, &mut drift);
                ideal.push(u32::from(stagger(size, colour, shape, concept)));
            }
            0.0
        }
        Source::Sine { noise } => {
            for at in 0..samples {
                let [x, y]: [f32; 2] = std::array::from_fn(|_| random.random());
                inputs.extend([x, y]);
                ideal.push(u32::from(sine(x, y, schedule.concept(at, &mut drift))));
            }
            *noise
        }
        Source::Ring { noise } => {
            for _ in 0..samples {
                let [x, y]: [f32; 2] = std::array::from_fn(|_| StandardNormal.sample(&mut random));
                inputs.extend([x, y]);
                ideal.push(u32::from(ring(x, y)));
            }
            *noise
        }
        Source::DigitsDrift { contexts, noise, .. } => {
            if let Some((dataset, on)) = digits {
                let permutations = label_permutations(*contexts, dataset.classes, streams);
                let mut pool = Pool::new(dataset, on, random);
                for at in 0..samples {
                    let label = pool.next(dataset, &mut inputs);
                    ideal.push(permutations[schedule.concept(at, &mut drift)][label]);
                }
            }
            *noise
        }
        Source::Elec2 | Source::Table { .. } | Source::Data(_) => 0.0,
    };
    let stream = OnlineStream {
        features: inputs.len() / samples.max(1),
        classes: spec.classes(),
        inputs,
        labels: Vec::new(),
        ideal: Some(ideal),
        changes: schedule.into_changes(),
        shifts: spec.shifts.clone(),
        told: spec.told(),
    };
    (stream, noise)
}

/// With the chance that `noise` gives of each sample a label becomes one of the others.
fn turn_over(labels: &[u32], noise: impl Fn(usize) -> f32, classes: u32, random: &mut StreamRng) -> Vec<u32> {
    let turned = |(at, label): (usize, &u32)| {
        let (label, noise) = (*label, noise(at));
        if noise > 0.0 && random.random::<f32>() < noise {
            (label + random.random_range(1..classes)) % classes
        } else {
            label
        }
    };
    labels.iter().enumerate().map(turned).collect()
}

/// New label per old one: the identity first, then permutations without a fixed point, from the streams `context{i}`.
fn label_permutations(contexts: usize, classes: usize, streams: &Streams) -> Vec<Vec<u32>> {
    let identity: Vec<u32> = (0..classes).filter_map(|class| u32::try_from(class).ok()).collect();
    let mut all = vec![identity.clone()];
    for context in 1..contexts {
        let mut random = streams.get(&format!("context{context}"));
        let mut order = identity.clone();
        // One shuffle in e has no fixed point; a cycle is the way out that always ends.
        for _ in 0..1000 {
            order.shuffle(&mut random);
            if order.iter().zip(&identity).all(|(new, old)| new != old) {
                break;
            }
        }
        if order.iter().zip(&identity).any(|(new, old)| new == old) {
            order = identity.clone();
            order.rotate_left(1);
        }
        all.push(order);
    }
    all
}

/// Images in shuffled passes.
struct Pool {
    /// Which of the dataset's splits, and the sample in it.
    order: Vec<(usize, usize)>,
    at: usize,
    on: EvaluateOn,
    random: StreamRng,
}

impl Pool {
    /// Reported runs show the images of the validation and test splits; searches for settings those of the training
    /// split, so that no image serves both.
    fn new(dataset: &Dataset, on: EvaluateOn, random: StreamRng) -> Self {
        let mut order = Vec::new();
        for (index, split) in Self::splits(dataset, on).iter().enumerate() {
            order.extend((0..split.len()).map(|sample| (index, sample)));
        }
        Self { at: order.len(), order, on, random }
    }

    fn splits(dataset: &Dataset, on: EvaluateOn) -> Vec<&data::Split> {
        match on {
            EvaluateOn::Test => vec![&dataset.validation, &dataset.test],
            EvaluateOn::Validation => vec![&dataset.train],
        }
    }

    fn next(&mut self, dataset: &Dataset, inputs: &mut Vec<f32>) -> usize {
        if self.at >= self.order.len() {
            self.order.shuffle(&mut self.random);
            self.at = 0;
        }
        let (split, sample) = self.order[self.at];
        self.at += 1;
        let split = Self::splits(dataset, self.on)[split];
        let features = dataset.features();
        let pixels = &split.pixels.bytes()[sample * features..(sample + 1) * features];
        inputs.extend(pixels.iter().map(|pixel| f32::from(*pixel) * dataset.scale));
        usize::from(split.labels[sample])
    }
}
