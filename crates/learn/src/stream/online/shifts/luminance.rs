//! Luminance: an offset that changes abruptly is added to all inputs. It shifts the weighted input of unit i by c Σ_j w_ij;
//! a shift of the bias can undo it for units whose weights have the same sum.

use super::levels::check_levels;
use base::error::DefinitionError;

pub(super) fn check(levels: &[f32]) -> Result<(), DefinitionError> {
    check_levels(levels, "-1000 to 1000", |level| (-1000.0..=1000.0).contains(&level))
}

/// x ← x + c, c the level at each sample.
pub(super) fn add(level: impl Fn(usize) -> f32, features: usize, inputs: &mut [f32]) {
    for (at, sample) in inputs.chunks_exact_mut(features.max(1)).enumerate() {
        let level = level(at);
        sample.iter_mut().for_each(|x| *x += level);
    }
}
