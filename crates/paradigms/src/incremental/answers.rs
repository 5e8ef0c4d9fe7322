//! Scores of answers that are numbers.

use candle_core::Tensor;

use learn::Learner;
use learn::error::Result;
use learn::gains::Gains;
use learn::nn::read;
use learn::stream::{TaskStream, TestSet};

/// What squared errors are measured against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answers {
    /// Variance of all tasks' test answers about their mean, as the network sees them.
    variance: f64,
    /// What 1 is in the numbers' own unit.
    unit: f64,
}

impl Answers {
    /// Of these test sets; `None`: classes are answered. Of answers that are all the same R² is taken against 1.
    pub fn of(stream: &TaskStream, sets: &[TestSet]) -> Option<Self> {
        let unit = f64::from(stream.unit()?);
        let all: Vec<f64> = sets.iter().flat_map(|set| set.values(0..set.len())).map(f64::from).collect();
        let count = all.len().max(1) as f64;
        let mean = all.iter().sum::<f64>() / count;
        let variance = all.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        Some(Self { variance: if variance > 0.0 { variance } else { 1.0 }, unit })
    }

    /// R² = 1 − mean squared error / variance.
    pub fn explained(&self, mean_square: f64) -> f64 {
        1.0 - mean_square / self.variance
    }

    /// The mean over tasks of √(mean squared error) in the numbers' own unit, from each one's R².
    pub fn mean_error(&self, explained: &[f64]) -> f64 {
        let error = |r2: &f64| ((1.0 - r2) * self.variance).max(0.0).sqrt() * self.unit;
        explained.iter().map(error).sum::<f64>() / explained.len().max(1) as f64
    }
}

/// Σ (f(x) − y)² over so many samples of a set from `first` on, whose inputs these are.
///
/// # Errors
/// Engine errors.
pub(super) fn squared_errors(
    set: &TestSet,
    (first, count): (usize, usize),
    inputs: &Tensor,
    learner: &Learner,
    gains: &Gains,
) -> Result<f64> {
    let values = set.values(first..first + count);
    let answers = learner.model.infer(inputs, gains)?;
    read(&answers.contiguous()?, |answers| {
        answers.iter().zip(&values).map(|(a, b)| f64::from(a - b).powi(2)).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_explained_and_the_error_are_those_worked_out_by_hand() {
        let answers = Answers { variance: 4.0, unit: 3.0 };
        assert_eq!(answers.explained(1.0), 0.75);
        assert_eq!(answers.explained(8.0), -1.0);
        // Errors √1 and √8, times 3.
        let found = answers.mean_error(&[0.75, -1.0]);
        assert!((found - 3.0 * (1.0 + 8f64.sqrt()) / 2.0).abs() < 1e-12, "{found}");
    }
}
