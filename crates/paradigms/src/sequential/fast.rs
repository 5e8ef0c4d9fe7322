//! The inner loop, Eq. 3: the head learns features one after another, each once, and the exact way back through it.

use learn::nn::twice::{Function, Samples, Tape, Targets};
use numeric::elementwise;

/// Features (n × inputs of the head) with labels, in the order in which they come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lesson<'a> {
    pub z: &'a [f32],
    pub labels: &'a [u32],
    /// Samples per step.
    pub batch: usize,
}

impl<'a> Lesson<'a> {
    /// The samples of each step.
    fn steps(self, head: &Function) -> impl DoubleEndedIterator<Item = Samples<'a>> + ExactSizeIterator {
        let pairs = self.z.chunks(self.batch * head.inputs()).zip(self.labels.chunks(self.batch));
        pairs.map(|(inputs, labels)| Samples { inputs, targets: Targets::Labels(labels) })
    }
}

/// θ ← θ − α ∇L(θ) for each step of the lesson, in place, keeping nothing.
pub(super) fn learn(
    head: &Function,
    theta: &mut [f32],
    rate: f32,
    lesson: Lesson<'_>,
    tape: &mut Tape,
    gradient: &mut Vec<f32>,
) {
    gradient.resize(theta.len(), 0.0);
    for samples in lesson.steps(head) {
        head.gradient(theta, &samples, tape, gradient);
        elementwise::axpy(theta, -rate, gradient);
    }
}

/// A walk of the head through a lesson, kept for the way back; reusable storage.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// θ_0 … θ_K.
    points: Vec<Vec<f32>>,
    tapes: Vec<Tape>,
    gradient: Vec<f32>,
    scratch: Tape,
    scaled: Vec<f32>,
    product: Vec<f32>,
    change: Vec<f32>,
}

impl Walk {
    /// θ_{k+1} = θ_k − α ∇L(θ_k) on each step of the lesson from θ_0 = `start`. Returns θ_K.
    pub fn walk(&mut self, head: &Function, start: &[f32], rate: f32, lesson: Lesson<'_>) -> &[f32] {
        let steps = lesson.steps(head);
        let count = steps.len();
        self.points.resize_with(self.points.len().max(count + 1), Vec::new);
        self.tapes.resize_with(self.tapes.len().max(count), Tape::default);
        self.gradient.resize(start.len(), 0.0);
        self.points[0].clear();
        self.points[0].extend_from_slice(start);
        for (step, samples) in steps.enumerate() {
            let (before, after) = self.points.split_at_mut(step + 1);
            head.gradient(&before[step], &samples, &mut self.tapes[step], &mut self.gradient);
            after[0].clear();
            after[0].extend_from_slice(&before[step]);
            elementwise::axpy(&mut after[0], -rate, &self.gradient);
        }
        &self.points[count]
    }

    /// From v = ∂L/∂θ_K to ∂L/∂θ_0, in place, exactly: v ← (I − α H(θ_k)) v for k = K−1 … 0. What the features of each
    /// step did, −α vᵀ ∂∇_θL(θ_k)/∂z, is added to `to_z`.
    pub fn pull_back(
        &mut self,
        head: &Function,
        rate: f32,
        lesson: Lesson<'_>,
        v: &mut [f32],
        to_z: &mut [f32],
    ) {
        self.product.resize(v.len(), 0.0);
        let rows = to_z.chunks_mut(lesson.batch * head.inputs());
        let steps: Vec<_> = lesson.steps(head).zip(rows).enumerate().collect();
        for (step, (samples, to_z)) in steps.into_iter().rev() {
            self.scaled.clear();
            self.scaled.extend(v.iter().map(|v| v * rate));
            let (theta, tape) = (&self.points[step], &self.tapes[step]);
            let Self { scaled, scratch, product, change, .. } = self;
            head.hessian_product(theta, &samples, tape, scaled, scratch, product);
            head.change_of_input_gradient(theta, tape, scaled, scratch, change);
            elementwise::axpy(v, -1.0, product);
            elementwise::axpy(to_z, -1.0, change);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use learn::nn::twice::Normalise;
    use numeric::Activation;

    #[test]
    fn one_step_on_a_linear_head_is_what_paper_says() {
        // Two classes, weights and biases 0: p = (1/2, 1/2). z = (2, 4) of class 0, α = 1/2:
        // ∂L/∂a = (−1/2, 1/2), so row 0 moves by +1/4 z, row 1 by −1/4 z, the biases by ±1/4.
        let head = Function::dense(&[2, 2], Activation::Relu, Normalise::None);
        let lesson = Lesson { z: &[2.0, 4.0], labels: &[0], batch: 1 };
        let mut theta = vec![0.0; 6];
        learn(&head, &mut theta, 0.5, lesson, &mut Tape::default(), &mut Vec::new());
        assert_eq!(theta, [0.5, 1.0, -0.5, -1.0, 0.25, -0.25]);
        let mut walk = Walk::default();
        assert_eq!(walk.walk(&head, &[0.0; 6], 0.5, lesson), theta);
        // L = θ_K · e with e the unit vector of weight (0, 0) = −α ∂L/∂a_0 z_0 at θ_0 = 0: ∂/∂z_0 = 1/4, ∂/∂z_1 = 0.
        let (mut v, mut to_z) = (vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0], vec![0.0; 2]);
        walk.pull_back(&head, 0.5, lesson, &mut v, &mut to_z);
        assert_eq!(to_z, [0.25, 0.0]);
        // H = p(1 − p) z zᵀ between the rows: the same weight loses α · 1/4 · 2 · 2 = 1/2.
        assert_eq!(v[0], 0.5);
    }

    #[test]
    fn steps_of_several_samples_are_steps_on_their_mean() {
        let head = Function::dense(&[1, 2], Activation::Relu, Normalise::None);
        let mut theta = vec![0.0; 4];
        let lesson = Lesson { z: &[1.0, 3.0], labels: &[0, 0], batch: 2 };
        learn(&head, &mut theta, 1.0, lesson, &mut Tape::default(), &mut Vec::new());
        assert_eq!(theta, [1.0, -1.0, 0.5, -0.5]);
    }
}
