//! Scores the answers against the labels. Nothing here reaches a learner.

use super::settings::OnlineCurve;
use contract::{Curve, Mark};
use learn::stream::online::{Change, OnlineStream};

/// Share of the level before a change that counts as regained.
const REGAINED: f64 = 0.9;

/// The whole record of answers, in the order of time.
#[derive(Debug, Default)]
pub(super) struct Meter {
    /// `None`: no answer; it counts as wrong.
    pub answers: Vec<Option<u32>>,
    /// The answers of the no-change classifier with the same mini-batches and delay.
    pub no_change: Vec<Option<u32>>,
}

/// What is left of a run.
pub(super) struct Scores {
    pub curves: Vec<Curve>,
    pub marks: Vec<Mark>,
    pub scalars: Vec<(&'static str, f64)>,
}

impl Meter {
    /// All curves and numbers.
    pub fn finish(self, stream: &OnlineStream, settings: &OnlineCurve) -> Scores {
        let labels = stream.labels();
        let right = hits(&self.answers, labels);
        let accuracy = share(&right);
        let persistent = share(&hits(&self.no_change, labels));
        let faded = fading(&right, settings.fading);
        let mut scalars = vec![
            ("prequential_accuracy", accuracy),
            ("prequential_accuracy_window", share(&right[right.len().saturating_sub(settings.window)..])),
            ("prequential_accuracy_fading", faded.last().copied().unwrap_or(0.0)),
            ("no_change_accuracy", persistent),
        ];
        let expected = chance_agreement(&self.answers, labels, stream.classes());
        scalars.extend(relative(accuracy, expected).map(|kappa| ("kappa", kappa)));
        scalars.extend(relative(accuracy, persistent).map(|kappa| ("kappa_temporal", kappa)));
        if let Some(ideal) = stream.ideal() {
            let ideal: Vec<bool> = ideal.iter().zip(labels).map(|(a, b)| a == b).collect();
            scalars.push(("ideal_accuracy", share(&ideal)));
        }
        let mut curves = accuracy_curves(&right, &faded, settings);
        if !stream.changes().is_empty() {
            curves.push(recovery(&right, stream.changes(), settings.window));
        }
        Scores { curves, marks: marks(stream.changes()), scalars }
    }
}

fn hits(answers: &[Option<u32>], labels: &[u32]) -> Vec<bool> {
    answers.iter().zip(labels).map(|(answer, label)| *answer == Some(*label)).collect()
}

fn share(right: &[bool]) -> f64 {
    right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

/// How many of the first n were right, so that a window costs the same however long it is.
struct Sums(Vec<u32>);

impl Sums {
    fn new(right: &[bool]) -> Self {
        let mut sum = 0;
        let add = |hit: &bool| {
            sum += u32::from(*hit);
            sum
        };
        Self(std::iter::once(0).chain(right.iter().map(add)).collect())
    }

    fn share(&self, of: std::ops::Range<usize>) -> f64 {
        f64::from(self.0[of.end] - self.0[of.start]) / of.len().max(1) as f64
    }
}

/// (p − p₀) / (1 − p₀); undefined at p₀ = 1, to which a product of shares may come by rounding.
fn relative(accuracy: f64, reference: f64) -> Option<f64> {
    (1.0 - reference > 1e-12).then(|| (accuracy - reference) / (1.0 - reference))
}

/// Agreement by chance of answers and labels with these frequencies: Σ_c P(answer = c) P(label = c).
fn chance_agreement(answers: &[Option<u32>], labels: &[u32], classes: usize) -> f64 {
    let n = labels.len().max(1) as f64;
    (0..classes)
        .map(|class| {
            let of = |label: u32| label as usize == class;
            let answered = answers.iter().filter(|answer| answer.is_some_and(of)).count() as f64;
            let true_ones = labels.iter().filter(|label| of(**label)).count() as f64;
            answered / n * (true_ones / n)
        })
        .sum()
}

/// The faded accuracy after each sample: S_t / B_t, S_t = x_t + α S_{t−1}, B_t = 1 + α B_{t−1} (Gama et al. 2013).
fn fading(right: &[bool], alpha: f64) -> Vec<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    right
        .iter()
        .map(|right| {
            sum = f64::from(u8::from(*right)) + alpha * sum;
            weight = 1.0 + alpha * weight;
            sum / weight
        })
        .collect()
}

fn accuracy_curves(right: &[bool], faded: &[f64], settings: &OnlineCurve) -> Vec<Curve> {
    let mut whole = Curve::new("accuracy/prequential");
    let mut window = Curve::new("accuracy/window");
    let mut fading = Curve::new("accuracy/fading");
    let sums = Sums::new(right);
    for (at, faded) in faded.iter().enumerate() {
        let n = at + 1;
        if n % settings.every == 0 || n == right.len() {
            let x = n as f64;
            whole.push(x, sums.share(0..n));
            window.push(x, sums.share(n.saturating_sub(settings.window)..n));
            fading.push(x, *faded);
        }
    }
    vec![whole, window, fading]
}

/// Per change: samples from its end to the start of the first window that lies wholly after it and has 90 % of the
/// accuracy in the window before its beginning; undefined where the next change begins first.
fn recovery(right: &[bool], changes: &[Change], window: usize) -> Curve {
    let mut curve = Curve::new("recovery");
    let sums = Sums::new(right);
    for (index, change) in changes.iter().enumerate() {
        let before = sums.share(change.begin.saturating_sub(window)..change.begin);
        let until = changes.get(index + 1).map_or(right.len(), |next| next.begin);
        let first = (change.end..(until + 1).saturating_sub(window))
            .find(|start| sums.share(*start..*start + window) >= REGAINED * before);
        curve.push(change.begin as f64, first.map_or(f64::NAN, |start| (start - change.end) as f64));
    }
    curve
}

/// The beginning of each change; of a gradual one the end too.
fn marks(changes: &[Change]) -> Vec<Mark> {
    changes
        .iter()
        .map(|change| Mark { x: change.begin as f64, label: format!("concept {}", change.concept + 1) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scores_of_a_short_stream_equal_those_computed_by_hand() {
        // Labels 0 0 1 1 0 1; answers – 0 1 0 0 0: right at 2, 3, 5, so 3/6. No-change answers – 0 0 1 1 0: right at 2
        // and 4, 2/6. Chance: answers hold four 0 and one 1, labels three each: 4/6·½ + 1/6·½ = 5/12.
        let labels = vec![0, 0, 1, 1, 0, 1];
        let stream = OnlineStream::from_values(1, 2, vec![0.0; 6], labels).expect("a stream");
        let meter = Meter {
            answers: vec![None, Some(0), Some(1), Some(0), Some(0), Some(0)],
            no_change: vec![None, Some(0), Some(0), Some(1), Some(1), Some(0)],
        };
        let scores = meter.finish(&stream, &OnlineCurve { every: 2, window: 4, fading: 0.5 });
        let value = |name: &str| scores.scalars.iter().find(|(n, _)| *n == name).expect("measured").1;
        let close = |name: &str, expected: f64| assert!((value(name) - expected).abs() < 1e-12, "{name}");
        close("prequential_accuracy", 0.5);
        close("prequential_accuracy_window", 0.5);
        close("no_change_accuracy", 1.0 / 3.0);
        close("kappa", (0.5 - 5.0 / 12.0) / (7.0 / 12.0));
        close("kappa_temporal", (0.5 - 1.0 / 3.0) / (2.0 / 3.0));
        // Hits 0 1 1 0 1 0: S = 0, 1, 1.5, 0.75, 1.375, 0.6875; B = 1, 1.5, …, 2 − 2⁻⁵ = 1.96875.
        close("prequential_accuracy_fading", 0.6875 / 1.96875);
        assert!(!scores.scalars.iter().any(|(name, _)| *name == "ideal_accuracy"));
        let curve = |name: &str| &scores.curves.iter().find(|c| c.name == name).expect("a curve").y;
        assert_eq!(curve("accuracy/prequential"), &[Some(0.5), Some(0.5), Some(0.5)]);
        assert_eq!(curve("accuracy/window"), &[Some(0.5), Some(0.5), Some(0.5)]);
        assert!(scores.marks.is_empty());
    }

    #[test]
    fn recovery_counts_from_the_end_of_the_change_to_the_first_good_window() {
        // Window 2. All right before 4; after it wrong, wrong, right, right: the window at 6 is the first with 0.9.
        // The second change at 8 is followed by errors only; the third at 10 costs nothing.
        let right = [1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0].map(|bit| bit == 1);
        let change = |at| Change { begin: at, end: at, concept: 0 };
        let curve = recovery(&right, &[change(4), change(8), change(10)], 2);
        assert_eq!(curve.x, [4.0, 8.0, 10.0]);
        assert_eq!(curve.y, [Some(2.0), None, Some(0.0)]);
    }
}
