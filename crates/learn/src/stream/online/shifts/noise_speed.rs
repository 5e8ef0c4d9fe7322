//! Label noise and the speed of a plane, each with states of its own that alternate independently: what says that labels are
//! noise and what says that the concept moves call for opposite rates (Piray & Daw 2021).

use super::levels::check_levels;
use crate::stream::counts::MOST_STATES;
use base::error::DefinitionError;

pub(super) fn check(levels: &[f32], speeds: &[f32]) -> Result<(), DefinitionError> {
    check_levels(levels, "0 <= noise < 1", |level| (0.0..1.0).contains(&level))?;
    let key = "stream.shifts.speeds";
    let most = MOST_STATES / levels.len().max(1);
    if !(2..=most).contains(&speeds.len()) {
        let found = format!("{} speeds", speeds.len());
        let allowed = format!("2 to {most} speeds: {MOST_STATES} pairs with the levels");
        return Err(DefinitionError::range(key, found, &allowed));
    }
    match speeds.iter().find(|speed| !(0.0..=100.0).contains(*speed)) {
        Some(bad) => Err(DefinitionError::range(key, bad, "factors from 0 to 100")),
        None => Ok(()),
    }
}
