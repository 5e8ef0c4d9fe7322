//! A task's samples as indices into a shared data set: no copies per task.

use std::sync::Arc;

use super::rotation::Rotation;
use data::{Dataset, Pixels, Split};

/// What a task does to the pixels.
#[derive(Debug, Clone)]
pub enum PixelMap {
    Identity,
    /// Output pixel i shows source pixel `order[i]`.
    Permute(Arc<[u32]>),
    Rotate(Arc<Rotation>),
}

impl PixelMap {
    /// Appends the pixels of one sample, mapped and times `scale`.
    fn push<T: Copy + Into<f32>>(&self, pixels: &[T], scale: f32, inputs: &mut Vec<f32>) {
        match self {
            Self::Identity => inputs.extend(pixels.iter().map(|pixel| (*pixel).into() * scale)),
            Self::Permute(order) => {
                inputs.extend(order.iter().map(|from| pixels[*from as usize].into() * scale));
            }
            Self::Rotate(rotation) => rotation.push(pixels, scale, inputs),
        }
    }
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

    /// The number that sample `at` asks for; `None`: it asks for its output index.
    pub fn value(&self, at: usize) -> Option<f32> {
        self.split.values.as_ref().map(|values| values.numbers[self.indices[at] as usize])
    }

    /// Appends sample `at`'s inputs and returns its output index.
    pub fn push(&self, dataset: &Dataset, at: usize, inputs: &mut Vec<f32>) -> u32 {
        let (features, index) = (dataset.features(), self.indices[at] as usize);
        let (start, range) = (inputs.len(), index * features..(index + 1) * features);
        match &self.split.pixels {
            Pixels::Bytes(all) => self.map.push(&all[range], dataset.scale, inputs),
            Pixels::Numbers(all) => self.map.push(&all[range], dataset.scale, inputs),
        }
        if dataset.offset != 0.0 {
            inputs[start..].iter_mut().for_each(|input| *input += dataset.offset);
        }
        self.outputs[usize::from(self.split.labels[index])]
    }
}
