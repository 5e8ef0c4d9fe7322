//! What a network is shown and what it should answer, for a group of trials, and the loss between the two.

use super::lane::{LANES, Lane, ZERO};
use contract::Mark;

/// Sixteen trials of equal length.
#[derive(Debug, Clone)]
pub struct Episodes {
    /// Steps of every trial.
    pub steps: usize,
    /// steps × channels.
    pub inputs: Vec<Lane>,
    pub target: Target,
    /// One per lane.
    pub trials: Vec<Trial>,
}

/// The answer that is wanted.
#[derive(Debug, Clone)]
pub enum Target {
    /// One output that follows a curve: its value at every step.
    Values(Vec<Lane>),
    /// One output per class, soft-max: the class wanted at every step of each trial; `None`: no answer is wanted.
    Labels(Vec<[Option<usize>; LANES]>),
}

/// What a test wants to know of one trial.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trial {
    /// The task's condition, e.g. the interval in steps.
    pub condition: usize,
    /// The step from which the answer counts.
    pub onset: usize,
    /// Events of the trial on its own time axis.
    pub marks: Vec<Mark>,
}

impl Episodes {
    /// Silent inputs for `steps` steps.
    pub(super) fn silent(steps: usize, channels: usize, target: Target) -> Self {
        Self { steps, inputs: vec![ZERO; steps * channels], target, trials: vec![Trial::default(); LANES] }
    }
}

impl Target {
    /// The loss, a mean over trials and over the steps that want an answer, and `scale` times its derivative by the
    /// outputs (steps × outputs). Squared error for values, cross-entropy in nats for labels.
    pub(super) fn loss(&self, outputs: &[Lane], scale: f32, by_output: &mut [Lane]) -> f64 {
        match self {
            Self::Values(values) => {
                let share = 1.0 / (values.len() * LANES) as f32;
                let mut sum = 0.0;
                for ((z, o), by) in values.iter().zip(outputs).zip(by_output) {
                    for b in 0..LANES {
                        let error = o[b] - z[b];
                        sum += f64::from(error * error);
                        by[b] = scale * share * 2.0 * error;
                    }
                }
                sum * f64::from(share)
            }
            Self::Labels(labels) => {
                let asked = labels.iter().flatten().filter(|label| label.is_some()).count().max(1);
                let share = 1.0 / asked as f32;
                let classes = outputs.len() / labels.len();
                by_output.fill(ZERO);
                let mut sum = 0.0;
                for (t, labels) in labels.iter().enumerate() {
                    let here = t * classes..(t + 1) * classes;
                    for (b, label) in labels.iter().enumerate() {
                        let Some(label) = label else { continue };
                        let logits = &outputs[here.clone()];
                        let most = logits.iter().map(|o| o[b]).fold(f32::NEG_INFINITY, f32::max);
                        let total: f32 = logits.iter().map(|o| (o[b] - most).exp()).sum();
                        sum += f64::from(total.ln() + most - logits[*label][b]);
                        for (k, by) in by_output[here.clone()].iter_mut().enumerate() {
                            let p = (outputs[t * classes + k][b] - most).exp() / total;
                            by[b] = scale * share * (p - if k == *label { 1.0 } else { 0.0 });
                        }
                    }
                }
                sum * f64::from(share)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_and_their_derivatives_equal_hand_computed_ones() {
        let mut by = vec![ZERO; 2];
        // Errors 1 and −2 in every trial: (1 + 4)/2; derivatives 2·e/(2·16).
        let values = Target::Values(vec![[1.0; LANES], [0.0; LANES]]);
        let loss = values.loss(&[[2.0; LANES], [-2.0; LANES]], 3.0, &mut by);
        assert!((loss - 2.5).abs() < 1e-6);
        assert!((by[0][5] - 3.0 * 2.0 / 32.0).abs() < 1e-6 && (by[1][5] + 3.0 * 4.0 / 32.0).abs() < 1e-6);
        // Two classes, one trial asked: logits 0 and ln 3, class 0 wanted: p = (1/4, 3/4).
        let mut labels = [None; LANES];
        labels[2] = Some(0);
        let loss = Target::Labels(vec![labels]).loss(&[ZERO, [3f32.ln(); LANES]], 1.0, &mut by);
        assert!((loss - 4f64.ln()).abs() < 1e-6);
        assert!((by[0][2] + 0.75).abs() < 1e-6 && (by[1][2] - 0.75).abs() < 1e-6);
        assert_eq!(by[0][3], 0.0);
    }
}
