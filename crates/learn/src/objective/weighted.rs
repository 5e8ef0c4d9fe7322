//! A term with its weight.

use candle_core::Tensor;

use super::term::{LossTerm, PathGradient};
use crate::error::Result;
use crate::gains::Gains;

/// A term, its weight λ, and whether its pull is taken as a proximal step.
pub struct Weighted {
    pub term: Box<dyn LossTerm>,
    /// λ ≥ 0; 0 is the same as leaving the term out, bit for bit.
    pub weight: f32,
    /// Take [`LossTerm::proximal`] instead of [`LossTerm::add_gradient`].
    pub proximal: bool,
}

impl Weighted {
    /// A term whose gradient is added.
    pub fn new(weight: f32, term: impl LossTerm + 'static) -> Self {
        Self { term: Box::new(term), weight, proximal: false }
    }

    /// Whether it counts and follows this path.
    pub(super) fn follows(&self, path: PathGradient) -> bool {
        self.weight != 0.0 && self.term.follows_path() == Some(path)
    }
}

/// Its weight times its gain.
pub(super) fn scale_of(weighted: &Weighted, gains: &Gains) -> f32 {
    weighted.weight * gains.term(weighted.term.name())
}

/// The loss times its scale.
pub(super) fn scaled(loss: Tensor, scale: f32) -> Result<Tensor> {
    // Exactly no operation at 1, so that unit gains change no bit.
    Ok(if scale == 1.0 { loss } else { (loss * f64::from(scale))? })
}
