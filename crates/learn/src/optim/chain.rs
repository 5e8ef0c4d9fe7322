//! Gradients pass through a chain of transforms, then θ ← θ − η·g. Gains travel along in the context; transforms that
//! do not need them ignore them.

use crate::gains::Gains;
use crate::nn::{Gradients, Parameters, write};
use base::error::{DefinitionError, Result};
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
mod tests {
    use super::*;
    use crate::nn::{Role, read};
    use crate::optim::{Kind, OptimiserSpec};
    use proptest::prelude::*;

    fn store() -> Parameters {
        let mut parameters = Parameters::default();
        parameters.add("a", 0, Role::Weight, &[2], vec![1.0, -2.0]).expect("add");
        parameters.add("b", 1, Role::Bias, &[1], vec![0.5]).expect("add");
        parameters
    }

    fn gradients() -> Gradients {
        Gradients { buffers: vec![vec![1.0, 2.0], vec![-4.0]] }
    }

    fn after(
        chain: &mut Chain,
        parameters: &Parameters,
        gains: &Gains,
        proximal: &[Proximal<'_>],
    ) -> Vec<f32> {
        let cx = UpdateContext { parameters, gains };
        chain.step(&mut gradients(), &cx, proximal).expect("step");
        parameters.iter().flat_map(|p| read(&p.var, <[f32]>::to_vec).expect("read")).collect()
    }

    #[test]
    fn plain_descent_subtracts_rate_times_gradient() {
        let values = after(&mut Chain::new(0.5, vec![]), &store(), &Gains::default(), &[]);
        assert_eq!(values, [0.5, -3.0, 2.5]);
    }

    #[test]
    fn rate_gains_multiply_globally_and_by_layer() {
        let gains = Gains { learning_rate: 2.0, layer_learning_rate: [(1, 0.5)].into(), ..Gains::default() };
        // layer 0: rate 1, layer 1: rate 0.5
        let values = after(&mut Chain::new(0.5, vec![]), &store(), &gains, &[]);
        assert_eq!(values, [0.0, -4.0, 2.5]);
    }

    #[test]
    fn each_scalar_can_have_a_gain_of_its_own_and_ones_change_no_bit() {
        let with = |rates: Vec<Vec<f32>>, kind: Kind| {
            let spec = OptimiserSpec { kind, rate: 0.5, ..OptimiserSpec::default() };
            let gains = Gains { parameter_learning_rate: Some(rates.into()), ..Gains::default() };
            after(&mut spec.build(), &store(), &gains, &[])
        };
        // Gradients 1, 2, −4 at rate 0.5 with gains 2, 0, ½.
        assert_eq!(with(vec![vec![2.0, 0.0], vec![0.5]], Kind::Sgd), [0.0, -2.0, 1.5]);
        for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
            let spec = OptimiserSpec { kind, rate: 0.5, ..OptimiserSpec::default() };
            let plain = after(&mut spec.build(), &store(), &Gains::default(), &[]);
            assert_eq!(with(vec![vec![1.0, 1.0], vec![1.0]], kind), plain, "{kind:?}");
        }
        let gains = Gains { parameter_learning_rate: Some(vec![vec![1.0]].into()), ..Gains::default() };
        let cx = UpdateContext { parameters: &store(), gains: &gains };
        assert!(Chain::new(0.5, vec![]).step(&mut gradients(), &cx, &[]).is_err());
    }

    #[test]
    fn a_frozen_parameter_does_not_move() {
        let mut chain = Chain::new(0.5, vec![]);
        chain.frozen = vec![true, false];
        assert_eq!(after(&mut chain, &store(), &Gains::default(), &[]), [1.0, -2.0, 2.5]);
    }

    #[test]
    fn the_proximal_step_solves_its_quadratic_and_stays_finite_for_huge_strengths() {
        // θ′ = 0.5, −3, 2.5; pull η C = 1 towards 1 for the first: (0.5 + 1)/2 = 0.75.
        let strength = [vec![2.0, 0.0], vec![1e10]];
        let centre = [vec![1.0, 0.0], vec![0.25]];
        let pull = Proximal { scale: 1.0, strength: &strength, centre: &centre };
        let values = after(&mut Chain::new(0.5, vec![]), &store(), &Gains::default(), &[pull]);
        assert_eq!(values[..2], [0.75, -3.0]);
        assert!((values[2] - 0.25).abs() < 1e-6);
    }

    #[test]
    fn momentum_sums_past_gradients() {
        let spec =
            OptimiserSpec { kind: Kind::Momentum, rate: 0.5, momentum: 0.5, ..OptimiserSpec::default() };
        let (mut chain, parameters) = (spec.build(), store());
        after(&mut chain, &parameters, &Gains::default(), &[]);
        // second velocity 1.5 g: 0.5 − 0.75, −3 − 1.5, 2.5 + 3
        assert_eq!(after(&mut chain, &parameters, &Gains::default(), &[]), [-0.25, -4.5, 5.5]);
    }

    #[test]
    fn a_saved_optimiser_goes_on_as_if_nothing_happened() {
        for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
            let spec = OptimiserSpec { kind, rate: 0.1, weight_decay: 0.01, ..OptimiserSpec::default() };
            let (mut whole, parameters) = (spec.build(), store());
            after(&mut whole, &parameters, &Gains::default(), &[]);
            let (state, values) = (whole.save(), parameters.snapshot().expect("snapshot"));
            let expected = after(&mut whole, &parameters, &Gains::default(), &[]);
            let mut resumed = spec.build();
            resumed.load(&state).expect("load");
            parameters.restore(&values).expect("restore");
            assert_eq!(after(&mut resumed, &parameters, &Gains::default(), &[]), expected, "{kind:?}");
        }
    }

    #[test]
    fn the_pass_that_takes_the_descent_along_gives_the_bits_of_two_passes() {
        for kind in [Kind::Momentum, Kind::Adam] {
            let spec = OptimiserSpec { kind, rate: 0.1, ..OptimiserSpec::default() };
            let (mut fused, one) = (spec.build(), store());
            let (mut apart, two) = (spec.build(), store());
            // A transform that does nothing stands last, so that the one before it cannot take the descent along.
            apart.transforms.push(Box::new(crate::optim::ClipNorm { limit: 1e30 }));
            for _ in 0..5 {
                let gains = Gains::default();
                assert_eq!(
                    after(&mut fused, &one, &gains, &[]),
                    after(&mut apart, &two, &gains, &[]),
                    "{kind:?}"
                );
            }
            assert_eq!(
                fused.save().parts[fused.transforms[0].name()],
                apart.save().parts[apart.transforms[0].name()]
            );
        }
    }

    proptest! {
        #[test]
        fn unit_gains_change_no_bit(rate in 1e-4f32..1.0) {
            for kind in [Kind::Sgd, Kind::Momentum, Kind::Adam, Kind::Adamw] {
                let spec = OptimiserSpec { kind, rate, ..OptimiserSpec::default() };
                let gains = Gains { layer_learning_rate: [(0, 1.0), (1, 1.0)].into(), ..Gains::default() };
                let plain = after(&mut spec.build(), &store(), &Gains::default(), &[]);
                prop_assert_eq!(after(&mut spec.build(), &store(), &gains, &[]), plain);
            }
        }
    }
}
