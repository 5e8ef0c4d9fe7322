//! How the weights λ_i of Eq. 5, Σ_i λ_i L_i(θ; D_i), are set while learning, one rule per file.

use serde::Serialize;

use crate::error::Result;
use crate::nn::{Gradients, Parameters};
use base::state::State;

/// A rule for λ_i, and for putting the tasks' gradients together.
pub trait Balance: Send {
    /// λ_i for the coming update, in the order of the objective's terms.
    fn weights(&self) -> &[f32];

    /// Whether [`Balance::combine`] is wanted, at the cost of one backward pass per task.
    fn needs_apart(&self) -> bool {
        false
    }

    /// The tasks' gradients, each times its λ_i, become one.
    fn combine(&mut self, apart: &[Gradients], _parameters: &Parameters, sum: &mut Gradients) {
        add_up(apart, sum);
    }

    /// The losses L_i of the batch; NaN where a task had no sample.
    fn observe(&mut self, _losses: &[f64]) {}

    /// Everything a checkpoint needs; nothing for a rule that learns nothing.
    fn save(&self) -> State {
        State::default()
    }

    /// The inverse of [`Balance::save`].
    ///
    /// # Errors
    /// When the state is another rule's.
    fn load(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}

/// What a rule has learned, as `learned`.
pub(super) fn keep(learned: impl Serialize) -> State {
    State::default().value("learned", serde_json::json!(learned))
}

/// Σ_i g_i.
pub(super) fn add_up(apart: &[Gradients], sum: &mut Gradients) {
    if let Some((first, rest)) = apart.split_first() {
        sum.copy_from(first);
        rest.iter().for_each(|gradients| sum.add_scaled(gradients, 1.0));
    }
}

/// Inner product over the parameters of the trunk: all layers below the output layer, which holds the heads.
pub fn shared_product(a: &Gradients, b: &Gradients, parameters: &Parameters) -> f64 {
    let last = parameters.last_layer();
    let pairs = a.buffers.iter().zip(&b.buffers).zip(parameters.iter());
    pairs
        .filter(|(_, parameter)| parameter.layer < last)
        .map(|((a, b), _)| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>())
        .sum()
}

/// Share of the pairs of tasks whose gradients on the trunk point against each other; `None` for fewer than two tasks
/// with a gradient.
pub fn conflict_rate(apart: &[Gradients], parameters: &Parameters) -> Option<f64> {
    let (mut pairs, mut conflicts) = (0u32, 0u32);
    for (i, a) in apart.iter().enumerate() {
        for b in &apart[i + 1..] {
            let product = shared_product(a, b, parameters);
            pairs += u32::from(product != 0.0);
            conflicts += u32::from(product < 0.0);
        }
    }
    (pairs > 0).then(|| f64::from(conflicts) / f64::from(pairs))
}
