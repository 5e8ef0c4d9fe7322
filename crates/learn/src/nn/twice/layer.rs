//! One layer of a [`super::Function`]: a product with a weight, on samples or on the patches of images.

use crate::nn::patches::{Geometry, fold, unfold};
use numeric::Activation;
use numeric::matrix::Matrix;

/// Sizes of a layer and where its parameters lie.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layer {
    /// The patches of a convolution; none: dense.
    pub geometry: Option<Geometry>,
    /// Rows of the product per sample: positions of a convolution, 1 of a dense layer.
    pub rows: usize,
    /// Columns of the weight: a patch, or all features.
    pub inputs: usize,
    pub units: usize,
    /// Whether the weighted inputs are normalised over the batch.
    pub normalised: bool,
    pub activation: Activation,
    /// Where its weight begins; its bias follows.
    pub start: usize,
}

impl Layer {
    /// Numbers per sample that go in.
    pub fn features(&self) -> usize {
        self.geometry.map_or(self.inputs, |geometry| geometry.image())
    }

    /// Numbers per sample that come out.
    pub fn outputs(&self) -> usize {
        self.rows * self.units
    }

    pub fn multiply_adds(&self) -> u64 {
        (self.rows * self.inputs * self.units) as u64
    }

    pub fn end(&self) -> usize {
        self.start + (self.inputs + 1) * self.units
    }

    pub fn weight<'t>(&self, theta: &'t [f32]) -> Matrix<'t> {
        Matrix::new(&theta[self.start..self.start + self.inputs * self.units], self.units, self.inputs)
    }

    pub fn bias<'t>(&self, theta: &'t [f32]) -> &'t [f32] {
        &theta[self.end() - self.units..self.end()]
    }

    /// Weight and bias parts of a gradient.
    pub fn split<'t>(&self, gradient: &'t mut [f32]) -> (&'t mut [f32], &'t mut [f32]) {
        gradient[self.start..self.end()].split_at_mut(self.inputs * self.units)
    }

    /// The rows that the weight multiplies: x itself, or its patches, which then lie in `patches`.
    pub fn unfold(&self, x: &[f32], patches: &mut Vec<f32>, padded: &mut Vec<f32>) {
        let Some(geometry) = &self.geometry else { return };
        let one = self.rows * self.inputs;
        padded.clear();
        padded.resize(geometry.padded(), 0.0);
        patches.resize(x.len() / geometry.image() * one, 0.0);
        for (image, patches) in x.chunks_exact(geometry.image()).zip(patches.chunks_exact_mut(one)) {
            unfold(geometry, image, padded, patches);
        }
    }

    /// The matrix of those rows.
    pub fn rows_of<'a>(&self, x: &'a [f32], patches: &'a [f32]) -> Matrix<'a> {
        let values = if self.geometry.is_some() { patches } else { x };
        Matrix::new(values, values.len() / self.inputs, self.inputs)
    }

    /// The adjoint of [`Layer::unfold`]: sums `patches` into x. Dense layers swap the two.
    pub fn fold(&self, patches: &mut Vec<f32>, x: &mut Vec<f32>, padded: &mut Vec<f32>) {
        let Some(geometry) = &self.geometry else {
            std::mem::swap(patches, x);
            return;
        };
        let one = self.rows * self.inputs;
        padded.resize(geometry.padded(), 0.0);
        x.resize(patches.len() / one * geometry.image(), 0.0);
        for (patches, image) in patches.chunks_exact(one).zip(x.chunks_exact_mut(geometry.image())) {
            fold(geometry, patches, padded, image);
        }
    }
}
