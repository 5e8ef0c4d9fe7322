//! Layer 3: published systems rebuilt as benchmarks, each its own protocol.

pub mod go_nogo;
pub mod opposed;
pub mod sequence;
pub mod switching;
