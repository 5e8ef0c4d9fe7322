//! By how much a recorded session is rotated, so that its values come at wrong times and at no other switch's right ones.

use rand::RngExt;

use crate::log::RunLog;
use base::rng::Streams;

/// Trials around a switch within which a moved one would still be nearly right.
const NEAR: usize = 10;
/// Rotations that are compared at most.
const MOST: usize = 1000;

/// A rotation of a session and how well it misses the session's own switches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotation {
    /// Trials by which everything comes later, the end at the beginning.
    pub by: usize,
    /// Share of the moved switches that come within ten trials of a true one.
    pub near: f64,
}

impl Rotation {
    /// Of the rotations by a third to two thirds of the session those with the fewest moved switches near true ones, of
    /// these the one whose moved switches are furthest from true ones in sum; a draw decides between equals. The
    /// beginning counts as a switch: there too a learner has yet to find the rule.
    pub fn away_from(switches: &[usize], trials: usize, streams: &Streams) -> Self {
        let all: Vec<usize> = std::iter::once(0).chain(switches.iter().copied()).collect();
        let distance = distances(&all, trials);
        let judge = |by: usize| {
            let moved = all.iter().map(|at| distance[(at + by) % trials]);
            moved.fold((0, 0), |(near, sum), d| (near + usize::from(d <= NEAR), sum + d))
        };
        let (low, high) = (trials / 3, trials - trials / 3);
        let step = (high - low).div_ceil(MOST).max(1);
        let mut best: Vec<usize> = Vec::new();
        let mut score = None;
        for by in (low..=high).step_by(step) {
            let (near, sum) = judge(by);
            let own = (near, std::cmp::Reverse(sum));
            if score.is_none_or(|score| own <= score) {
                if score != Some(own) {
                    best.clear();
                }
                score = Some(own);
                best.push(by);
            }
        }
        let by = best[streams.get("rotation").random_range(0..best.len())];
        Self { by, near: judge(by).0 as f64 / all.len() as f64 }
    }

    /// Says in a record how it was chosen.
    pub fn write(self, log: &mut RunLog) {
        log.scalars.insert("rotation".into(), self.by as f64);
        log.scalars.insert("rotation_near_switches".into(), self.near);
    }
}

/// From every trial to the nearest of `switches`, around the end of the session too.
fn distances(switches: &[usize], trials: usize) -> Vec<usize> {
    let mut distance = vec![trials; trials];
    switches.iter().for_each(|at| distance[*at] = 0);
    for k in 0..2 * trials {
        let (here, before) = (k % trials, (k + trials - 1) % trials);
        distance[here] = distance[here].min(distance[before] + 1);
        let (here, after) = ((2 * trials - k) % trials, (2 * trials - k + 1) % trials);
        distance[here] = distance[here].min(distance[after] + 1);
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_go_around_the_end() {
        assert_eq!(distances(&[0, 4], 10), [0, 1, 2, 1, 0, 1, 2, 3, 2, 1]);
        assert_eq!(distances(&[9], 10), [1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
    }

    #[test]
    fn regular_switches_are_moved_between_each_other() {
        // Every 100 of 900 trials: rotations by multiples of 100 would put every switch on another, 50 beside them all.
        let switches: Vec<usize> = (1..9).map(|k| 100 * k).collect();
        for seed in 0..20 {
            let rotation = Rotation::away_from(&switches, 900, &Streams::new(seed));
            assert!([350, 450, 550].contains(&rotation.by), "{rotation:?}");
            assert_eq!(rotation.near, 0.0);
        }
    }

    #[test]
    fn the_share_of_switches_that_cannot_be_missed_is_said() {
        // Every tenth trial: nothing is further than five trials from a switch.
        let switches: Vec<usize> = (1..9).map(|k| 10 * k).collect();
        let rotation = Rotation::away_from(&switches, 90, &Streams::new(0));
        assert_eq!((rotation.by % 10, rotation.near), (5, 1.0));
    }

    #[test]
    fn sessions_of_a_few_trials_or_very_many_have_a_rotation() {
        for trials in [1, 2, 3, 7, 40_000] {
            let rotation = Rotation::away_from(&[], trials, &Streams::new(1));
            assert!((trials / 3..=trials - trials / 3).contains(&rotation.by), "{trials}: {rotation:?}");
        }
    }
}
