//! Stimuli, responses and what counts as right.

use super::behaviour::{Behaviour, Stimulus};
use super::settings::TrialSettings;

/// One cell of a behaviour's table: in this behaviour this stimulus asks for this answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Index of the behaviour.
    pub behaviour: usize,
    pub stimulus: Stimulus,
    /// +1, 0 or −1.
    pub response: i8,
}

/// All conditions of a task, behaviour by behaviour.
pub fn conditions(behaviours: &[Behaviour], no_go: i8) -> Vec<Condition> {
    let mut all = Vec::new();
    for (index, behaviour) in behaviours.iter().enumerate() {
        for stimulus in Stimulus::ALL {
            if let Some(response) = behaviour.response(stimulus) {
                let response = if response == 0 { no_go } else { response };
                all.push(Condition { behaviour: index, stimulus, response });
            }
        }
    }
    all
}

/// The desired output: 0 until the stimulus is over, then the response.
pub fn target(trial: &TrialSettings, response: i8) -> Vec<f32> {
    let onset = trial.response_onset();
    (0..trial.steps).map(|t| if t < onset { 0.0 } else { f32::from(response) }).collect()
}

/// Whether an output is the asked answer: after the stimulus max o > 0.7 (+1), max |o| < 0.3 (0), min o < −0.7 (−1).
pub fn is_right(after_stimulus: impl Iterator<Item = f32>, response: i8) -> bool {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for o in after_stimulus {
        low = low.min(o);
        high = high.max(o);
    }
    match response {
        1 => high > 0.7,
        -1 => low < -0.7,
        _ => high < 0.3 && low > -0.3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged_by_their_extremes() {
        let judge = |outputs: &[f32], response| is_right(outputs.iter().copied(), response);
        assert!(judge(&[0.0, 0.71, 0.0], 1) && !judge(&[0.0, 0.7, 0.69], 1));
        assert!(judge(&[0.29, -0.29], 0) && !judge(&[0.0, 0.3], 0) && !judge(&[-0.31, 0.0], 0));
        assert!(judge(&[0.0, -0.8], -1) && !judge(&[0.0, 0.8], -1));
    }
}
