//! Layer 3: published systems rebuilt as benchmarks, each its own protocol.

pub mod opposed;
