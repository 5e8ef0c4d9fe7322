//! What a task is tested on.

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::view::View;
use crate::error::Result;
use data::Dataset;

/// Test samples of one task, still a view of the shared data: never reachable from a learner.
#[derive(Debug, Clone)]
pub struct TestSet {
    dataset: Arc<Dataset>,
    view: View,
    count: usize,
}

impl TestSet {
    pub(super) fn new(dataset: Arc<Dataset>, view: View, limit: usize) -> Self {
        Self { dataset, count: view.len().min(limit), view }
    }

    /// Number of samples.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Samples `range` as inputs (n × features) and output indices.
    ///
    /// # Errors
    /// Engine errors.
    pub fn batch(&self, range: std::ops::Range<usize>) -> Result<(Tensor, Vec<u32>)> {
        let features = self.dataset.features();
        let (first, n) = (range.start, range.len());
        let mut inputs = Vec::with_capacity(n * features);
        let targets = (first..first + n)
            .map(|i| self.view.push(&self.dataset, i * self.view.len() / self.count, &mut inputs))
            .collect();
        Ok((Tensor::from_vec(inputs, (n, features), &Device::Cpu)?, targets))
    }

    /// The numbers that these samples ask for; none where they ask for an output index.
    pub fn values(&self, range: std::ops::Range<usize>) -> Vec<f32> {
        range.filter_map(|i| self.view.value(i * self.view.len() / self.count)).collect()
    }
}
