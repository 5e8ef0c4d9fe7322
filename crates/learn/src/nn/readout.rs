//! How answers are read off a network: by its scores, or by the nearest mean of remembered features.

use candle_core::Tensor;

use super::cross_entropy::Active;
use super::features::features;
use super::model::{Model, predict};
use crate::error::Result;
use crate::gains::Gains;

/// From the network's state to labels.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Readout {
    /// The largest score.
    #[default]
    Scores,
    /// The nearest mean.
    Nearest(ClassMeans),
}

/// A mean of features per label, each of length 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClassMeans {
    pub labels: Vec<u32>,
    /// labels × width.
    pub means: Vec<f32>,
    pub width: usize,
}

impl ClassMeans {
    /// The label whose mean is nearest to a row of features; only active labels count, the first one of equals wins.
    fn nearest(&self, row: &[f32], mask: Option<&[bool]>) -> usize {
        let mut best: Option<(f32, usize)> = None;
        for (label, mean) in self.labels.iter().zip(self.means.chunks_exact(self.width.max(1))) {
            let label = *label as usize;
            let distance: f32 = row.iter().zip(mean).map(|(a, b)| (a - b) * (a - b)).sum();
            let counts = mask.is_none_or(|mask| mask[label]);
            if counts && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, label));
            }
        }
        best.map_or(0, |(_, label)| label)
    }

    /// Whether every active output has a mean.
    fn covers(&self, outputs: usize, active: &Active) -> bool {
        let wanted = |label: usize| active.mask(0).is_none_or(|mask| mask[label]);
        (0..outputs).filter(|label| wanted(*label)).all(|label| self.labels.contains(&(label as u32)))
    }
}

impl Readout {
    /// Labels for inputs (n × features) over the active outputs. Where one of them has no mean yet, as while its task is
    /// learned, by the scores.
    ///
    /// # Errors
    /// Engine errors.
    pub fn predict(
        &self,
        model: &dyn Model,
        inputs: &Tensor,
        active: &Active,
        gains: &Gains,
    ) -> Result<Vec<usize>> {
        match self {
            Self::Nearest(means) if means.covers(model.outputs(), active) => {
                let (rows, width) = features(model, inputs, gains)?;
                let rows = rows.chunks_exact(width).enumerate();
                Ok(rows.map(|(sample, row)| means.nearest(row, active.mask(sample))).collect())
            }
            _ => predict(model, inputs, active, gains),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mean_among_active_labels_wins() {
        let means = ClassMeans { labels: vec![2, 0, 1], means: vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8], width: 2 };
        // (0, 1) lies on label 0's mean; without it 0.6, 0.8 of label 1 is nearer than (1, 0).
        assert_eq!(means.nearest(&[0.0, 1.0], None), 0);
        assert_eq!(means.nearest(&[0.0, 1.0], Some(&[false, true, true])), 1);
        assert_eq!(means.nearest(&[1.0, 0.1], None), 2);
        let active = |mask: &[bool]| Active::Same(mask.into());
        assert!(means.covers(4, &active(&[true, true, true, false])));
        assert!(!means.covers(4, &active(&[true, true, true, true])), "no mean of label 3 yet");
    }
}
