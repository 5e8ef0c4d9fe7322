//! Volatility in blocks: the concept changes every so many samples within the blocks of a state, in turn through all
//! concepts. The first change of a block comes a whole interval after its begin.

use super::super::schedule::Change;
use crate::stream::counts::MOST_STATES;
use base::error::DefinitionError;

pub(super) fn check(intervals: &[usize], concepts: Option<usize>) -> Result<(), DefinitionError> {
    let key = "stream.shifts.intervals";
    if !(2..=MOST_STATES).contains(&intervals.len()) {
        let found = format!("{} intervals", intervals.len());
        return Err(DefinitionError::range(key, found, &format!("2 to {MOST_STATES} intervals")));
    }
    if concepts.is_none_or(|concepts| concepts < 2) {
        let allowed = "a source with two concepts or more, whose changes the stream can place";
        return Err(DefinitionError::range("stream.shifts.kind", "volatility", allowed));
    }
    Ok(())
}

/// Where the concept changes.
pub(super) fn changes(intervals: &[usize], every: usize, samples: usize, concepts: usize) -> Vec<Change> {
    let mut changes = Vec::new();
    for (block, begin) in (0..samples).step_by(every.max(1)).enumerate() {
        let interval = intervals.get(block % intervals.len().max(1)).copied().unwrap_or(0);
        if interval == 0 {
            continue;
        }
        for at in (begin + interval..samples.min(begin + every)).step_by(interval) {
            changes.push(Change { begin: at, end: at, concept: (changes.len() + 1) % concepts.max(1) });
        }
    }
    changes
}
