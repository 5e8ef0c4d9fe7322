//! The inner loop, Eq. 3: θ_i*(w) by a few steps of gradient descent on D_i^train, and the way back through them.

use super::episode::Set;
use learn::nn::twice::{Function, Tape};

/// The steps of one adaptation, kept for the way back; reusable storage.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// θ_0 … θ_K.
    points: Vec<Vec<f32>>,
    /// ∇L(θ_0) … ∇L(θ_{K−1}) on the support set, with what their passes left behind.
    gradients: Vec<Vec<f32>>,
    tapes: Vec<Tape>,
    scratch: Tape,
    scaled: Vec<f32>,
    product: Vec<f32>,
}

impl Path {
    /// Eq. 3: θ_{k+1} = θ_k − α ∘ ∇L(D^train; θ_k) from θ_0 = `start`. Returns θ_K.
    pub fn adapt(
        &mut self,
        function: &Function,
        start: &[f32],
        rates: &[f32],
        support: &Set,
        steps: usize,
    ) -> &[f32] {
        self.points.resize_with(self.points.len().max(steps + 1), Vec::new);
        self.gradients.resize_with(self.gradients.len().max(steps), Vec::new);
        self.tapes.resize_with(self.tapes.len().max(steps), Tape::default);
        copy(&mut self.points[0], start);
        for step in 0..steps {
            let (before, after) = self.points.split_at_mut(step + 1);
            let gradient = &mut self.gradients[step];
            gradient.resize(start.len(), 0.0);
            function.gradient(&before[step], &support.samples(), &mut self.tapes[step], gradient);
            copy(&mut after[0], &before[step]);
            for ((theta, rate), gradient) in after[0].iter_mut().zip(rates).zip(gradient) {
                *theta -= rate * *gradient;
            }
        }
        &self.points[steps]
    }

    /// θ_k of the last adaptation.
    pub fn point(&self, step: usize) -> &[f32] {
        &self.points[step]
    }

    /// From v = ∂L/∂θ_K to ∂L/∂θ_0, in place, exactly: v ← (I − H(θ_k) diag α) v for k = K−1 … 0. Adds
    /// ∂L/∂α = −Σ_k ∇L(θ_k) ∘ v_{k+1} to `rate_gradient` where it is asked for.
    pub fn pull_back(
        &mut self,
        function: &Function,
        rates: &[f32],
        support: &Set,
        steps: usize,
        v: &mut [f32],
        mut rate_gradient: Option<&mut [f32]>,
    ) {
        self.product.resize(v.len(), 0.0);
        for step in (0..steps).rev() {
            if let Some(out) = &mut rate_gradient {
                for ((out, gradient), v) in out.iter_mut().zip(&self.gradients[step]).zip(&*v) {
                    *out -= gradient * v;
                }
            }
            self.scaled.clear();
            self.scaled.extend(v.iter().zip(rates).map(|(v, rate)| v * rate));
            function.hessian_product(
                &self.points[step],
                &support.samples(),
                &self.tapes[step],
                &self.scaled,
                &mut self.scratch,
                &mut self.product,
            );
            v.iter_mut().zip(&self.product).for_each(|(v, product)| *v -= product);
        }
    }
}

fn copy(to: &mut Vec<f32>, from: &[f32]) {
    to.clear();
    to.extend_from_slice(from);
}
