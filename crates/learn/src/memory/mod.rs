//! The past of a stream: some of the samples that a learner has seen, kept within a declared number.
//!
//! A method that rehearses holds a [`Memory`] and shows it in `LossTerm::memory`; storing, random streams, checkpoints
//! and the footprint follow from that. What is stored never depends on what is drawn: each has a random stream of its own.

mod checkpoint;
mod drawn;
mod herding;
mod place;
mod spec;
mod store;
#[cfg(test)]
mod tests;

pub use drawn::Drawn;
pub use herding::herd;
pub use spec::{Capacity, Fill, MemorySpec, Policy, Weighing};
pub use store::Memory;

/// The two functions by which a [`LossTerm`](crate::objective::LossTerm) with a field `memory` shows it.
#[macro_export]
macro_rules! keeps_memory {
    () => {
        fn memory(&self) -> Option<&$crate::memory::Memory> {
            Some(&self.memory)
        }

        fn memory_mut(&mut self) -> Option<&mut $crate::memory::Memory> {
            Some(&mut self.memory)
        }
    };
}
