//! A task's samples as indices into a shared data set: no copies per task.

use std::sync::Arc;

use super::rotation::Rotation;
use data::{Dataset, Split};

/// What a task does to the pixels.
#[derive(Debug, Clone)]
pub enum PixelMap {
    Identity,
    /// Output pixel i shows source pixel `order[i]`.
    Permute(Arc<[u32]>),
    Rotate(Arc<Rotation>),
}

/// Some samples of one split, seen through a task.
#[derive(Debug, Clone)]
pub struct View {
    pub split: Split,
    pub indices: Arc<[u32]>,
    pub map: PixelMap,
    /// Output index per class of the data set; classes of other tasks never occur in `indices`.
    pub outputs: Arc<[u32]>,
}

impl View {
    /// Number of samples.
    pub fn len(&self) -> usize {
        self.indices.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.indices.is_empty()
    }

    /// Appends sample `at`'s inputs, in [0, 1], and returns its output index.
    pub fn push(&self, dataset: &Dataset, at: usize, inputs: &mut Vec<f32>) -> u32 {
        let (features, index) = (dataset.features(), self.indices[at] as usize);
        let pixels = &self.split.pixels[index * features..(index + 1) * features];
        let scale = dataset.scale;
        match &self.map {
            PixelMap::Identity => inputs.extend(pixels.iter().map(|pixel| f32::from(*pixel) * scale)),
            PixelMap::Permute(order) => {
                inputs.extend(order.iter().map(|from| f32::from(pixels[*from as usize]) * scale));
            }
            PixelMap::Rotate(rotation) => rotation.push(pixels, scale, inputs),
        }
        self.outputs[usize::from(self.split.labels[index])]
    }
}
