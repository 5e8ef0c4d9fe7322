//! Which slot a sample gets: the policies, at a cost that does not grow with the length of the stream.

use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::spec::Policy;
use base::rng::FastRng;

/// What a policy remembers of the stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Place {
    Reservoir {
        /// Samples met.
        seen: u64,
    },
    ClassBalanced(Classes),
    Greedy(Classes),
}

/// Per label: how many were met, which slots hold it, and whether it once was the largest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Classes {
    seen: Vec<u64>,
    slots: Vec<Vec<usize>>,
    full: Vec<bool>,
}

impl Place {
    pub fn new(policy: Policy) -> Self {
        match policy {
            Policy::Reservoir => Self::Reservoir { seen: 0 },
            Policy::ClassBalanced => Self::ClassBalanced(Classes::default()),
            Policy::Greedy => Self::Greedy(Classes::default()),
        }
    }

    /// The slot for the next sample of the stream, `held` itself for a new one; `None`: it is not kept.
    pub fn slot(
        &mut self,
        label: usize,
        capacity: usize,
        held: usize,
        random: &mut FastRng,
    ) -> Option<usize> {
        match self {
            Self::Reservoir { seen } => {
                *seen += 1;
                if held < capacity {
                    return Some(held);
                }
                let slot = random.random_range(0..*seen) as usize;
                (slot < capacity).then_some(slot)
            }
            Self::ClassBalanced(classes) => classes.slot(label, capacity, held, random),
            Self::Greedy(classes) => classes.first(label, capacity, held, random),
        }
    }
}

impl Classes {
    /// Counts a sample of a label.
    fn meet(&mut self, label: usize) {
        if self.seen.len() <= label {
            self.seen.resize(label + 1, 0);
            self.slots.resize(label + 1, Vec::new());
            self.full.resize(label + 1, false);
        }
        self.seen[label] += 1;
    }

    /// A slot while the label has less than its share, `capacity` over the labels met so far.
    fn first(&mut self, label: usize, capacity: usize, held: usize, random: &mut FastRng) -> Option<usize> {
        self.meet(label);
        let met = self.seen.iter().filter(|seen| **seen > 0).count();
        if self.slots[label].len() * met >= capacity {
            return None;
        }
        if held < capacity {
            self.slots[label].push(held);
            return Some(held);
        }
        let largest = self.slots.iter().map(Vec::len).max().unwrap_or(0);
        Some(self.taken_from_a_largest(largest, label, random))
    }

    fn slot(&mut self, label: usize, capacity: usize, held: usize, random: &mut FastRng) -> Option<usize> {
        self.meet(label);
        if held < capacity {
            self.slots[label].push(held);
            return Some(held);
        }
        if !self.full[label] {
            let largest = self.slots.iter().map(Vec::len).max().unwrap_or(0);
            for (full, slots) in self.full.iter_mut().zip(&self.slots) {
                *full |= slots.len() == largest;
            }
            if !self.full[label] {
                return Some(self.taken_from_a_largest(largest, label, random));
            }
        }
        // As in a reservoir of the label's own.
        let at = random.random_range(0..self.seen[label]) as usize;
        self.slots[label].get(at).copied()
    }

    /// Gives `label` a slot of one of the labels with most samples.
    fn taken_from_a_largest(&mut self, largest: usize, label: usize, random: &mut FastRng) -> usize {
        let fullest: Vec<usize> =
            (0..self.slots.len()).filter(|class| self.slots[*class].len() == largest).collect();
        let giver = fullest[random.random_range(0..fullest.len())];
        let slot = self.slots[giver].swap_remove(random.random_range(0..largest));
        self.slots[label].push(slot);
        slot
    }
}
