//! Learning at test: classes that meta-training never met come one after another, each drawing once, then all learned so
//! far are asked for.

use super::characters::{Characters, Drawings};
use super::fast::{Lesson, learn};
use super::method::Gate;
use super::networks::{Networks, Pass};
use super::settings::SequenceSpec;
use base::error::Result;
use base::rng::{FastRng, Streams};
use base::stats;
use contract::{Curve, Pace, RunLog};
use learn::nn::twice::{Function, Tape};
use numeric::elementwise;
use rand::seq::SliceRandom;

/// Step sizes at test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rates {
    /// α where classes come one after another.
    pub sequential: f32,
    /// α where the drawings of all classes come mixed.
    pub mixed: f32,
}

/// What one sequence gave.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Outcome {
    /// Classes learned so far, at each measurement.
    pub classes: Vec<usize>,
    /// Share right of the drawings learned so far, and of held-out drawings of the same classes.
    pub learned: Vec<f64>,
    pub held_out: Vec<f64>,
    /// Share of held-out drawings right after the same drawings came once in random order.
    pub mixed: f64,
}

/// Fixed test sequences, drawn afresh each time.
#[derive(Debug)]
pub(super) struct Meter<'a> {
    pub characters: &'a Characters,
    pub spec: &'a SequenceSpec,
    gate: Gate,
    random: FastRng,
    /// Of shuffled gates alone, so that all methods meet the same sequences.
    of_gates: FastRng,
}

impl<'a> Meter<'a> {
    /// Sequences of a run; the same for every method with the same seed.
    pub fn new(characters: &'a Characters, spec: &'a SequenceSpec, gate: Gate, streams: &Streams) -> Self {
        let (random, of_gates) = (streams.fast("sequences"), streams.fast("sequences/gates"));
        Self { characters, spec, gate, random, of_gates }
    }

    /// Learns each sequence at each pair of rates: \[pair\]\[sequence\].
    ///
    /// # Errors
    /// [`base::error::Error::Stopped`]: the watch is asked between classes.
    pub fn measure(
        &self,
        networks: &Networks,
        theta: &[f32],
        rates: &[Rates],
        pace: &mut Pace<'_>,
    ) -> Result<Vec<Vec<Outcome>>> {
        let SequenceSpec { classes, shots, queries, batch, every, sequences } = *self.spec;
        let (mut random, mut of_gates) = (self.random.clone(), self.of_gates.clone());
        let mut outcomes = vec![Vec::new(); rates.len()];
        let (mut pass, mut of_held_out) = (Pass::default(), Pass::default());
        let head = networks.head_of(classes);
        // What lies before the output layer was meta-learned; the new output layer starts at 0.
        let mut start = vec![0.0; head.count()];
        let below = head.head();
        start[..below].copy_from_slice(&theta[networks.head_start()..networks.head_start() + below]);
        for _ in 0..sequences {
            pace.ask()?;
            let sequence = self.characters.sequence(classes, shots, queries, &mut random);
            networks.represent(theta, &sequence.learned.images, &mut pass);
            networks.represent(theta, &sequence.held_out.images, &mut of_held_out);
            replace_gates((self.gate, head.inputs()), [&mut pass, &mut of_held_out], &mut of_gates);
            let mixed = mix(&pass.z, &sequence.learned, &mut random);
            for (rates, outcomes) in rates.iter().zip(&mut outcomes) {
                let test = Test { head: &head, z: &of_held_out.z, labels: &sequence.held_out.labels };
                let lesson = Lesson { z: &pass.z, labels: &sequence.learned.labels, batch };
                let mut outcome =
                    in_sequence(&head, start.clone(), rates.sequential, lesson, (shots, every), test, pace)?;
                let lesson = Lesson { z: &mixed.0, labels: &mixed.1, batch };
                let mut end = start.clone();
                learn(&head, &mut end, rates.mixed, lesson, &mut Tape::default(), &mut Vec::new());
                outcome.mixed = test.accuracy(&end, classes);
                outcomes.push(outcome);
            }
        }
        Ok(outcomes)
    }
}

/// Puts the gates of a control in the place of those that the drawings have: first those to be learned, then those held
/// out. `width`: gates of a drawing.
fn replace_gates((gate, width): (Gate, usize), passes: [&mut Pass; 2], random: &mut FastRng) {
    match gate {
        Gate::Learned | Gate::Constant => {}
        Gate::Mean => {
            let mean = mean_row(passes[0].gates(), width);
            for pass in passes {
                pass.regate(&mean.repeat(pass.gates().len() / width));
            }
        }
        Gate::Shuffled => {
            for pass in passes {
                let mut rows: Vec<&[f32]> = pass.gates().chunks_exact(width).collect();
                rows.shuffle(random);
                let shuffled = rows.concat();
                pass.regate(&shuffled);
            }
        }
    }
}

fn mean_row(values: &[f32], width: usize) -> Vec<f32> {
    let mut sum = vec![0.0; width];
    values.chunks_exact(width).for_each(|row| elementwise::axpy(&mut sum, 1.0, row));
    let count = (values.len() / width).max(1) as f32;
    sum.iter().map(|sum| sum / count).collect()
}

/// The same features and labels in random order.
fn mix(z: &[f32], drawings: &Drawings, random: &mut FastRng) -> (Vec<f32>, Vec<u32>) {
    let labels = &drawings.labels;
    let width = z.len() / labels.len().max(1);
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.shuffle(random);
    let rows = order.iter().flat_map(|i| z[i * width..(i + 1) * width].iter().copied());
    (rows.collect(), order.iter().map(|i| labels[*i]).collect())
}

/// Features with labels, class by class, to be told by the head.
#[derive(Debug, Clone, Copy)]
struct Test<'a> {
    head: &'a Function,
    z: &'a [f32],
    labels: &'a [u32],
}

impl Test<'_> {
    /// Share right among the drawings of the first `classes` classes; all outputs of the head compete.
    fn accuracy(&self, theta: &[f32], classes: usize) -> f64 {
        let Self { head, z, labels } = *self;
        let count = labels.iter().take_while(|label| (**label as usize) < classes).count();
        let mut tape = Tape::default();
        head.forward(theta, &z[..count * head.inputs()], &mut tape);
        let rows = tape.outputs().chunks_exact(head.outputs()).zip(labels);
        let right = rows.filter(|(row, label)| learn::nn::argmax(row, None) == **label as usize).count();
        right as f64 / count.max(1) as f64
    }
}

fn in_sequence(
    head: &Function,
    mut theta: Vec<f32>,
    rate: f32,
    lesson: Lesson<'_>,
    (shots, every): (usize, usize),
    held_out: Test<'_>,
    pace: &mut Pace<'_>,
) -> Result<Outcome> {
    let learned = Test { head, z: lesson.z, labels: lesson.labels };
    let mut outcome = Outcome::default();
    let (mut tape, mut gradient) = (Tape::default(), Vec::new());
    // Steps do not cross from one class into the next.
    let classes = lesson.z.chunks(shots * head.inputs()).zip(lesson.labels.chunks(shots));
    let last = classes.len();
    for (known, (z, labels)) in (1..).zip(classes) {
        pace.ask()?;
        learn(head, &mut theta, rate, Lesson { z, labels, ..lesson }, &mut tape, &mut gradient);
        if known % every == 0 || known == last {
            outcome.classes.push(known);
            outcome.learned.push(learned.accuracy(&theta, known));
            outcome.held_out.push(held_out.accuracy(&theta, known));
        }
    }
    Ok(outcome)
}

/// Curves over the number of classes learned, with intervals over sequences, and the numbers after the last class.
pub(super) fn record(outcomes: &[Outcome], log: &mut RunLog) {
    let Some(first) = outcomes.first() else { return };
    for (name, values) in [
        ("held-out", (|outcome| &outcome.held_out) as fn(&Outcome) -> &Vec<f64>),
        ("learned", |outcome| &outcome.learned),
    ] {
        let mut level = Curve::new(format!("sequence/{name}"));
        let mut width = Curve::new(format!("sequence/{name}/half-width"));
        for (place, classes) in first.classes.iter().enumerate() {
            let at: Vec<f64> = outcomes.iter().map(|outcome| values(outcome)[place]).collect();
            let x = *classes as f64;
            level.push(x, mean(&at));
            width.push(x, half_width(&at));
        }
        log.curves.extend([level, width]);
    }
    let last = |values: fn(&Outcome) -> f64| mean(&outcomes.iter().map(values).collect::<Vec<f64>>());
    let held_out = last(|outcome| outcome.held_out.last().copied().unwrap_or(f64::NAN));
    let mixed = last(|outcome| outcome.mixed);
    log.scalars.insert("sequential_accuracy".into(), held_out);
    log.scalars.insert(
        "sequential_accuracy_learned".into(),
        last(|outcome| outcome.learned.last().copied().unwrap_or(f64::NAN)),
    );
    log.scalars.insert("mixed_accuracy".into(), mixed);
    log.scalars.insert("cost_of_order".into(), mixed - held_out);
}

pub(super) fn mean(values: &[f64]) -> f64 {
    stats::mean(values).unwrap_or(f64::NAN)
}

/// Half the width of the 95 % interval of the mean over sequences, 1.96 s/√n.
fn half_width(values: &[f64]) -> f64 {
    1.96 * stats::standard_deviation(values).unwrap_or(f64::NAN) / (values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Unwatched;
    use learn::nn::twice::Normalise;
    use numeric::Activation;

    #[test]
    fn classes_with_features_of_their_own_are_learned_and_kept() {
        // Two drawings of each of three classes, features the unit vectors: rows never meet.
        let head = Function::dense(&[3, 3], Activation::Relu, Normalise::None);
        let z: Vec<f32> = [0, 0, 1, 1, 2, 2]
            .iter()
            .flat_map(|c| (0..3).map(move |d| f32::from(u8::from(*c == d))))
            .collect();
        let lesson = Lesson { z: &z, labels: &[0, 0, 1, 1, 2, 2], batch: 1 };
        let test = Test { head: &head, z: &z, labels: lesson.labels };
        let outcome =
            in_sequence(&head, vec![0.0; 12], 1.0, lesson, (2, 2), test, &mut Pace::new(&mut Unwatched, 0.0))
                .expect("runs");
        assert_eq!(outcome.classes, [2, 3]);
        assert_eq!(outcome.held_out, outcome.learned);
        assert_eq!(
            outcome.learned[1],
            test.accuracy(
                &{
                    let mut theta = vec![0.0; 12];
                    learn(&head, &mut theta, 1.0, lesson, &mut Tape::default(), &mut Vec::new());
                    theta
                },
                3
            )
        );
    }

    #[test]
    fn one_feature_for_all_keeps_the_last_class_only() {
        let head = Function::dense(&[1, 4], Activation::Relu, Normalise::None);
        let z = [1.0; 8];
        let lesson = Lesson { z: &z, labels: &[0, 0, 1, 1, 2, 2, 3, 3], batch: 1 };
        let test = Test { head: &head, z: &z, labels: lesson.labels };
        let outcome =
            in_sequence(&head, vec![0.0; 8], 1.0, lesson, (2, 1), test, &mut Pace::new(&mut Unwatched, 0.0))
                .expect("runs");
        assert_eq!(outcome.held_out, [1.0, 0.5, 1.0 / 3.0, 0.25]);
    }

    #[test]
    fn the_mean_gate_is_the_mean_over_drawings() {
        assert_eq!(mean_row(&[0.25, 1.0, 0.75, 0.0], 2), [0.5, 0.5]);
    }

    #[test]
    fn a_record_holds_means_and_intervals_over_sequences() {
        let outcome = |a: f64, b: f64| Outcome {
            classes: vec![10, 20],
            learned: vec![1.0, a],
            held_out: vec![0.5, b],
            mixed: 0.75,
        };
        let mut log = RunLog::default();
        record(&[outcome(0.5, 0.25), outcome(0.25, 0.5)], &mut log);
        assert_eq!(log.scalars["sequential_accuracy"], 0.375);
        assert_eq!(log.scalars["sequential_accuracy_learned"], 0.375);
        assert_eq!(log.scalars["cost_of_order"], 0.375);
        assert_eq!(log.curves[0].x, [10.0, 20.0]);
        // s = 0.25/√2 · … : values 0.25 and 0.5, s = 0.176777, 1.96 s/√2 = 0.245.
        assert!((log.curves[1].y[1].expect("defined") - 0.245).abs() < 1e-9);
    }
}
