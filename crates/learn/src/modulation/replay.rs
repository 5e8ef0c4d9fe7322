//! Controls that replay what a modulated run did: its gains, but not for its reasons.

use serde::{Deserialize, Serialize};

use crate::error::Result;
use base::error::DefinitionError;
use base::rng::Streams;
use contract::Trace;
use contract::replay::series::{matched_noise, mean, shuffled_times};

/// What is made of a recorded run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplayKind {
    /// Its mean effect, at every step: level instead of dynamics.
    MeanGain,
    /// Slopes: initial weights × ḡ and their learning rate × E\[g²\] instead of the gain, which is the same for a constant
    /// gain under SGD; other targets: their mean effect.
    MeanGainRescaled,
    /// Its effects, block-permuted in time: timing.
    Shuffled,
    /// The effects of another seed's run, in order: own state.
    Yoked,
    /// First-order noise with the effects' mean, variance and autocorrelation: content.
    MatchedNoise,
}

/// How effects are replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replayed {
    pub kind: ReplayKind,
    /// Steps per block of `shuffled`, ≥ 1. Default 20.
    #[serde(default = "block")]
    pub block: usize,
}

fn block() -> usize {
    20
}

impl Replayed {
    /// With the default block.
    pub fn new(kind: ReplayKind) -> Self {
        Self { kind, block: block() }
    }

    /// The effects to apply, by channel.
    ///
    /// # Errors
    /// A trace that lacks a channel or is empty.
    pub(super) fn effects(
        &self,
        trace: &Trace,
        channel: &str,
        limits: [f64; 2],
        streams: &Streams,
    ) -> Result<Vec<f32>> {
        let recorded = trace.get(channel).filter(|values| !values.is_empty()).ok_or_else(|| {
            DefinitionError::unknown("channel of the recorded run", channel, trace.keys().map(String::as_str))
        })?;
        let streams = streams.within("replay");
        Ok(match self.kind {
            ReplayKind::MeanGain | ReplayKind::MeanGainRescaled => vec![mean(&widened(recorded)) as f32],
            ReplayKind::Yoked => recorded.clone(),
            ReplayKind::Shuffled => {
                // The same order for all channels: what went together stays together.
                let times = shuffled_times(recorded.len(), self.block, &mut streams.get("shuffled"));
                times.into_iter().map(|time| recorded[time]).collect()
            }
            ReplayKind::MatchedNoise => {
                let mut random = streams.get(&format!("noise/{channel}"));
                let noise = matched_noise(&widened(recorded), limits, &mut random);
                noise.into_iter().map(|value| value as f32).collect()
            }
        })
    }
}

/// E\[g\] and E\[g²\].
pub(super) fn raw_moments(values: &[f32]) -> [f64; 2] {
    let values = widened(values);
    let squares: Vec<f64> = values.iter().map(|g| g * g).collect();
    [mean(&values), mean(&squares)]
}

fn widened(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(kind: ReplayKind, recorded: &[f32]) -> Vec<f32> {
        let trace: Trace = [("a".to_owned(), recorded.to_vec())].into();
        let replayed = Replayed { kind, block: 2 };
        replayed.effects(&trace, "a", [0.1, 10.0], &Streams::new(3)).unwrap()
    }

    #[test]
    fn shuffling_keeps_the_values_and_the_blocks() {
        let recorded: Vec<f32> = (0..10u8).map(f32::from).collect();
        let shuffled = effects(ReplayKind::Shuffled, &recorded);
        assert_ne!(shuffled, recorded);
        assert!(shuffled.chunks(2).all(|pair| pair[1] == pair[0] + 1.0));
        let mut sorted = shuffled.clone();
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, recorded);
    }

    #[test]
    fn the_mean_is_one_number_and_the_yoked_run_is_the_other_run() {
        assert_eq!(effects(ReplayKind::MeanGain, &[1.0, 2.0, 6.0]), [3.0]);
        assert_eq!(effects(ReplayKind::Yoked, &[1.0, 2.0, 6.0]), [1.0, 2.0, 6.0]);
    }

    #[test]
    fn a_trace_without_the_channel_is_refused_by_name() {
        let trace: Trace = [("dopamine → slope".to_owned(), vec![1.0])].into();
        let replayed = Replayed::new(ReplayKind::MeanGain);
        let error = replayed.effects(&trace, "dopamine → bias", [0.0, 1.0], &Streams::new(0)).unwrap_err();
        assert!(error.to_string().contains("dopamine → bias"), "{error}");
    }
}
