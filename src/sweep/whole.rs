//! Ranges over settings that take whole numbers alone: whether one does is asked of the settings themselves.

use super::over::Over;
use crate::run::{Plan, Selection};
use base::error::{Error, Result};
use contract::definition::Library;

/// What the reader of settings says that it expected.
const WHOLE: [&str; 8] = ["u8", "u16", "u32", "u64", "usize", "i32", "i64", "isize"];

/// The settings of a sweep of this method, the ranges over whole-number settings rounded. What is wrong otherwise is told by
/// who plans.
///
/// # Errors
/// A range in which fewer than two whole numbers are left.
pub fn whole(library: &Library, benchmark: &str, method: &str, over: Vec<Over>) -> Result<Vec<Over>> {
    let fitted = |over: Over| match over.broken().filter(|_| over.spread) {
        Some(text) if refuses_fractions(library, benchmark, &format!("{method}@{}={text}", over.key)) => {
            Ok(over.rounded()?)
        }
        _ => Ok(over),
    };
    over.into_iter().map(fitted).collect()
}

/// Whether the method cannot be read because a whole number was expected.
fn refuses_fractions(library: &Library, benchmark: &str, method: &str) -> bool {
    let selection = Selection {
        targets: vec![benchmark.to_owned()],
        methods: vec![method.to_owned()],
        seeds: Some(1),
        ..Selection::default()
    };
    match Plan::new(library, &selection) {
        Err(Error::Definition(error)) => {
            let wanted = error.problem.split_once("floating point").map_or("", |(_, rest)| rest);
            WHOLE.iter().any(|kind| wanted.contains(&format!("expected {kind}")))
        }
        _ => false,
    }
}
