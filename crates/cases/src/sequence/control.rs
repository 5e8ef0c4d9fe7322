//! Controls at test: the trained network with its own modulatory signals replaced.

use super::episodes::Episodes;
use super::lane::{LANES, Lane, ZERO, sum};
use base::error::DefinitionError;
use base::rng::Streams;
use contract::replay::series::shuffled_times;
use contract::{TestSignal, settings};

settings! {
    /// What a control replaces at test.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Control {
        /// the network's modulatory signals at test: its own, their mean, or blocks of its own in random order (a control)
        pub test_signal: TestSignal = TestSignal::Own => ["own" | "mean" | "shuffled"];
        /// steps per block of shuffled signals
        pub block: usize = 4 => [1 to 100];
    }
}

impl Control {
    /// # Errors
    /// A network without a signal whose signal should be replaced.
    pub(super) fn check(&self, has_signal: bool) -> Result<(), DefinitionError> {
        if has_signal || self.test_signal == TestSignal::Own {
            return Ok(());
        }
        let allowed = "own: this network has no modulatory signal";
        Err(DefinitionError::range("control.test_signal", self.test_signal.word(), allowed))
    }
}

/// Signals to force, per group (steps × signals), from the network's own.
pub(super) fn forced(
    how: TestSignal,
    block: usize,
    own: &[Vec<Lane>],
    test: &[Episodes],
    streams: &Streams,
) -> Option<Vec<Vec<Lane>>> {
    match how {
        TestSignal::Own => None,
        TestSignal::Mean => Some(mean(own, test)),
        TestSignal::Shuffled => {
            let mut rng = streams.get("test/shuffle");
            let shuffle = |(own, episodes): (&Vec<Lane>, &Episodes)| {
                let signals = own.len() / episodes.steps;
                let mut shuffled = vec![ZERO; own.len()];
                for b in 0..LANES {
                    for (t, from) in shuffled_times(episodes.steps, block, &mut rng).into_iter().enumerate() {
                        for k in 0..signals {
                            shuffled[t * signals + k][b] = own[from * signals + k][b];
                        }
                    }
                }
                shuffled
            };
            Some(own.iter().zip(test).map(shuffle).collect())
        }
    }
}

fn mean(own: &[Vec<Lane>], test: &[Episodes]) -> Vec<Vec<Lane>> {
    let mut out: Vec<Vec<Lane>> = own.iter().map(|lanes| vec![ZERO; lanes.len()]).collect();
    let signals = own.first().zip(test.first()).map_or(0, |(own, episodes)| own.len() / episodes.steps);
    for k in 0..signals {
        let every = || own.iter().flat_map(|lanes| lanes.iter().skip(k).step_by(signals));
        let total: f64 = every().map(|lane| f64::from(sum(lane))).sum();
        let mean = (total / (every().count() * LANES) as f64) as f32;
        for lanes in &mut out {
            lanes.iter_mut().skip(k).step_by(signals).for_each(|lane| *lane = [mean; LANES]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequence::episodes::Target;

    fn episodes() -> Vec<Episodes> {
        vec![Episodes::silent(5, 1, Target::Values(vec![ZERO; 5])); 2]
    }

    /// Two signals over five steps: k + 10 t in every trial.
    fn own() -> Vec<Vec<Lane>> {
        let one: Vec<Lane> = (0..10).map(|i| [(i % 2 + i / 2 * 10) as f32; LANES]).collect();
        vec![one.clone(), one]
    }

    #[test]
    fn the_mean_is_one_constant_per_signal() {
        let forced = forced(TestSignal::Mean, 2, &own(), &episodes(), &Streams::new(1)).unwrap();
        assert_eq!(forced[1][..2], [[20.0; LANES], [21.0; LANES]]);
        assert_eq!(forced[0][8..], [[20.0; LANES], [21.0; LANES]]);
    }

    #[test]
    fn shuffling_moves_whole_blocks_and_keeps_signals_together() {
        let forced = forced(TestSignal::Shuffled, 2, &own(), &episodes(), &Streams::new(1)).unwrap();
        let mut orders = Vec::new();
        for b in 0..LANES {
            let times: Vec<i32> = (0..5).map(|t| forced[0][2 * t][b] as i32 / 10).collect();
            assert!((0..5).all(|t| forced[0][2 * t + 1][b] == forced[0][2 * t][b] + 1.0));
            let mut sorted = times.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            // Blocks (0 1), (2 3), (4) in some order.
            assert!(times.windows(2).any(|w| w == [0, 1]) && times.windows(2).any(|w| w == [2, 3]));
            orders.push(times);
        }
        orders.dedup();
        assert!(orders.len() > 1);
        assert!(super::forced(TestSignal::Own, 2, &own(), &episodes(), &Streams::new(1)).is_none());
    }
}
