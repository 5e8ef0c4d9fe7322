//! Geometry of activity: principal components of trajectories, the angle between them, and the tubes
//! ("hyperchannels") that noisy trials of a behaviour fill.

use super::bptt::Tape;
use super::network::Network;
use super::targets::Context;
use super::task::Condition;
use super::train::{Problem, Stage, simulate};
use base::error::Result;
use base::rng::Streams;
use contract::Pace;

/// A path through the rates of all units: steps × N.
pub type Trajectory = Vec<Vec<f64>>;

/// The noise-free trajectory of a condition in a context (only the initial state is random).
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn trajectory(
    network: &Network,
    problem: &Problem<'_>,
    context: &Context,
    condition: Condition,
    streams: &Streams,
    pace: &mut Pace<'_>,
) -> Result<Trajectory> {
    let quiet = Network { noise: 0.0, ..network.clone() };
    let stage = Stage { network: &quiet, task: problem.task, context, condition };
    Ok(noisy(stage, 1, streams, pace)?.pop().unwrap_or_default())
}

/// Trajectories of `trials` trials with the network's own noise.
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn noisy(
    stage: Stage<'_>,
    trials: usize,
    streams: &Streams,
    pace: &mut Pace<'_>,
) -> Result<Vec<Trajectory>> {
    let mut all = Vec::with_capacity(trials);
    let mut tape = Tape::new(stage.network.shape);
    let steps = stage.task.trial.steps;
    simulate(stage, trials, streams, &mut tape, pace, |tape, b| {
        let states = (0..steps).map(|t| tape.rates(t, b).iter().map(|r| f64::from(*r)).collect());
        all.push(states.collect());
    })?;
    Ok(all)
}

/// The leading principal components of a cloud of states.
#[derive(Debug, Clone)]
pub struct Components {
    pub mean: Vec<f64>,
    /// Unit vectors, by decreasing variance; the entry of largest magnitude is positive.
    pub axes: Vec<Vec<f64>>,
    /// Share of the total variance along each axis.
    pub share: Vec<f64>,
}

impl Components {
    /// The `count` leading components of `states`, by orthogonal iteration on their covariance.
    ///
    /// # Errors
    /// [`base::error::Error::Stopped`].
    pub fn of<'a>(
        states: impl Iterator<Item = &'a Vec<f64>> + Clone,
        count: usize,
        pace: &mut Pace<'_>,
    ) -> Result<Self> {
        let n = states.clone().next().map_or(0, Vec::len);
        let total = states.clone().count().max(1) as f64;
        let mut mean = vec![0.0; n];
        for state in states.clone() {
            mean.iter_mut().zip(state).for_each(|(m, x)| *m += x / total);
        }
        let mut covariance = vec![0.0; n * n];
        let mut centred = vec![0.0; n];
        for state in states {
            pace.ask()?;
            centred.iter_mut().zip(state.iter().zip(&mean)).for_each(|(c, (x, m))| *c = x - m);
            for (row, x) in covariance.chunks_exact_mut(n.max(1)).zip(&centred) {
                row.iter_mut().zip(&centred).for_each(|(out, y)| *out += x * y / total);
            }
        }
        let variance: f64 = (0..n).map(|i| covariance[i * n + i]).sum();
        let times = |axis: &[f64]| -> Vec<f64> {
            covariance.chunks_exact(n.max(1)).map(|row| product(row, axis)).collect()
        };
        // Fixed, generic starts: no axis is orthogonal to all of them.
        let mut axes: Vec<Vec<f64>> = (0..count.min(n))
            .map(|k| (0..n).map(|i| ((i * (k + 1)) as f64 * 0.7 + k as f64).cos()).collect())
            .collect();
        orthonormalise(&mut axes);
        for _ in 0..300 {
            pace.ask()?;
            let mut next: Vec<Vec<f64>> = axes.iter().map(|axis| times(axis)).collect();
            orthonormalise(&mut next);
            let change = next.iter().zip(&axes).map(|(a, b)| 1.0 - product(a, b).abs()).sum::<f64>();
            axes = next;
            if change < 1e-13 {
                break;
            }
        }
        let share = axes.iter().map(|axis| product(axis, &times(axis)) / variance).collect();
        for axis in &mut axes {
            let largest = axis.iter().copied().fold(0.0, |a: f64, x| if x.abs() > a.abs() { x } else { a });
            if largest < 0.0 {
                axis.iter_mut().for_each(|x| *x = -*x);
            }
        }
        Ok(Self { mean, axes, share })
    }

    /// Coordinates of a state.
    pub fn project(&self, state: &[f64]) -> Vec<f64> {
        let along = |axis: &Vec<f64>| -> f64 {
            axis.iter().zip(state.iter().zip(&self.mean)).map(|(a, (x, m))| a * (x - m)).sum()
        };
        self.axes.iter().map(along).collect()
    }
}

fn product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn orthonormalise(vectors: &mut [Vec<f64>]) {
    for k in 0..vectors.len() {
        let (before, rest) = vectors.split_at_mut(k);
        let Some(vector) = rest.first_mut() else { return };
        // Twice, because once loses orthogonality when the vectors are nearly parallel.
        for other in before.iter().chain(before.iter()) {
            let along = product(vector, other);
            vector.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
        }
        let norm = product(vector, vector).sqrt();
        if norm > 0.0 {
            vector.iter_mut().for_each(|x| *x /= norm);
        }
    }
}

/// Mean state over the response window.
pub fn late_state(trajectory: &Trajectory, onset: usize) -> Vec<f64> {
    mean_state(&trajectory[onset.min(trajectory.len())..])
}

fn mean_state(states: &[Vec<f64>]) -> Vec<f64> {
    let mut mean = vec![0.0; states.first().map_or(0, Vec::len)];
    for state in states {
        mean.iter_mut().zip(state).for_each(|(m, x)| *m += x / states.len() as f64);
    }
    mean
}

/// The angle in degrees between the ways two trajectories take: the vectors from the first state to the mean state of
/// the response window.
pub fn angle(a: &Trajectory, b: &Trajectory, onset: usize) -> Option<f64> {
    let way = |trajectory: &Trajectory| -> Option<Vec<f64>> {
        let start = trajectory.first()?;
        Some(late_state(trajectory, onset).iter().zip(start).map(|(late, start)| late - start).collect())
    };
    let (a, b) = (way(a)?, way(b)?);
    let cosine = product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt();
    cosine.is_finite().then(|| cosine.clamp(-1.0, 1.0).acos().to_degrees())
}

/// Length of a path of states over the distance of its ends: 1 is straight.
pub fn detour(path: &[Vec<f64>]) -> Option<f64> {
    let arc: f64 = path.windows(2).map(|pair| distance(&pair[0], &pair[1])).sum();
    let detour = arc / distance(path.first()?, path.last()?);
    detour.is_finite().then_some(detour)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// How well the tubes of behaviours keep apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tubes {
    /// Share of noisy states that are nearer to the centre line of another behaviour (same stimulus, any time).
    pub overlap: f64,
    /// Mean distance of centre lines (same stimulus, same time) over the root-mean-square radius of the tubes.
    pub separation: f64,
}

/// Compares tubes: `lines[k]` is the noise-free trajectory of behaviour k for one stimulus, `trials[k]` its noisy ones.
/// Every `stride`-th state is used.
///
/// # Errors
/// [`base::error::Error::Stopped`].
pub fn tubes(
    lines: &[Trajectory],
    trials: &[Vec<Trajectory>],
    stride: usize,
    pace: &mut Pace<'_>,
) -> Result<Option<Tubes>> {
    let stride = stride.max(1);
    let (mut wrong, mut states, mut square) = (0usize, 0usize, 0.0);
    for (k, trials) in trials.iter().enumerate() {
        for trial in trials {
            for (t, state) in trial.iter().enumerate().step_by(stride) {
                pace.ask()?;
                let nearest = |line: &Trajectory| {
                    let distances = line.iter().step_by(stride).map(|point| distance(point, state));
                    distances.fold(f64::INFINITY, f64::min)
                };
                let own = nearest(&lines[k]);
                let stray = lines.iter().enumerate().any(|(other, line)| other != k && nearest(line) < own);
                wrong += usize::from(stray);
                states += 1;
                square += distance(&lines[k][t], state).powi(2);
            }
        }
    }
    let (mut apart, mut pairs) = (0.0, 0usize);
    for (k, a) in lines.iter().enumerate() {
        for b in &lines[..k] {
            for (a, b) in a.iter().zip(b).step_by(stride) {
                apart += distance(a, b);
                pairs += 1;
            }
        }
    }
    if states == 0 || pairs == 0 {
        return Ok(None);
    }
    let separation = apart / pairs as f64 / (square / states as f64).sqrt();
    Ok(separation.is_finite().then_some(Tubes { overlap: wrong as f64 / states as f64, separation }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::Unwatched;

    #[test]
    fn components_of_a_flat_cloud_lie_in_its_plane() {
        // Variances 8, 2, 0 along three known orthogonal axes: shares 0.8, 0.2, 0.
        let axes = [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0]];
        let mut states = Vec::new();
        for (k, spread) in [(0, 4.0), (1, 2.0)] {
            for sign in [-1.0, 1.0] {
                states.push((0..3).map(|i| 5.0 + sign * spread * axes[k][i]).collect::<Vec<f64>>());
            }
        }
        let found = Components::of(states.iter(), 2, &mut Pace::new(&mut Unwatched, 0.0)).expect("runs");
        assert!((found.share[0] - 0.8).abs() < 1e-9 && (found.share[1] - 0.2).abs() < 1e-9);
        assert!((found.axes[0][0] - 0.6).abs() < 1e-6 && (found.axes[0][1] - 0.8).abs() < 1e-6);
        let coordinates = found.project(&states[1]);
        assert!((coordinates[0] - 4.0).abs() < 1e-6 && coordinates[1].abs() < 1e-6);
    }

    #[test]
    fn angle_and_detour_of_hand_made_paths() {
        let line = |x: f64, y: f64| vec![vec![0.0, 0.0], vec![x, y]];
        assert!((angle(&line(1.0, 0.0), &line(0.0, 2.0), 1).expect("defined") - 90.0).abs() < 1e-9);
        assert!((angle(&line(1.0, 1.0), &line(2.0, 2.0), 1).expect("defined")).abs() < 1e-5);
        let corner = [vec![0.0, 0.0], vec![3.0, 0.0], vec![3.0, 4.0]];
        assert!((detour(&corner).expect("defined") - 1.4).abs() < 1e-12);
    }

    #[test]
    fn separate_tubes_do_not_overlap_and_equal_ones_are_told_apart_by_nothing() {
        let line = |y: f64| -> Trajectory { (0..10).map(|t| vec![f64::from(t), y]).collect() };
        let shaken = |y: f64| vec![line(y + 0.1), line(y - 0.1)];
        let tubes = |lines: &[Trajectory], trials: &[Vec<Trajectory>]| {
            tubes(lines, trials, 1, &mut Pace::new(&mut Unwatched, 0.0)).expect("runs").expect("defined")
        };
        let apart = tubes(&[line(0.0), line(1.0)], &[shaken(0.0), shaken(1.0)]);
        assert_eq!(apart.overlap, 0.0);
        assert!((apart.separation - 10.0).abs() < 1e-9);
        let close = tubes(&[line(0.0), line(0.1)], &[shaken(0.0), shaken(0.1)]);
        assert!(close.overlap > 0.4);
    }
}
