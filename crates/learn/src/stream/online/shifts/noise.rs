//! Label noise in blocks: what is turned over is drawn where the source's own noise would be, so that samples and concepts
//! stay. Where labels say little a learner does best to learn slowly.

use super::levels::check_levels;
use base::error::DefinitionError;

pub(super) fn check(levels: &[f32]) -> Result<(), DefinitionError> {
    check_levels(levels, "0 <= noise < 1", |level| (0.0..1.0).contains(&level))
}
