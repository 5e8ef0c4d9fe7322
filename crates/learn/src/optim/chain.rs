//! Gradients pass through a chain of transforms, then θ ← θ − η·g. Gains travel along in the context; transforms that
//! do not need them ignore them.

use crate::error::Result;
use crate::gains::Gains;
use crate::nn::{Gradients, Parameters, write};
use base::error::DefinitionError;
use base::state::State;
use numeric::elementwise;

/// What a transform may look at.
#[derive(Debug, Clone, Copy)]
pub struct UpdateContext<'a> {
    pub parameters: &'a Parameters,
    pub gains: &'a Gains,
}

/// One in-place step on the way from gradient to update.
pub trait Transform: Send {
    /// A stable name, the key of its state in a checkpoint.
    fn name(&self) -> &'static str;

    /// Changes the gradients.
    ///
    /// # Errors
    /// Engine errors.
    fn update(&mut self, gradients: &mut Gradients, cx: &UpdateContext<'_>) -> Result<()>;

    /// Begins a step that [`Transform::apply`] finishes, one parameter at a time, in one pass over memory instead of two.
    /// The chain asks its last transform; `false` means that only `update` will do.
    fn begin(&mut self, _gradients: &Gradients, _cx: &UpdateContext<'_>) -> bool {
        false
    }

    /// θ ← θ − rate · direction for one parameter, after `begin` returned true. Gives the bits of `update` and a plain
    /// descent, but leaves the gradient as it was.
    fn apply(&mut self, _index: usize, _gradient: &[f32], _values: &mut [f32], _rate: f32) {}

    /// Forgets everything, as at a task boundary where the optimiser is reset.
    fn reset(&mut self) {}

    /// Everything a checkpoint needs.
    fn save(&self) -> State {
        State::default()
    }

    /// The inverse of [`Transform::save`].
    ///
    /// # Errors
    /// When the state is another transform's.
    fn load(&mut self, _state: &State) -> Result<()> {
        Ok(())
    }
}

/// A quadratic pull ½ Σ C (θ − θ̄)² taken as an exact proximal step after the update:
/// θ ← (θ′ + η C θ̄) / (1 + η C). Stable for any C, unlike the explicit gradient once η C > 2. It ends in the minimum of
/// loss + pull where θ′ is a step down the loss's own gradient; a transform that rescales the gradient rescales the loss
/// against the pull (momentum by 1/(1 − μ), Adam by 1/√v̂).
#[derive(Debug, Clone, Copy)]
pub struct Proximal<'a> {
    /// Multiplies C.
    pub scale: f32,
    /// C ≥ 0, one buffer per parameter.
    pub strength: &'a [Vec<f32>],
    /// θ̄.
    pub centre: &'a [Vec<f32>],
}

/// The optimiser.
pub struct Chain {
    transforms: Vec<Box<dyn Transform>>,
    /// Learning rate η > 0.
    pub rate: f32,
    /// Parameters that are not updated at all, in the store's order; empty means none.
    pub frozen: Vec<bool>,
}

impl Chain {
    /// A chain with learning rate `rate`.
    pub fn new(rate: f32, transforms: Vec<Box<dyn Transform>>) -> Self {
        Self { transforms, rate, frozen: Vec::new() }
    }

    /// One update of all parameters that are not frozen. The gradients are used up.
    ///
    /// # Errors
    /// Engine errors.
    pub fn step(
        &mut self,
        gradients: &mut Gradients,
        cx: &UpdateContext<'_>,
        proximal: &[Proximal<'_>],
    ) -> Result<()> {
        for (buffer, frozen) in gradients.buffers.iter_mut().zip(&self.frozen) {
            if *frozen {
                buffer.fill(0.0);
            }
        }
        // The last transform may take the descent along in its own pass over memory. Frozen parameters must not move
        // while their moments decay, so then it may not.
        let own_rates = cx.gains.parameter_learning_rate.as_deref();
        if own_rates.is_some_and(|rates| !fits(rates, gradients)) {
            let rule = "one factor per trainable scalar, in the order of the parameter store";
            return Err(DefinitionError::range("parameter_learning_rate", "another shape", rule).into());
        }
        let fusable = !self.frozen.contains(&true) && own_rates.is_none();
        let (mut last, first) = match self.transforms.split_last_mut() {
            Some((last, first)) if fusable => (Some(last), first),
            _ => (None, self.transforms.as_mut_slice()),
        };
        for transform in first {
            transform.update(gradients, cx)?;
        }
        if last.as_mut().is_some_and(|last| !last.begin(gradients, cx))
            && let Some(last) = last.take()
        {
            last.update(gradients, cx)?;
        }
        for (index, (parameter, gradient)) in cx.parameters.iter().zip(&gradients.buffers).enumerate() {
            if self.frozen.get(index).copied().unwrap_or(false) {
                continue;
            }
            let rate = self.rate * cx.gains.rate(parameter.layer);
            write(&parameter.var, |values| {
                match (&mut last, own_rates) {
                    (Some(last), _) => last.apply(index, gradient, values, rate),
                    (None, Some(own)) => elementwise::axpy_scaled(values, -rate, &own[index], gradient),
                    (None, None) => elementwise::axpy(values, -rate, gradient),
                }
                for pull in proximal {
                    pull_towards(values, rate * pull.scale, &pull.strength[index], &pull.centre[index]);
                }
            })?;
        }
        Ok(())
    }

    /// Resets every transform.
    pub fn reset(&mut self) {
        self.transforms.iter_mut().for_each(|transform| transform.reset());
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        let frozen: Vec<f32> = self.frozen.iter().map(|frozen| f32::from(u8::from(*frozen))).collect();
        let mut state = State::default().buffer("frozen", &[frozen]);
        for transform in &self.transforms {
            state.parts.insert(transform.name().to_owned(), transform.save());
        }
        state
    }

    /// The inverse of [`Chain::save`].
    ///
    /// # Errors
    /// When the state is another chain's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        for transform in &mut self.transforms {
            transform.load(state.get_part(transform.name())?)?;
        }
        self.frozen = state.get_buffer("frozen")?.into_iter().flatten().map(|frozen| frozen > 0.5).collect();
        Ok(())
    }
}

fn fits(rates: &[Vec<f32>], gradients: &Gradients) -> bool {
    let lengths = |buffers: &[Vec<f32>]| buffers.iter().map(Vec::len).collect::<Vec<_>>();
    lengths(rates) == lengths(&gradients.buffers)
}

fn pull_towards(values: &mut [f32], rate: f32, strength: &[f32], centre: &[f32]) {
    for ((value, c), m) in values.iter_mut().zip(strength).zip(centre) {
        let pull = rate * *c;
        *value = (*value + pull * *m) / (1.0 + pull);
    }
}

#[cfg(test)]
#[path = "chain_tests.rs"]
mod tests;
