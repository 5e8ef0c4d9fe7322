//! When which concept holds: segments of equal length, with abrupt or gradual changes between them.

use rand::RngExt;

use base::rng::StreamRng;

/// A passage from one concept to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// First sample that may follow the new concept.
    pub begin: usize,
    /// First sample from which on the new concept holds alone; equals `begin` where the change is abrupt.
    pub end: usize,
    /// The concept that begins, from 0.
    pub concept: usize,
}

/// The plan of a stream's concepts.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    changes: Vec<Change>,
}

impl Schedule {
    /// Changes of `samples` samples in `segments` stretches that go through `concepts` concepts in turn.
    pub fn new(samples: usize, segments: usize, concepts: usize, transition: usize) -> Self {
        let changes = (1..segments).map(|segment| {
            let at = segment * samples / segments;
            let begin = at - transition / 2;
            Change { begin, end: begin + transition, concept: segment % concepts.max(1) }
        });
        Self { changes: changes.collect() }
    }

    /// These changes.
    pub fn of(changes: Vec<Change>) -> Self {
        Self { changes }
    }

    /// The concept of sample `at`; inside a transition it is drawn.
    pub fn concept(&self, at: usize, random: &mut StreamRng) -> usize {
        let passed = self.changes.partition_point(|change| change.begin <= at);
        let Some(last) = passed.checked_sub(1) else { return 0 };
        let change = &self.changes[last];
        let before = last.checked_sub(1).map_or(0, |earlier| self.changes[earlier].concept);
        if at >= change.end {
            return change.concept;
        }
        let chance = (at - change.begin) as f64 / (change.end - change.begin) as f64;
        if random.random::<f64>() < chance { change.concept } else { before }
    }

    pub fn into_changes(self) -> Vec<Change> {
        self.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::rng::Streams;

    #[test]
    fn abrupt_changes_cut_equal_segments_and_concepts_recur() {
        let schedule = Schedule::new(100, 5, 2, 0);
        let mut random = Streams::new(1).get("x");
        let concepts: Vec<usize> = (0..100).map(|at| schedule.concept(at, &mut random)).collect();
        for (at, concept) in concepts.iter().enumerate() {
            assert_eq!(*concept, (at / 20) % 2, "at {at}");
        }
        let first = Change { begin: 20, end: 20, concept: 1 };
        assert_eq!(schedule.into_changes()[0], first);
    }

    #[test]
    fn a_gradual_change_is_centred_and_the_new_concept_grows_linearly() {
        let schedule = Schedule::new(20_000, 2, 2, 8_000);
        let mut random = Streams::new(1).get("x");
        let new: Vec<usize> = (0..20_000).map(|at| schedule.concept(at, &mut random)).collect();
        let share = |from: usize, to: usize| new[from..to].iter().sum::<usize>() as f64 / (to - from) as f64;
        assert_eq!((share(0, 6_000), share(14_000, 20_000)), (0.0, 1.0));
        // Quarters of the transition: mean chances 1/8, 3/8, 5/8, 7/8; 2,000 draws each, so ± 0.05 is over 4 σ.
        for (quarter, expected) in [(0, 0.125), (1, 0.375), (2, 0.625), (3, 0.875)] {
            let found = share(6_000 + quarter * 2_000, 8_000 + quarter * 2_000);
            assert!((found - expected).abs() < 0.05, "{found} {expected}");
        }
    }
}
