//! Label noise in blocks: what is turned over is drawn where the source's own noise would be, so that samples and concepts
//! stay. Where labels say little a learner does best to learn slowly.

use super::contexts::MOST_BLOCKS;
use super::levels::check_levels;
use base::error::DefinitionError;

pub(super) fn check(levels: &[f32], order: Option<&[usize]>) -> Result<(), DefinitionError> {
    check_levels(levels, "0 <= noise < 1", |level| (0.0..1.0).contains(&level))?;
    let (key, Some(order)) = ("stream.shifts.order", order) else { return Ok(()) };
    if !(2..=MOST_BLOCKS).contains(&order.len()) {
        let found = format!("{} states", order.len());
        return Err(DefinitionError::range(key, found, &format!("2 to {MOST_BLOCKS} states")));
    }
    match order.iter().find(|state| **state >= levels.len()) {
        Some(bad) => {
            let allowed = format!("0 to {}, the places of the levels", levels.len() - 1);
            Err(DefinitionError::range(key, bad, &allowed))
        }
        None => Ok(()),
    }
}
