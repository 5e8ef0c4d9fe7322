//! Dose–response: behaviour as a function of the level f, in a network trained at two levels only.
//!
//! The response at a level is the share of trials answered as the *second* behaviour asks. It is fitted by
//! 1 − 1/(1 + e^{a f + b}); EC50 = −b/a is the level at which half the trials have changed over.

use super::bptt::Tape;
use super::network::Network;
use super::targets::Context;
use super::task::is_right;
use super::train::{Problem, Stage, simulate};
use base::error::Result;
use base::rng::Streams;
use contract::Pace;

/// What a network does at each level of a sweep.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sweep {
    pub levels: Vec<f64>,
    /// Share of trials answered as the first behaviour asks.
    pub first: Vec<f64>,
    /// Share of trials answered as the second behaviour asks.
    pub second: Vec<f64>,
    /// Mean output in the response window per stimulus of the first behaviour, over levels.
    pub output: Vec<(&'static str, Vec<f64>)>,
}

/// Runs `trials` trials of each stimulus at each level.
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn sweep(
    network: &Network,
    problem: &Problem<'_>,
    levels: &[f64],
    trials: usize,
    streams: &Streams,
    pace: &mut Pace<'_>,
    context: impl Fn(f64) -> Context,
) -> Result<Sweep> {
    let onset = problem.task.trial.response_onset();
    let window = (problem.task.trial.steps - onset) as f64;
    let pairs: Vec<_> = problem
        .conditions
        .iter()
        .filter(|first| first.behaviour == 0)
        .filter_map(|first| {
            let second = problem.conditions.iter().find(|c| c.behaviour == 1 && c.stimulus == first.stimulus);
            second.map(|second| (*first, second.response))
        })
        .collect();
    let mut result = Sweep { levels: levels.to_vec(), ..Sweep::default() };
    result.output = pairs.iter().map(|(first, _)| (first.stimulus.name(), Vec::new())).collect();
    let mut tape = Tape::new(network.shape);
    for level in levels {
        let context = context(*level);
        let (mut first, mut second) = (0, 0);
        for (k, (condition, other)) in pairs.iter().enumerate() {
            let mut sum = 0.0;
            let stage = Stage { network, task: problem.task, context: &context, condition: *condition };
            simulate(stage, trials, streams, &mut tape, pace, |tape, b| {
                first += usize::from(is_right(tape.output(b).skip(onset), condition.response));
                second += usize::from(is_right(tape.output(b).skip(onset), *other));
                sum += tape.output(b).skip(onset).map(f64::from).sum::<f64>() / window;
            })?;
            result.output[k].1.push(sum / trials as f64);
        }
        let count = (trials * pairs.len()).max(1) as f64;
        result.first.push(first as f64 / count);
        result.second.push(second as f64 / count);
    }
    Ok(result)
}

/// A fitted sigmoid 1 − 1/(1 + e^{a f + b}).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit {
    pub a: f64,
    pub b: f64,
    /// 1 − SSE/SST.
    pub r2: f64,
}

impl Fit {
    /// The level of the half response, −b/a.
    pub fn ec50(&self) -> f64 {
        -self.b / self.a
    }

    /// The fitted response at a level.
    pub fn at(&self, level: f64) -> f64 {
        1.0 - 1.0 / (1.0 + (self.a * level + self.b).exp())
    }
}

/// Least-squares fit by Levenberg–Marquardt from several starts; `None` when the response does not vary.
///
/// The slope is limited to |a| · (range of levels) ≤ 400: a steeper step between two neighbouring levels is not
/// distinguishable from it.
pub fn fit(levels: &[f64], responses: &[f64]) -> Option<Fit> {
    let (low, high) = (*levels.first()?, *levels.last()?);
    let range = high - low;
    let mean = responses.iter().sum::<f64>() / responses.len() as f64;
    let total: f64 = responses.iter().map(|y| (y - mean).powi(2)).sum();
    if levels.len() < 3 || range <= 0.0 || total < 1e-12 {
        return None;
    }
    // In the unit level u = (f − low)/range and with the midpoint c: response = logistic(s (u − c)).
    let points: Vec<(f64, f64)> =
        levels.iter().zip(responses).map(|(f, y)| ((f - low) / range, *y)).collect();
    let error = |s: f64, c: f64| -> f64 {
        points.iter().map(|(u, y)| (1.0 / (1.0 + (-s * (u - c)).exp()) - y).powi(2)).sum()
    };
    let mut best = (f64::INFINITY, 0.0, 0.0);
    for start in [-60.0, -15.0, -4.0, 4.0, 15.0, 60.0] {
        for centre in [0.1, 0.3, 0.5, 0.7, 0.9] {
            let (s, c) = descend(&points, start, centre, &error);
            let e = error(s, c);
            if e < best.0 {
                best = (e, s, c);
            }
        }
    }
    let (sse, s, c) = best;
    Some(Fit { a: s / range, b: -s * c - s * low / range, r2: 1.0 - sse / total })
}

fn descend(points: &[(f64, f64)], mut s: f64, mut c: f64, error: &impl Fn(f64, f64) -> f64) -> (f64, f64) {
    let mut damping = 1e-2;
    let mut current = error(s, c);
    for _ in 0..100 {
        let (mut ss, mut sc, mut cc, mut gs, mut gc) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (u, y) in points {
            let p = 1.0 / (1.0 + (-s * (u - c)).exp());
            let slope = p * (1.0 - p);
            let (by_s, by_c) = (slope * (u - c), -slope * s);
            ss += by_s * by_s;
            sc += by_s * by_c;
            cc += by_c * by_c;
            gs += by_s * (y - p);
            gc += by_c * (y - p);
        }
        let (d0, d1) = (ss * (1.0 + damping) + 1e-12, cc * (1.0 + damping) + 1e-12);
        let determinant = d0 * d1 - sc * sc;
        let next_s = (s + (gs * d1 - gc * sc) / determinant).clamp(-400.0, 400.0);
        let next_c = c + (gc * d0 - gs * sc) / determinant;
        let next = error(next_s, next_c);
        if next < current {
            let gain = current - next;
            (s, c, current) = (next_s, next_c, next);
            damping = (damping * 0.3).max(1e-9);
            if gain < 1e-14 {
                break;
            }
        } else {
            damping *= 4.0;
            if damping > 1e9 {
                break;
            }
        }
    }
    (s, c)
}

/// How far a curve runs back against its overall direction: max over x₁ < x₂ of the drop (rise, for a falling curve).
pub fn largest_reversal(responses: &[f64]) -> f64 {
    let rising = responses.last() >= responses.first();
    let mut extreme = f64::NEG_INFINITY;
    let mut worst = 0.0f64;
    for y in responses.iter().map(|y| if rising { *y } else { -y }) {
        extreme = extreme.max(y);
        worst = worst.max(extreme - y);
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_recovers_a_sigmoid_rising_or_falling() {
        for (a, b) in [(1.5, -6.0), (-2.0, 7.0)] {
            let levels: Vec<f64> = (0..37).map(|k| 1.0 + 0.25 * f64::from(k)).collect();
            let exact = Fit { a, b, r2: 1.0 };
            let responses: Vec<f64> = levels.iter().map(|f| exact.at(*f)).collect();
            let found = fit(&levels, &responses).expect("varies");
            assert!((found.a - a).abs() < 1e-4 && (found.b - b).abs() < 1e-3, "{found:?}");
            assert!((found.ec50() - exact.ec50()).abs() < 1e-4 && found.r2 > 0.999_999);
        }
    }

    #[test]
    fn a_step_has_its_midpoint_between_the_two_levels_and_a_constant_has_none() {
        let levels: Vec<f64> = (1..=10).map(f64::from).collect();
        let step: Vec<f64> = levels.iter().map(|f| if *f > 4.5 { 1.0 } else { 0.0 }).collect();
        let found = fit(&levels, &step).expect("varies");
        assert!(found.ec50() > 4.0 && found.ec50() < 5.0 && found.r2 > 0.99, "{found:?}");
        assert_eq!(fit(&levels, &[0.5; 10]), None);
    }

    #[test]
    fn reversals_are_measured_against_the_overall_direction() {
        assert_eq!(largest_reversal(&[0.0, 0.5, 0.25, 1.0]), 0.25);
        assert_eq!(largest_reversal(&[1.0, 0.5, 0.75, 0.0]), 0.25);
        assert_eq!(largest_reversal(&[0.0, 0.5, 1.0]), 0.0);
    }
}
