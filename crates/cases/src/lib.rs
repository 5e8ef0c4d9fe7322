//! Published systems rebuilt as benchmarks, each its own protocol, and the spiking neurons that some are made of.

mod check;
pub mod go_nogo;
pub mod opposed;
pub mod sequence;
pub mod spiking;
pub mod switching;
