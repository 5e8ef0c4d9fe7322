//! Replay controls of mechanisms that are built into a case study, written once: a control first runs the mechanism itself and
//! then a session in which what it set comes at its mean, at other times, from another seed, or as noise of the same kind.
//!
//! A case study declares its [`Channel`]s and passes each value through [`Channels::pass`]; [`Replay::run`] does the rest.
//! (Gradient learners have the same controls over the recorded effects of their receptors: `learn::modulation`.)

mod channel;
mod rotation;
pub mod series;

use serde::{Deserialize, Serialize};

use crate::method_info::Parameter;
use crate::watch::{Portion, Watch};
use base::error::Result;
use base::rng::Streams;
pub use channel::{Channel, Channels};
use channel::{Forced, Series};
pub use rotation::Rotation;
use series::{matched_noise, mean, shuffled_times};

/// Decisions of each kind that a shuffled recording keeps together.
const BLOCK: usize = 20;

/// What acts in a session: the mechanism, or what is made of its recorded session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Replay {
    /// The mechanism itself.
    #[default]
    None,
    /// Constants: the mean of every channel over the session, at each kind of decision.
    Mean,
    /// The session's trajectory as a whole at other times, as the case study rotates it: right values at wrong times.
    Rotated,
    /// Its trajectory in blocks of twenty decisions in random order.
    Shuffled,
    /// The trajectory of another seed's session: not this learner's own state.
    Yoked,
    /// First-order noise with the mean, variance and autocorrelation of every channel.
    MatchedNoise,
}

/// What a trained network's modulatory signals are at test; training runs with its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestSignal {
    /// Its own.
    #[default]
    Own,
    /// Their mean, always.
    Mean,
    /// Its own at other times, or those of other trials: right values at wrong times.
    Shuffled,
}

impl TestSignal {
    /// The word in definitions.
    pub fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Mean => "mean",
            Self::Shuffled => "shuffled",
        }
    }
}

/// The seed whose run a yoked control replays: the one before; the first has none before, and takes the second.
pub fn yoked_seed(seed: u64) -> u64 {
    if seed == 0 { 1 } else { seed - 1 }
}

impl Replay {
    /// The line of a setting `replay`.
    pub const LINE: Parameter = Parameter::new(
        "replay",
        "none",
        "none, mean, rotated, shuffled, yoked, matched-noise",
        "none: the mechanism acts; otherwise a control: what is made of the recording of its own session",
    );

    /// Runs a session, and before it, for a control, the mechanism's own. `session` runs one with the streams of a seed;
    /// [`Channels::replays`] tells it which of the two it is. `rotation`: by how many decisions of each kind a session of
    /// that many is rotated.
    ///
    /// # Errors
    /// Those of `session`.
    pub fn run<T>(
        self,
        channels: &'static [Channel],
        streams: &Streams,
        watch: &mut dyn Watch,
        rotation: impl FnOnce(usize) -> usize,
        mut session: impl FnMut(&Streams, &mut Channels, &mut dyn Watch) -> Result<T>,
    ) -> Result<T> {
        let mut own = Channels::own(channels);
        if self == Self::None {
            return session(streams, &mut own, watch);
        }
        let other = Streams::new(yoked_seed(streams.seed()));
        let recorded = if self == Self::Yoked { &other } else { streams };
        session(recorded, &mut own, &mut Portion::new(watch, 0.0, 0.5))?;
        let mut control = self.control(own, streams, rotation);
        session(streams, &mut control, &mut Portion::new(watch, 0.5, 1.0))
    }

    /// What acts in the control, from what was recorded.
    fn control(self, own: Channels, streams: &Streams, rotation: impl FnOnce(usize) -> usize) -> Channels {
        let streams = streams.within("replay");
        let declared = own.declared();
        let decisions = own.decisions();
        let by = if self == Self::Rotated { rotation(decisions) } else { 0 };
        let make = |(channel, mut recorded): (Channel, Series)| {
            let kinds = channel.kinds;
            let of_kind =
                |kind: usize| recorded.iter().copied().skip(kind).step_by(kinds).collect::<Series>();
            match self {
                Self::None | Self::Yoked => Forced::Series(recorded),
                Self::Mean => Forced::Constant((0..kinds).map(|kind| mean(&of_kind(kind))).collect()),
                Self::Rotated => {
                    // Whole rounds, so that each kind of decision keeps its own values.
                    let by = (by * kinds) % recorded.len().max(1);
                    recorded.rotate_right(by);
                    Forced::Series(recorded)
                }
                Self::Shuffled => {
                    // The same order for all channels: what went together stays together.
                    let mut rng = streams.get("shuffled");
                    let times = shuffled_times(recorded.len(), BLOCK * kinds, &mut rng);
                    Forced::Series(times.into_iter().map(|time| recorded[time]).collect())
                }
                Self::MatchedNoise => {
                    let noise = |kind: usize| {
                        let mut rng = streams.get(&format!("noise/{}/{kind}", channel.name));
                        matched_noise(&of_kind(kind), channel.range, &mut rng)
                    };
                    let noise: Vec<Series> = (0..kinds).map(noise).collect();
                    let places = 0..recorded.len();
                    Forced::Series(places.map(|place| noise[place % kinds][place / kinds]).collect())
                }
            }
        };
        Channels::forced(declared, own.into_recorded().map(make).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Unwatched;

    const CHANNELS: &[Channel] = &[
        Channel::new("rate", [0.0, 1e3]).of_kinds(2),
        Channel { single: true, ..Channel::new("level", [0.0, 1e3]) },
    ];

    /// What acted on both channels in a session of 90 trials, whose own values are 10 · seed + trial at first decisions, the
    /// same and 0.5 at second ones.
    fn acted(replay: Replay, seed: u64) -> [Vec<f64>; 2] {
        let session = |streams: &Streams, channels: &mut Channels, _: &mut dyn Watch| {
            for trial in 0..90 {
                let own = (10 * streams.seed() + trial) as f64;
                channels.pass(0, || own);
                channels.pass(0, || own + 0.5);
                channels.pass(1, || own + 1e-12);
            }
            Ok([0, 1].map(|channel| channels.recorded(channel).to_vec()))
        };
        replay.run(CHANNELS, &Streams::new(seed), &mut Unwatched, |trials| trials / 3, session).expect("runs")
    }

    #[test]
    fn the_mean_is_one_constant_per_kind_of_decision() {
        let [rate, level] = acted(Replay::Mean, 1);
        assert_eq!(rate[..4], [54.5, 55.0, 54.5, 55.0]);
        assert_eq!(level, [54.5; 90]);
    }

    #[test]
    fn a_rotation_moves_whole_trials_of_all_channels() {
        let ([own, _], [rate, level]) = (acted(Replay::None, 1), acted(Replay::Rotated, 1));
        assert_eq!(own[..2], [10.0, 10.5]);
        assert_eq!((&rate[..2], level[0]), (&[70.0, 70.5][..], 70.0));
        assert_eq!((&rate[60..62], level[30]), (&own[..2], 10.0));
    }

    #[test]
    fn a_shuffle_moves_the_same_blocks_in_all_channels() {
        let [rate, level] = acted(Replay::Shuffled, 1);
        assert!(rate.iter().step_by(2).eq(&level));
        assert!(rate.iter().skip(1).step_by(2).zip(&level).all(|(second, level)| *second == level + 0.5));
        assert!(level.windows(2).filter(|pair| pair[1] == pair[0] + 1.0).count() >= 85);
        let mut sorted = level.clone();
        sorted.sort_by(f64::total_cmp);
        assert_ne!(sorted, level);
        assert_eq!(sorted, (10..100).map(f64::from).collect::<Vec<_>>());
    }

    #[test]
    fn a_yoked_session_has_another_seeds_values_and_noise_keeps_each_kinds_mean() {
        assert_eq!(acted(Replay::Yoked, 3), acted(Replay::None, 2));
        assert_eq!(acted(Replay::Yoked, 0), acted(Replay::None, 1));
        let [rate, _] = acted(Replay::MatchedNoise, 1);
        assert_ne!(rate, acted(Replay::None, 1)[0]);
        assert!(rate.iter().all(|value| (0.0..=1e3).contains(value)));
    }

    #[test]
    fn beyond_its_end_a_recording_says_what_its_channel_declares() {
        const SHORT: &[Channel] = &[
            Channel::new("a", [0.0, 9.0]).of_kinds(2),
            Channel { beyond: Some(7.0), ..Channel::new("b", [0.0, 9.0]) },
        ];
        let session = |_: &Streams, channels: &mut Channels, _: &mut dyn Watch| {
            let trials = if channels.replays() { 5 } else { 4 };
            let all = (0..trials).map(|trial| {
                assert_eq!(channels.constant(0), None);
                [0, 1].map(|channel| channels.pass(channel, || f64::from(trial)))
            });
            Ok(all.collect::<Vec<_>>())
        };
        let streams = Streams::new(4);
        let acted = Replay::Rotated.run(SHORT, &streams, &mut Unwatched, |_| 1, session).expect("runs");
        // Two kinds in four decisions: rotated by two; the fifth is the last of its own kind.
        assert_eq!(acted, [[2.0, 3.0], [3.0, 0.0], [0.0, 1.0], [1.0, 2.0], [0.0, 7.0]]);
    }

    #[test]
    fn the_session_that_is_recorded_is_the_first_half_of_a_run() {
        struct Shares(Vec<f64>);
        impl Watch for Shares {
            fn progress(&mut self, share: f64) -> Option<base::error::StopReason> {
                self.0.push(share);
                None
            }
        }
        let session = |_: &Streams, channels: &mut Channels, watch: &mut dyn Watch| {
            channels.pass(1, || 1.0);
            watch.progress(0.0);
            watch.progress(1.0);
            Ok(())
        };
        let mut watch = Shares(Vec::new());
        Replay::Mean.run(CHANNELS, &Streams::new(1), &mut watch, |_| 0, session).expect("runs");
        assert_eq!(watch.0, [0.0, 0.5, 0.5, 1.0]);
    }
}
