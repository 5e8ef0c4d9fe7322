//! Samples whose targets are not one label each: regression values, or labels for several heads.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::batch::{Batch, Extra};
use crate::error::Result;
use crate::nn::Active;

/// The inputs of a table, n × features, row-major.
#[derive(Debug, Clone)]
pub enum Inputs {
    Numbers(Vec<f32>),
    /// Pixels that are shared with a data set, and the factor that brings them into [0, 1].
    Pixels {
        pixels: Arc<[u8]>,
        scale: f32,
    },
}

/// n samples with their targets.
#[derive(Debug, Clone)]
pub struct Table {
    pub features: usize,
    pub inputs: Inputs,
    /// All n samples' targets: n × outputs values, or per head n labels.
    pub targets: Extra,
}

impl Table {
    /// Number of samples.
    pub fn len(&self) -> usize {
        match &self.inputs {
            Inputs::Numbers(numbers) => numbers.len() / self.features.max(1),
            Inputs::Pixels { pixels, .. } => pixels.len() / self.features.max(1),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The inputs at these positions, n × features.
    pub fn inputs(&self, positions: &[u32]) -> Vec<f32> {
        let row = |position: &u32| {
            let start = *position as usize * self.features;
            start..start + self.features
        };
        match &self.inputs {
            Inputs::Numbers(numbers) => positions.iter().flat_map(|at| &numbers[row(at)]).copied().collect(),
            Inputs::Pixels { pixels, scale } => {
                positions.iter().flat_map(|at| &pixels[row(at)]).map(|p| f32::from(*p) * scale).collect()
            }
        }
    }

    /// The targets at these positions.
    pub fn targets(&self, positions: &[u32]) -> Extra {
        match &self.targets {
            Extra::None => Extra::None,
            Extra::Values(values) => {
                let outputs = values.len() / self.len().max(1);
                let row = |at: &u32| values[*at as usize * outputs..(*at as usize + 1) * outputs].iter();
                Extra::Values(positions.iter().flat_map(row).copied().collect())
            }
            Extra::Heads(heads) => {
                let pick = |labels: &Vec<u32>| positions.iter().map(|at| labels[*at as usize]).collect();
                Extra::Heads(heads.iter().map(pick).collect())
            }
        }
    }

    /// The samples at these positions, as a batch without single labels.
    ///
    /// # Errors
    /// Engine errors.
    pub fn batch(&self, positions: &[u32], task: Option<usize>) -> Result<Batch> {
        let shape = (positions.len(), self.features);
        let inputs = Tensor::from_vec(self.inputs(positions), shape, &Device::Cpu)?;
        let extra = self.targets(positions);
        Ok(Batch { inputs, targets: Vec::new(), active: Active::All, task, extra })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_holds_the_rows_at_its_positions() {
        let values = Extra::Values(vec![1.0, 2.0, 3.0]);
        let table =
            Table { features: 2, inputs: Inputs::Numbers(vec![0., 1., 2., 3., 4., 5.]), targets: values };
        assert_eq!((table.len(), table.inputs(&[2, 0])), (3, vec![4., 5., 0., 1.]));
        assert_eq!(table.targets(&[2, 0]), Extra::Values(vec![3.0, 1.0]));
        let heads = Extra::Heads(vec![vec![0, 1, 2], vec![9, 8, Extra::ABSENT]]);
        let pixels = Inputs::Pixels { pixels: vec![0, 128, 255].into(), scale: 1.0 / 255.0 };
        let table = Table { features: 1, inputs: pixels, targets: heads };
        assert_eq!(table.targets(&[1, 2]), Extra::Heads(vec![vec![1, 2], vec![8, Extra::ABSENT]]));
        assert_eq!(table.inputs(&[2]), [1.0]);
    }
}
