//! Recurring contexts, unannounced: the concepts of the blocks in an order of one's own, A B A C and again.

use super::super::schedule::Change;
use base::error::DefinitionError;

/// Blocks of an order, at most.
pub(super) const MOST_BLOCKS: usize = 64;

pub(super) fn check(order: &[usize], concepts: Option<usize>) -> Result<(), DefinitionError> {
    let key = "stream.shifts.order";
    let Some(concepts) = concepts else {
        let allowed = "a source with concepts";
        return Err(DefinitionError::range("stream.shifts.kind", "contexts", allowed));
    };
    if !(2..=MOST_BLOCKS).contains(&order.len()) {
        let found = format!("{} contexts", order.len());
        return Err(DefinitionError::range(key, found, &format!("2 to {MOST_BLOCKS} contexts")));
    }
    match order.iter().find(|concept| **concept >= concepts) {
        Some(bad) => {
            let allowed = format!("0 to {}, the concepts of the source", concepts.saturating_sub(1));
            Err(DefinitionError::range(key, bad, &allowed))
        }
        // A stream that does not begin with the first concept has no change to say so.
        None if order.first() != Some(&0) => {
            Err(DefinitionError::range(key, order[0], "0 first: streams begin with the first concept"))
        }
        None => Ok(()),
    }
}

/// Where the concept changes: a block that repeats the one before is none.
pub(super) fn changes(order: &[usize], every: usize, samples: usize) -> Vec<Change> {
    let of = |block: usize| order.get(block % order.len().max(1)).copied().unwrap_or(0);
    let begins = (every.max(1)..samples).step_by(every.max(1)).enumerate();
    begins
        .filter(|(before, _)| of(*before) != of(before + 1))
        .map(|(before, at)| Change { begin: at, end: at, concept: of(before + 1) })
        .collect()
}
