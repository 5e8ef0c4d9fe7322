//! The order in which training meets conditions.

use rand::seq::SliceRandom;

use base::rng::{StreamRng, Streams};

/// Deals conditions: all of them once in random order, then again.
pub(super) struct Deck {
    cards: Vec<usize>,
    next: usize,
    rng: StreamRng,
}

impl Deck {
    /// Shuffled from the stream `train/order`.
    pub(super) fn new(conditions: usize, streams: &Streams) -> Self {
        Self { cards: (0..conditions).collect(), next: conditions, rng: streams.get("train/order") }
    }

    /// The next condition.
    pub(super) fn deal(&mut self) -> usize {
        if self.next == self.cards.len() {
            self.cards.shuffle(&mut self.rng);
            self.next = 0;
        }
        self.next += 1;
        self.cards[self.next - 1]
    }
}
