//! A quadratic pull towards past parameters, ½ Σ_i Σ_k c_ik (θ_k − θ*_ik)², kept at flat cost.
//!
//! The sum over past tasks i has the same gradient as one anchor with C = Σ_i c_i and θ̄ = Σ_i c_i θ*_i / C, so adding a
//! task changes two buffers instead of adding two.

use crate::error::Result;
use crate::nn::{Gradients, Parameters, read};
use crate::optim::Proximal;
use base::state::State;
use numeric::elementwise;

/// The two functions by which a [`LossTerm`](crate::objective::LossTerm) with a field `anchor` shows it.
#[macro_export]
macro_rules! keeps_anchor {
    () => {
        fn anchor(&self) -> Option<&$crate::objective::Anchor> {
            Some(&self.anchor)
        }

        fn anchor_mut(&mut self) -> Option<&mut $crate::objective::Anchor> {
            Some(&mut self.anchor)
        }
    };
}

/// The merged anchor of all past tasks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Anchor {
    /// C ≥ 0 per parameter; empty before the first consolidation.
    pub strength: Vec<Vec<f32>>,
    /// θ̄ per parameter.
    pub centre: Vec<Vec<f32>>,
}

impl Anchor {
    /// Adds ½ Σ c (θ − θ*)² for the given c and θ*.
    pub fn add(&mut self, strength: &[Vec<f32>], centre: &[Vec<f32>]) {
        if self.strength.is_empty() {
            self.strength = strength.to_vec();
            self.centre = centre.to_vec();
            return;
        }
        let merged = self.strength.iter_mut().zip(&mut self.centre);
        for ((total, mean), (new, at)) in merged.zip(strength.iter().zip(centre)) {
            for (((c, m), n), a) in total.iter_mut().zip(mean.iter_mut()).zip(new).zip(at) {
                let (old, new) = (f64::from(*c), f64::from(*n));
                let sum = old + new;
                if sum > 0.0 {
                    *m = ((old * f64::from(*m) + new * f64::from(*a)) / sum) as f32;
                    *c = sum as f32;
                } else {
                    *m = *a;
                }
            }
        }
    }

    /// One running strength, C ← c + γ C, with one centre, the latest solution.
    pub fn renew(&mut self, mut strength: Vec<Vec<f32>>, keep: f32, centre: Vec<Vec<f32>>) {
        for (new, old) in strength.iter_mut().zip(&self.strength) {
            elementwise::axpy(new, keep, old);
        }
        *self = Self { strength, centre };
    }

    /// Multiplies every past task's λ_i by a factor γ in [0, 1]: temporal discounting of old tasks in Eq. 6. Repeated at
    /// every boundary it makes λ_i = λ γ^(t−1−i); the anchors stay merged, because all decay alike.
    pub fn discount(&mut self, factor: f32) {
        self.strength.iter_mut().for_each(|buffer| elementwise::scale(buffer, factor));
    }

    /// Adds scale · C ∘ (θ − θ̄).
    ///
    /// # Errors
    /// Engine errors.
    pub fn add_gradient(&self, parameters: &Parameters, scale: f32, gradients: &mut Gradients) -> Result<()> {
        let anchors = self.strength.iter().zip(&self.centre);
        for ((parameter, gradient), (c, m)) in parameters.iter().zip(&mut gradients.buffers).zip(anchors) {
            read(&parameter.var, |values| elementwise::add_anchor_gradient(gradient, scale, c, values, m))?;
        }
        Ok(())
    }

    /// The pull as a proximal step; `None` before the first consolidation.
    pub fn proximal(&self, scale: f32) -> Option<Proximal<'_>> {
        (!self.strength.is_empty()).then_some(Proximal {
            scale,
            strength: &self.strength,
            centre: &self.centre,
        })
    }

    /// Everything a checkpoint needs.
    pub fn save(&self) -> State {
        State::default().buffer("strength", &self.strength).buffer("centre", &self.centre)
    }

    /// The inverse of [`Anchor::save`].
    ///
    /// # Errors
    /// When the state is something else's.
    pub fn load(&mut self, state: &State) -> Result<()> {
        self.strength = state.get_buffer("strength")?;
        self.centre = state.get_buffer("centre")?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::Role;
    use proptest::prelude::*;

    #[test]
    fn two_anchors_merge_into_their_weighted_mean() {
        // c = 1 at θ* = 0 and c = 3 at θ* = 4: C = 4, θ̄ = 3; at θ = 1 the gradient is 4 · (1 − 3) = −8 = 1·1 + 3·(1 − 4).
        let mut anchor = Anchor::default();
        anchor.add(&[vec![1.0]], &[vec![0.0]]);
        anchor.add(&[vec![3.0]], &[vec![4.0]]);
        assert_eq!((anchor.strength[0][0], anchor.centre[0][0]), (4.0, 3.0));
        let mut parameters = Parameters::default();
        parameters.add("a", 0, Role::Weight, &[1], vec![1.0]).expect("add");
        let mut gradients = Gradients::zeros(&parameters);
        anchor.add_gradient(&parameters, 0.5, &mut gradients).expect("gradient");
        assert_eq!(gradients.buffers, [[-4.0]]);
    }

    proptest! {
        #[test]
        fn the_merged_gradient_is_the_sum_of_gradients(
            terms in prop::collection::vec((0.0f32..10.0, -2.0f32..2.0), 1..6), theta in -2.0f32..2.0,
        ) {
            let mut anchor = Anchor::default();
            terms.iter().for_each(|(c, at)| anchor.add(&[vec![*c]], &[vec![*at]]));
            let mut parameters = Parameters::default();
            parameters.add("a", 0, Role::Weight, &[1], vec![theta]).expect("add");
            let mut gradients = Gradients::zeros(&parameters);
            anchor.add_gradient(&parameters, 1.0, &mut gradients).expect("gradient");
            let expected: f32 = terms.iter().map(|(c, at)| c * (theta - at)).sum();
            prop_assert!((gradients.buffers[0][0] - expected).abs() < 1e-3, "{} {expected}", gradients.buffers[0][0]);
        }
    }
}
