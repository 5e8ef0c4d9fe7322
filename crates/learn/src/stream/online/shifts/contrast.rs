//! Contrast: inputs are multiplied by a factor that changes abruptly. A gain 1/c on the slope of the first layer undoes a
//! factor c at once, weights take long.

use super::levels::check_levels;
use base::error::DefinitionError;

pub(super) fn check(levels: &[f32]) -> Result<(), DefinitionError> {
    check_levels(levels, "above 0, at most 1000", |level| level > 0.0 && level <= 1000.0)
}

/// x ← c x, c the level at each sample.
pub(super) fn multiply(level: impl Fn(usize) -> f32, features: usize, inputs: &mut [f32]) {
    for (at, sample) in inputs.chunks_exact_mut(features.max(1)).enumerate() {
        let level = level(at);
        sample.iter_mut().for_each(|x| *x *= level);
    }
}
